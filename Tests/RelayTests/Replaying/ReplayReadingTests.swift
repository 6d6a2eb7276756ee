import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// Which answers a replay believes.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ReplayReadingTests {
    @Test func readsALaggingNodesRangeAtAnotherOne() async throws {
        let bench = try await ReplayBench()
        bench.chain.mine(10)
        bench.chain.request(spec: RelayWorld.spec)
        bench.chain.setManners("a.test") { manners in
            manners.lag = 5
            manners.clampsRanges = true
        }
        try await bench.skip(0...20)

        let done = try await bench.replay(0...bench.chain.head.number)

        #expect(done.found == 1)
        #expect(bench.chain.callCount("eth_getLogs", at: "b.test") == 1)
    }

    @Test func saysWhichBlockTheNodesLackAndKeepsTheGap() async throws {
        var bench = try await ReplayBench()
        bench.hosts = ["a.test"]
        bench.chain.mine(10)
        bench.chain.request(spec: RelayWorld.spec)
        bench.chain.setManners("a.test") { manners in
            manners.lag = 5
            manners.clampsRanges = true
        }
        try await bench.skip(0...20)
        let head = bench.chain.head.number

        let fault = await #expect(throws: ReplayFault.self) { try await bench.replay(0...head) }

        #expect(fault?.kind == .passing)
        #expect(fault?.description.contains("http://a.test: it does not have block \(head)") == true, "\(fault as Any)")
        #expect(try bench.gaps == [0...20])
    }

    @Test(arguments: NodeManners.NullRound.allCases)
    func aRangeMayEndWithAHeightWithoutABlock(style: NodeManners.NullRound) async throws {
        let bench = try await ReplayBench()
        bench.chain.setManners("a.test") { $0.nullRound = style }
        bench.chain.mine(3)
        bench.chain.request(spec: RelayWorld.spec)
        let last = bench.chain.head.number + 3
        bench.chain.skipHeights(5)
        bench.chain.mine(2)
        try await bench.skip(0...last)

        let done = try await bench.replay(0...last)

        #expect(done.found == 1)
        #expect(bench.chain.callCount("eth_getLogs", at: "b.test") == 0)
        #expect(try bench.gaps.isEmpty)
    }

    @Test func aNodeWithoutTheLogsOfWhichABloomSpeaksIsNotBelieved() async throws {
        let bench = try await ReplayBench()
        bench.chain.request(spec: RelayWorld.spec)
        bench.chain.setManners("a.test") { $0.hiddenLogs = 3 }

        let done = try await bench.replay(0...bench.chain.head.number)

        #expect(done.found == 1)
    }

    /// Blooms err on the side of logs.
    @Test func aBloomIsBelievedInTheEnd() async throws {
        let bench = try await ReplayBench()
        bench.chain.request(spec: RelayWorld.spec)
        for host in bench.hosts { bench.chain.setManners(host) { $0.hiddenLogs = 3 } }
        let began = bench.time.now()

        let done = try await bench.replay(0...bench.chain.head.number)

        #expect(done.found == 0)
        #expect(bench.time.now() - began >= 3_000)
    }

    @Test func aNodeOnAnotherBranchIsNotBelieved() async throws {
        let bench = try await ReplayBench()
        bench.chain.mine(3)
        bench.chain.fork("a.test")
        let request = bench.chain.request(spec: RelayWorld.spec)
        bench.chain.mineFork("a.test", 3)
        let head = bench.chain.head
        let link = ChainLink(
            number: head.number,
            hash: head.hash,
            parentHash: head.parentHash,
            timestamp: head.timestamp
        )
        try await bench.store.claim(ChainIdentity(chainID: 1337, genesisHash: .zero))
        _ = try await bench.store.ingest(IngestBatch(link: link), at: Timestamp(milliseconds: bench.time.now()))

        let done = try await bench.replay(0...head.number)

        #expect(done.found == 1)
        #expect(try await bench.store.placed(in: 0...head.number).map(\.hash) == [request.requestHash])
    }

    // MARK: Several must say the same

    @Test func asManyNodesAsTheOperatorWantsMustGiveTheSameLogs() async throws {
        var bench = try await ReplayBench()
        bench.hosts = ["a.test", "b.test", "c.test"]
        bench.reach.quorum = 2
        bench.chain.request(spec: RelayWorld.spec)
        bench.chain.mine(3)
        bench.chain.setManners("a.test") { $0.silentLimit = 0 }

        let done = try await bench.replay(0...bench.chain.head.number)

        #expect(done.found == 1)
        #expect(["a.test", "b.test", "c.test"].allSatisfy { bench.chain.callCount("eth_getLogs", at: $0) == 1 })
    }

    @Test func tooFewThatAgreeAreNotEnough() async throws {
        var bench = try await ReplayBench()
        bench.reach.quorum = 2
        bench.chain.request(spec: RelayWorld.spec)
        bench.chain.mine(3)
        bench.chain.setManners("a.test") { $0.silentLimit = 0 }
        try await bench.skip(0...20)
        let head = bench.chain.head.number

        let fault = await #expect(throws: ReplayFault.self) { try await bench.replay(0...head) }

        let text = try #require(fault?.description)
        #expect(text.contains("2 nodes must give the same logs"), "\(text)")
        #expect(text.contains("http://a.test: 0 logs") && text.contains("http://b.test: 1 logs"), "\(text)")
        #expect(try bench.gaps == [0...20])
    }

    // MARK: Gaps

    @Test func gapsAreFilledRangeByRangeAlsoWhenItIsResumed() async throws {
        var bench = try await ReplayBench()
        bench.reach.window = 5
        bench.chain.mine(20)
        try await bench.skip(0...14)
        let stopped = await #expect(throws: ReplayBench.Stopped.self) {
            try await bench.replay(0...14) { $0.next == 5 }
        }
        #expect(try bench.gaps == [5...14])

        let stored = try #require(stopped?.progress.json)
        let progress = try #require(ReplayRun.Progress(json: stored))
        #expect(progress == stopped?.progress)
        _ = try await bench.replay(progress)

        #expect(try bench.gaps.isEmpty)
    }

    /// The first block of a contract moves down to the replay's first, in whichever pieces it was read.
    @Test func theStartMovesDownAlsoWhenItIsResumed() async throws {
        var bench = try await ReplayBench()
        bench.reach.window = 5
        bench.chain.mine(20)
        _ = try await bench.store.register([(address: bench.chain.bridge, startBlock: 15)])
        let stopped = await #expect(throws: ReplayBench.Stopped.self) {
            try await bench.replay(0...14) { $0.next == 5 }
        }
        let stored = try #require(stopped?.progress.json)
        _ = try await bench.replay(try #require(ReplayRun.Progress(json: stored)))
        #expect(try await bench.store.cursors().first?.startBlock == 0)
    }

    /// What another contract was read for says nothing of this one.
    @Test func whatWasReadForOthersIsNotCounted() async throws {
        var bench = try await ReplayBench()
        bench.reach.window = 5
        bench.chain.mine(20)
        _ = try await bench.store.register([(address: bench.chain.bridge, startBlock: 15)])
        let elsewhere = #"{"from":0,"to":14,"next":5,"since":{"0x1111111111111111111111111111111111111111":0}}"#
        _ = try await bench.replay(try #require(ReplayRun.Progress(json: elsewhere)))
        #expect(try await bench.store.cursors().first?.startBlock == 5)
    }

    // MARK: Pace

    @Test func asksNoFasterThanItMay() async throws {
        var bench = try await ReplayBench()
        bench.reach.window = 5
        bench.callsPerSecond = 2
        bench.chain.mine(20)
        let began = bench.time.now()

        try await bench.replay(0...19)

        // Each range is two calls, logs and a block; the first ones wait for nobody.
        #expect(bench.time.now() - began == 3_000)
    }

    @Test func aPlanAsksNoFasterThanItMay() async throws {
        let bench = try await ReplayBench()
        for _ in 0..<4 { bench.chain.request(spec: RelayWorld.spec) }
        bench.chain.mine(1)
        let head = bench.chain.head.number
        let plan = ReplayPlan(
            client: bench.client,
            reader: LogReader(binding: .reference),
            contracts: [bench.chain.bridge],
            reach: ReplayReach(window: head / 2 + 1),
            callsPerSecond: 1,
            time: bench.time
        )
        let began = bench.time.now()

        let findings = try await bench.besideTheClock {
            var findings = ReplayPlan.Findings(from: 0, to: head)
            try await plan.run(&findings) { _ in
                nil
            } report: { _ in
            }
            return findings
        }

        #expect(findings.new[.open] == 4)
        // Two ranges of two calls each, and four questions to the contract: the first ones wait for nobody.
        #expect(bench.time.now() - began >= 6_000)
    }
}
