import Bacalhau
import BacalhauAPI
import Ethereum
import RelayTestSupport
import Testing

// What is chosen, and how often, is computing's own.
@testable import Relay
@testable import RelayCore

/// Many requests are given a place at the same time.
@Suite struct OrchestratorChoosingTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    private static func orchestrators() -> Orchestrators {
        let places = ["main", "spare"].map { name in
            let fake = FakeBacalhau(time: ManualTime()) { _ in .prints("") }
            return OrchestratorPlace(
                BacalhauClient(transport: fake, endpoint: BacalhauEndpoint(url: "http://\(name)")),
                name: name
            )
        }
        return Orchestrators(places[0], [places[1]], limits: CircuitBreaker.Limits())
    }

    private static func plan(_ number: UInt8) throws -> JobPlan {
        let question = JobQuestion(
            spec: Array(RelayWorld.spec.utf8),
            resultType: .stdout,
            contract: try #require(Address([UInt8](repeating: 1, count: 20))),
            requestHash: try #require(Hash32([UInt8](repeating: number, count: 32))),
            requester: nil,
            sender: nil
        )
        let genesis = try #require(Hash32([UInt8](repeating: 9, count: 32)))
        let context = JobContext(genesisHash: genesis, chainID: 1, namespace: "n")
        return try JobPlan.make(for: question, attempt: 1, context: context).get()
    }

    /// Of a burst one finds out, and where it is not admitted after all the next one does.
    @Test func sendsOneToFindOutAndAnotherWhereThatOneIsNotSent() throws {
        let all = Self.orchestrators()
        let main = all.all[0].gate
        main.suspect(at: now)
        let plans = try (1...4).map { try Self.plan($0) }
        #expect(all.choose(for: plans[0], at: now).name == "main")
        #expect(all.choose(for: plans[1], at: now).name == "spare")
        main.withdraw(plans[1].name, at: now)
        #expect(all.choose(for: plans[2], at: now).name == "spare")
        main.withdraw(plans[0].name, at: now)
        #expect(all.choose(for: plans[3], at: now).name == "main")
        // It may go, and no other one.
        #expect(main.permits(plans[3].name, at: now) && !main.permits(plans[0].name, at: now))
    }

    /// One that has failed once finds out nothing where another orchestrator is sound.
    @Test func sendsNoNextTryToFindOut() throws {
        let all = Self.orchestrators()
        all.all[0].gate.suspect(at: now)
        #expect(all.choose(for: try Self.plan(1), .next(after: 1), at: now).name == "spare")
        all.all[1].isAway("no answer")
        #expect(all.choose(for: try Self.plan(1), .next(after: 1), at: now).name == "main")
    }
}
