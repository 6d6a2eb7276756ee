import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Answers without the block that they end with, or with another one: behind a balancer each may be of another node.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LastBlockTests {
    private static let wrongHash: JSONValue = .string("0x" + String(repeating: "ee", count: 32))

    /// Changes the block that is asked for together with logs, which are left out; `height` nil: whichever it is.
    private static func lie(
        _ height: UInt64? = nil,
        _ change: @escaping @Sendable (JSONValue) -> JSONValue
    ) -> @Sendable (String, [JSONValue], JSONValue) -> JSONValue {
        let methods = Recorder<String>()
        return { method, parameters, result in
            let before = methods.last
            methods.record(method)
            if method == "eth_getLogs" { return [] }
            guard method == "eth_getBlockByNumber", before == "eth_getLogs" else { return result }
            guard let height else { return change(result) }
            return parameters.first?.string == "0x" + String(height, radix: 16) ? change(result) : result
        }
    }

    @Test(
        "case 5: a range is not read where it ends with another block than was read, or none",
        arguments: [false, true]
    )
    func anotherBlockThanWasRead(isNone: Bool) async throws {
        var growing = try await RelayWorld.ready(settle: 3, blocks: 10)
        try await growing.lengthen()
        let tip = growing.chain.head.number
        // Its blocks end with one that has been read for the first contract.
        let other = growing.chain.deployAnother()
        growing.options.contracts.append(Relayer.Contract(address: other, startBlock: 0))
        growing.chain.mine(3)
        let world = growing
        world.chain.setManners("chain.test") { manners in
            manners.lie = Self.lie(tip) { isNone ? .null : $0.replacing("hash", Self.wrongHash) }
        }

        try await world.run(for: .seconds(60), blocks: nil)

        let cursor = try #require(try world.view.overview().cursors.first { $0.address == other })
        #expect(cursor.nextBlock == 0)
        world.chain.setManners("chain.test") { $0.lie = nil }
        world.chain.request(spec: RelayWorld.spec)
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 5: a node that has not the newest block that it shows is passed over for one that has")
    func newestBlockThatIsNotThere() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.lie = Self.lie { _ in .null } }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run(within: .seconds(600)) { world.allSettled([request]) }

        #expect(world.log.records.contains { $0.fields["error"]?.contains("does not have block") == true })
        world.chain.setManners("a.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 7: a block that is too much for a range and is not there by its number has not been read")
    func singleBlockThatIsNotThere() async throws {
        let world = try await RelayWorld.ready(settle: 3)
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))
        let block = world.chain.head.number
        world.chain.setManners("chain.test") { manners in
            manners.mostLogs = 3
            manners.lie = { method, parameters, result in
                let isAsked = parameters.first?.string == "0x" + String(block, radix: 16)
                return method == "eth_getBlockByNumber" && isAsked ? .null : result
            }
        }

        try await world.run(for: .seconds(60), blocks: nil)

        #expect(try world.nextBlock() == block)
        world.chain.setManners("chain.test") { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 8)
        #expect(world.counter("requests.missedAtFirst") == 0)
    }

    @Test("case 5: a second reading by hash counts only for the block that the final one stands on")
    func secondReadingOfAnOrphan() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.options.follow.secondReadPause = .seconds(100_000) }
        world.chain.mine()
        let (block, orphan) = (world.chain.head.number, world.chain.head.hash)
        world.chain.rollBack(depth: 1, keeping: false)
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 8))
        // The first reading misses one of them.
        world.chain.setManners("chain.test") { manners in
            manners.mostLogs = 3
            manners.lie = { method, parameters, result in
                guard method == "eth_getLogs", parameters.first?["blockHash"] != nil else { return result }
                return .array(result.array?.dropLast() ?? [])
            }
        }
        world.chain.mine(5)
        try await world.run { try world.view.overview().chain.final.map { $0.number >= block } ?? false }
        #expect(try world.requests.count == 7)

        // A balancer answers twice for the branch that is gone.
        let answers = Recorder<Void>()
        world.chain.setManners("chain.test") { manners in
            manners.lie = { method, parameters, result in
                let isAsked = parameters.first?.string == "0x" + String(block, radix: 16)
                guard method == "eth_getBlockByNumber", isAsked, answers.count < 2 else { return result }
                answers.record(())
                return result.replacing("hash", .string(orphan.hex))
            }
        }
        var again = world
        again.options.follow.secondReadPause = .seconds(10)
        try await again.runUntilSettled()

        #expect(answers.count == 2)
        try world.expectCanonical(jobs: 8)
        #expect(world.counter("requests.missedAtFirst") == 1)
        #expect(world.log.records.contains { $0.fields["error"]?.contains("or not block \(block)") == true })
    }
}
