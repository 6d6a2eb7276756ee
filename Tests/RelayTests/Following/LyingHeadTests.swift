import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// A head that is not there, stands still, or is another one each time.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LyingHeadTests {
    private static let host = "chain.test"
    private static let absurd: UInt64 = 1_000_000_000

    /// What `latest` and the tags show while a node lies: a block of the far future.
    @Sendable private static func liesOfTheHead(
        _ method: String,
        _ parameters: [JSONValue],
        _ result: JSONValue
    ) -> JSONValue {
        guard method == "eth_getBlockByNumber", let tag = parameters.first?.string, result["number"] != nil,
            ["latest", "finalized"].contains(tag)
        else { return result }
        let number = tag == "latest" ? absurd : absurd - 100
        return result.replacing("number", .string("0x" + String(number, radix: 16)))
            .replacing("hash", .string(Hash32(Array(repeating: tag == "latest" ? 0xaa : 0xbb, count: 32))?.hex ?? ""))
    }

    @Test("case 6: a head of the far future moves no cursor beyond what the node can show", arguments: [false, true])
    func absurdHead(isFinalToo: Bool) async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            if isFinalToo { world.options.follow.settle = FinalityRule(tag: .finalized, blocks: 3) }
            world.chain.setManners(Self.host) { manners in
                manners.clampsRanges = true
                manners.finalized = .behind(4)
            }
        }
        world.chain.setManners(Self.host) { $0.lie = Self.liesOfTheHead }
        let first = world.chain.request(spec: RelayWorld.spec)

        try await world.run(for: .seconds(120))

        #expect(try world.nextBlock() <= world.chain.head.number + 1)
        world.chain.setManners(Self.host) { $0.lie = nil }
        let second = world.chain.request(spec: RelayWorld.spec + " ")
        let began = world.time.now()
        try await world.runUntilSettled()
        #expect(world.time.now() - began < 600_000)
        #expect([first, second].allSatisfy(world.isSettledOnce))
        try world.expectCanonical(jobs: 2)
        #expect(try world.view.overview().gaps.isEmpty)
    }

    @Test(
        "case 6: a head that is told too high makes nothing final before its time",
        arguments: [1, 5, 100_000] as [UInt64]
    )
    func headTooHigh(by more: UInt64) async throws {
        let world = try await RelayWorld.ready(settle: 10) { world in
            world.chain.setManners(Self.host) { $0.clampsRanges = true }
        }
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, parameters, result in
                guard method == "eth_getBlockByNumber", parameters.first?.string == "latest",
                    let number = result["number"]?.string.flatMap({ UInt256(hexQuantity: $0)?.asUInt64 })
                else { return result }
                return result.replacing("number", .string("0x" + String(number + more, radix: 16)))
                    .replacing("hash", .string("0x" + String(repeating: "ef", count: 32)))
            }
        }
        let request = world.chain.request(spec: RelayWorld.spec)
        let block = world.chain.head.number
        let end = world.time.now() + 240_000

        try await world.run {
            #expect(
                world.chain.head.number >= block + 9 || world.chain.callCount("eth_sendRawTransaction") == 0,
                "sent at block \(world.chain.head.number), asked in \(block)"
            )
            return world.time.now() > end
        }

        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(request))
    }

    @Test("case 25: a tag that was told too high once does not hold up what is final")
    func tagTooHighOnce() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.options.follow.settle = FinalityRule(tag: .finalized)
            world.options.follow.receipt = FinalityRule(tag: .finalized)
            world.options.follow.tagPause = .seconds(4)
            world.chain.setManners(Self.host) { $0.finalized = .behind(4) }
        }
        world.chain.setManners(Self.host) { $0.finalized = .behind(0) }
        try await world.run(for: .seconds(20), blocks: nil)
        world.chain.setManners(Self.host) { $0.finalized = .behind(30) }
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 200_000, "\(world.time.now() - began) ms")
    }

    @Test("case 12: a cursor that a lie has carried above the head walks back")
    func cursorAboveTheHead() async throws {
        let world = try await RelayWorld.ready(settle: 3)
        // A node that has lost all its logs, and has a head of the far future: what lies between is a gap, as it says.
        world.chain.setManners(Self.host) { $0.lie = Self.liesOfTheHead }
        world.chain.failNext("eth_getLogs", with: .error(NodeManners().lookbackFailure), count: 100_000)
        world.chain.mine(5)
        try await world.run(for: .seconds(60), blocks: nil)
        #expect(try world.nextBlock() > world.chain.head.number + 1, "the lie has been believed")

        world.chain.setManners(Self.host) { $0.lie = nil }
        world.chain.clearFaults()
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()
        try await world.runUntilSettled()

        #expect(world.time.now() - began >= 300_000, "a node that lags for a while is no reason")
        #expect(world.isSettledOnce(request))
        try world.expectCanonical(jobs: 1)
        #expect(try !world.view.overview().gaps.isEmpty, "that there was one is for an operator to see")
    }

    @Test("case 6: a head that stands still is said, and that it goes on again")
    func standsStill() async throws {
        let world = try await RelayWorld.ready(settle: 3)

        try await world.run(blocks: nil) {
            let words = world.log.records.filter { $0.fields["outage.of"] == "chain head" }.map(\.message)
            if words.last == "not reachable" { world.chain.mine() }
            return words.last == "reachable again"
        }

        let spoken = world.log.records.first { $0.fields["outage.of"] == "chain head" }
        #expect(spoken?.fields["error"]?.contains("block 3 has been the newest one for 60") == true)
    }

    @Test("case 6: a head of the far future that was told once is not what the true one is held against")
    func standsStillAfterALie() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.chain.setManners(Self.host) { $0.clampsRanges = true }
        }
        world.chain.setManners(Self.host) { $0.lie = Self.liesOfTheHead }
        let end = world.time.now() + 900_000

        try await world.run {
            if world.time.now() > end - 880_000 { world.chain.setManners(Self.host) { $0.lie = nil } }
            return world.time.now() > end
        }

        #expect(!world.log.records.contains { $0.fields["outage.of"] == "chain head" })
    }

    @Test("case 5: a newest block that is never the one of its height is an error, and asked for with pauses")
    func anotherEachTime() async throws {
        let world = try await RelayWorld.ready(settle: 3)
        let request = world.chain.request(spec: RelayWorld.spec)
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, parameters, result in
                guard method == "eth_getBlockByNumber", parameters.first?.string == "latest" else { return result }
                return result.replacing("hash", .string("0x" + String(repeating: "cd", count: 32)))
            }
        }
        let calls = world.chain.callCount("eth_getBlockByNumber")
        let began = world.time.now()

        // Not by the clock alone: without a pause no time would ever pass.
        try await world.run(blocks: nil) {
            world.time.now() - began > 120_000 || world.chain.callCount("eth_getBlockByNumber") - calls > 2_000
        }

        let made = world.chain.callCount("eth_getBlockByNumber") - calls
        #expect(made < 400, "\(made) calls in two minutes")
        #expect(world.log.records.contains { $0.fields["error"]?.contains("do not fit together") == true })
        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        #expect(world.isSettledOnce(request))
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 5: a node that is far behind for good comes after one that is not")
    func steadyLag() async throws {
        let world = try await RelayWorld.ready(settle: 3, blocks: 40) { $0.hosts = ["a.test", "b.test"] }
        world.chain.setManners("a.test") { $0.lag = 25 }

        try await world.run(for: .seconds(400))

        #expect(world.chain.callCount("eth_getLogs", at: "b.test") > 20)
        #expect(try world.nextBlock() + 10 > world.chain.head.number)
        #expect(world.counter("chain.reorgs") == 0)
    }

    @Test("case 5: so does one that has been so from the start; one that is a little behind stays first")
    func steadyLagFromTheStart() async throws {
        for (lag, isSecond) in [(25, true), (6, false)] {
            var patient = try RelayWorld(settle: 3)
            patient.hosts = ["a.test", "b.test"]
            // It goes on all the time: here only how far it is behind counts.
            patient.options.follow.stillTime = .seconds(3_600)
            let world = patient
            world.chain.setManners("a.test") { $0.lag = lag }
            for _ in 0..<40 {
                world.time.advance(by: .seconds(2))
                world.chain.mine()
            }

            try await world.run(for: .seconds(400))

            let calls = world.chain.callCount("eth_getLogs", at: "b.test")
            #expect(isSecond ? calls > 20 : calls < 10, "\(calls) calls, behind by \(lag) blocks")
        }
    }

    @Test("case 30: a node that refuses its newest block, and says so well, is not the only one that is asked")
    func refusesItsHead() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        let failure = RPCFailure(code: -32_601, "the method eth_getBlockByNumber is not available on your plan")
        world.chain.failNext("eth_getBlockByNumber", with: .error(failure), count: 100_000, at: "a.test")
        let request = world.chain.request(spec: RelayWorld.spec)
        let began = world.time.now()

        try await world.run { world.allSettled([request]) }

        #expect(world.time.now() - began < 120_000)
        world.chain.clearFaults()
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 30: nor is one that refuses it from some time on, as if the question were a wrong one")
    func refusesItsHeadLater() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.hosts = ["a.test", "b.test"] }
        let calls = world.chain.callCount("eth_getLogs", at: "a.test")
        let made = Recorder<FakeRequest>()
        let began = world.time.now()

        try await world.run {
            if let request = made.last { return world.allSettled([request]) }
            // Which chain it serves has been asked by then.
            guard world.chain.callCount("eth_getLogs", at: "a.test") > calls + 1 else { return false }
            let failure = RPCFailure(code: -32_602, "invalid argument 0: hex string without 0x prefix")
            world.chain.failNext("eth_getBlockByNumber", with: .error(failure), count: 100_000, at: "a.test")
            made.record(world.chain.request(spec: RelayWorld.spec))
            return false
        }

        #expect(world.time.now() - began < 180_000, "\(world.time.now() - began) ms")
        world.chain.clearFaults()
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 31: blocks that are announced are no reason to ask a node that failed before its time")
    func announcementsWhileItFails() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hasWebSockets = true
            world.options.follow.pollInterval = nil
        }
        world.chain.request(spec: RelayWorld.spec)
        let calls = Recorder<Int>()

        try await world.run(
            blocks: .milliseconds(250),
            onReady: {
                let failure = RPCFailure(code: -32_603, "internal error")
                world.chain.failNext("eth_getBlockByNumber", with: .error(failure), count: 100_000)
                calls.record(world.chain.callCount("eth_getBlockByNumber"))
            },
            until: { [end = world.time.now() + 300_000] in world.time.now() > end }
        )

        let made = world.chain.callCount("eth_getBlockByNumber") - (calls.last ?? 0)
        #expect(made < 60, "\(made) calls in five minutes, with 1,200 blocks")
        world.chain.clearFaults()
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }
}
