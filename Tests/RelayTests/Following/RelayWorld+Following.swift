import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

// The failures that chain nodes are known for, each as a numbered test: `README.md` says which is where.
//
// A test says what came of it for the requests (in the store, on chain, at the orchestrator), not only that nothing broke.

extension RelayWorld {
    /// A world in which the relayer is ready and has read the chain so far; nothing is asked yet.
    static func ready(
        start: UInt64 = 1,
        settle: UInt64 = 6,
        receipt: UInt64 = 2,
        blocks: Int = 3,
        _ change: (inout RelayWorld) -> Void = { _ in }
    ) async throws -> RelayWorld {
        var world = try RelayWorld(start: start, settle: settle, receipt: receipt)
        change(&world)
        world.chain.mine(blocks)
        try await world.readToHead()
        return world
    }

    /// Mines and reads so many times so many blocks, so that there are links to be final, and an anchor.
    func lengthen(by blocks: Int = 5, times: Int = 2) async throws {
        for _ in 0..<times {
            chain.mine(blocks)
            try await readToHead()
        }
    }

    /// Lets a relayer run until it has read all that there is, without blocks, and has noted what is final by it.
    func readToHead() async throws {
        let head = chain.head.number
        let reached = Recorder<Int64>()
        try await run(blocks: nil, within: .seconds(600)) {
            if reached.count == 0, try nextBlock() > head { reached.record(time.now()) }
            return reached.last.map { time.now() > $0 + 5_000 } ?? false
        }
    }

    /// Lets a relayer run for so long.
    func run(for duration: Duration, blocks: Duration? = .seconds(2)) async throws {
        let end = time.now() + duration.components.seconds * 1_000
        try await run(blocks: blocks, within: duration * 2 + .seconds(60)) { time.now() >= end }
    }

    var view: StoreView { get throws { try StoreView(path: database) } }

    /// The lowest block that has not been read.
    func nextBlock() throws -> UInt64 {
        guard log.messages.contains("ready") else { return 0 }
        return try view.overview().cursors.map(\.nextBlock).min() ?? 0
    }

    var requests: [Listed] { get throws { try view.list(states: [], limit: 1_000) } }

    /// Requests that are in the chain, as far as the store knows.
    var standing: [Listed] { get throws { try requests.filter { $0.request.state != .orphaned } } }

    func counter(_ name: Counters.Counter) -> Int64 { counters[name] }

    func gauge(_ name: Counters.Gauge) -> Int64? { counters[name] }

    /// The operator says that the chain as it is now counts.
    func acceptChain() throws {
        let halt = try #require(try view.overview().chain.halt)
        let arguments = Relayer.acceptance(of: halt)
        _ = try view.instruct(Relayer.acceptVerb, arguments: arguments, at: Timestamp(milliseconds: time.now()))
    }

    /// The store has the requests of the canonical chain, each where the chain has it, once, and no other that stands; each
    /// is settled once, and nothing was paid in vain.
    ///
    /// `jobs`: how many the orchestrator has got, those of requests that are gone among them.
    func expectCanonical(jobs: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let logs = chain.requestLogs
        let standing = try standing
        let stored = standing.map(\.request.observed).sorted { $0.hash < $1.hash }
        let canonical = logs.sorted { $0.contentHash < $1.contentHash }
        #expect(stored.map(\.hash) == canonical.map(\.contentHash), sourceLocation: sourceLocation)
        #expect(stored.map(\.place.blockHash) == canonical.map(\.blockHash), sourceLocation: sourceLocation)
        #expect(stored.map(\.place.blockNumber) == canonical.map(\.blockNumber), sourceLocation: sourceLocation)
        #expect(stored.map(\.place.logIndex) == canonical.map(\.logIndex), sourceLocation: sourceLocation)
        #expect(standing.allSatisfy { $0.request.state == .settled }, sourceLocation: sourceLocation)
        for log in logs {
            let settlements = chain.effectiveSettlements(of: log.topics[1].asUInt256)
            #expect(settlements.count == 1, sourceLocation: sourceLocation)
        }
        #expect(chain.revertedTransactions(of: account.address).isEmpty, sourceLocation: sourceLocation)
        #expect(bacalhau.jobs.count == jobs ?? logs.count, sourceLocation: sourceLocation)
        #expect(bacalhau.jobs.allSatisfy { $0.version == 1 }, sourceLocation: sourceLocation)
    }

    /// Lets a relayer run until the chain's requests are all settled, and stand so in the store.
    func runUntilSettled(within limit: Duration = .seconds(7_200)) async throws {
        try await run(within: limit) {
            let logs = chain.requestLogs
            let standing = try standing
            return Set(standing.map(\.request.observed.hash)) == Set(logs.map(\.contentHash))
                && Set(standing.map(\.request.observed.place.blockHash)) == Set(logs.map(\.blockHash))
                && standing.allSatisfy { $0.request.state == .settled }
        }
    }

    /// The rule that released the request's answer, as its record has it.
    func rule(of request: FakeRequest) throws -> String? {
        let signed = try dossier(of: request)?.history.last { $0.event == "transaction signed" }
        return signed?.detail.flatMap { detail in
            detail.firstRange(of: "final by ").map { String(detail[$0.upperBound...]) }
        }
    }
}

extension FollowOptions {
    /// What is final is noted and read again so often, whether or not something waits for it.
    mutating func readAgain(each pause: Duration) {
        secondReadPause = pause
        idlePause = pause
    }
}
