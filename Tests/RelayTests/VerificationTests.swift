import Bacalhau
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// By which rule a job is judged when the settings change while it runs; the fake orchestrator has one node.
@Suite(.timeLimit(.minutes(2)))
struct VerificationTests {
    private static let disagreement = "the job ran on 1 compute node, and fewer than 2 of them agree on the result"

    private func count(_ body: [UInt8]?) throws -> JSONValue? {
        try JSONValue.parse(#require(body))["Job"]?["Count"]
    }

    @Test(arguments: [false, true]) func judgesARunningJobByTheRuleItWasSubmittedUnder(isVerified: Bool) async throws {
        var world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "one\n")), after: .seconds(20)) }
        let rule = try #require(Agreement(runs: 2))
        world.options.contracts[0].agreement = isVerified ? rule : nil
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 1 }
        world.options.contracts[0].agreement = isVerified ? nil : rule

        try await world.runUntilClosed([request])

        #expect(world.bacalhau.jobs.count == 1)
        if isVerified {
            #expect(world.reason(of: request) == Self.disagreement)
            let failed = try world.dossier(of: request)?.history.first { $0.event == "failed" }
            #expect(
                failed?.detail?.hasPrefix(Self.disagreement + ": 1 node (") == true,
                "\(String(describing: failed))"
            )
            #expect(failed?.detail?.hasSuffix(#"gave 4 bytes "one""#) == true, "\(String(describing: failed))")
        } else {
            #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "one\n"))
        }
    }

    /// A job that is known to the orchestrator, and not to the database, is this request's only as it would be submitted now.
    @Test func adoptsNoJobOfAnotherRule() async throws {
        var world = try RelayWorld { _ in FakeJobScript(.completes(FakeRun(stdout: "one\n")), after: .seconds(20)) }
        world.options.contracts[0].agreement = Agreement(runs: 2)
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 1 }
        world.options.contracts[0].agreement = nil
        let anew = world.withDatabase("new.sqlite")

        try await anew.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "one\n"))
        let names = world.bacalhau.jobs.map(\.name)
        #expect(names.count == 2 && names.last == "\(names[0])-r2", "\(names)")
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 })
    }

    @Test func judgesTheNextTryByTheSettingsOfThen() async throws {
        var world = try RelayWorld { submission in
            FakeJobScript(submission.name.hasSuffix("-r2") ? .completes(FakeRun(stdout: "one\n")) : .nodesBusy)
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run { [bacalhau = world.bacalhau] in bacalhau.jobs.count == 1 }
        world.options.contracts[0].agreement = Agreement(runs: 2)

        try await world.runUntilClosed([request])

        #expect(world.bacalhau.jobs.count == 2 && world.reason(of: request) == Self.disagreement)
        let tries = try world.dossier(of: request)?.jobs.map(\.body) ?? []
        #expect(try tries.map(count) == [1, 2])
    }
}
