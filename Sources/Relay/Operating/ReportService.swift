internal import BacalhauAPI
internal import EthereumRPC
internal import JSON
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Writes the relayer's own account of itself into the store, where `status` reads it.
struct ReportService: Sendable {
    let client: EthereumClient
    let orchestrators: [Orchestrator]
    let store: RelayStore
    let environment: ServiceEnvironment
    let heads: HeadBoard
    let account: String
    let version: String
    let process: Int32
    let wakeup = Wakeup()

    init(
        client: EthereumClient,
        orchestrators: [Orchestrator],
        store: RelayStore,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        account: String,
        version: String,
        process: Int32
    ) {
        self.client = client
        self.orchestrators = orchestrators
        self.store = store
        self.environment = environment
        self.heads = heads
        self.account = account
        self.version = version
        self.process = process
    }

    enum Phase: Sendable {
        /// It waits for what it needs.
        case starting
        case running
        case stopped
    }

    /// The head that following goes by, and since when it is that.
    private struct Newest {
        var head: UInt64?
        var since: Timestamp
    }

    /// Before the services run: what is waited for is told to whoever asks meanwhile.
    func tellStart() async throws {
        try await store.report(report(Newest(since: environment.now), environment.now, .starting), at: environment.now)
    }

    /// What has changed is written at most every five seconds, and a sign of life every minute: an idle relayer hardly
    /// touches the disk.
    ///
    /// The log gets the counts each hour and at the end.
    func run() async throws {
        environment.stop.wake(wakeup)
        let started = environment.now
        var newest = Newest(since: started)
        var counted = started
        var last: (text: String, at: Timestamp)?
        while !environment.stop.isRequested {
            // Lower than before too: what a node once said of the far future is no measure.
            if let head = heads.head, head != newest.head { newest = Newest(head: head, since: environment.now) }
            let text = report(newest, started, .running)
            if last.map({ $0.text != text || environment.now - $0.at >= .seconds(60) }) ?? true {
                try await store.report(text, at: environment.now)
                last = (text, environment.now)
            }
            if environment.now - counted >= .seconds(3_600) {
                counted = environment.now
                logCounts()
            }
            try await wakeup.next(within: .seconds(5), of: environment.time)
        }
        logCounts()
        try await store.report(report(newest, started, .stopped), at: environment.now)
    }

    private func logCounts() {
        environment.log.info("counts since the start", LogFields(environment.counters.snapshot()))
    }

    private func report(_ newest: Newest, _ started: Timestamp, _ phase: Phase) -> String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("running", phase == .running)
            object.member("starting", phase == .starting)
            object.member("version", version)
            object.member("process", process)
            object.member("startedAt", rfc3339(milliseconds: started.milliseconds))
            object.member("account", account)
            if let head = heads.head { object.member("head", head) }
            if let seconds = heads.timestamp {
                // A block may claim any time; years of five digits are none.
                let known = Int64(clamping: min(seconds, 253_402_300_799))
                object.member("headAt", rfc3339(milliseconds: known * 1_000))
            }
            object.member("headSinceMs", newest.since.milliseconds)
            if let rule = heads.view?.settle?.rule { object.member("settleRule", rule) }
            object.member("nodes") { nodes in
                nodes.array { for state in client.states { $0.object { write(state, into: &$0) } } }
            }
            object.member("orchestrators") { list in
                list.array { for each in orchestrators { $0.object { write(each, into: &$0) } } }
            }
            let outages = environment.outages.reasons
            object.member("unreachable") { $0.array { for outage in outages { $0.string(outage.what) } } }
            object.member("unreachableReasons") { reasons in
                reasons.object { for outage in outages { $0.member(outage.what, outage.cause.cut(toBytes: 512)) } }
            }
            object.member("counters") { counters in
                counters.object { object in
                    for (name, value) in environment.counters.snapshot() { object.member(name, value) }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ orchestrator: Orchestrator, into object: inout JSONWriter) {
        let (state, reason) = orchestrator.state(at: environment.now)
        object.member("orchestrator", orchestrator.name)
        object.member("state", state.rawValue)
        if let reason { object.member("reason", reason.cut(toBytes: 512)) }
    }

    private func write(_ state: NodeState, into object: inout JSONWriter) {
        object.member("node", state.endpoint)
        object.member("state", state.fitness.rawValue)
        if let head = state.head { object.member("head", head) }
        if let reason = state.reason { object.member("reason", reason) }
        if let until = state.restsUntil { object.member("restsUntil", rfc3339(milliseconds: until)) }
        guard let error = state.lastError else { return }
        object.member("lastError") { member in
            member.object { object in
                object.member("text", error.text)
                object.member("at", rfc3339(milliseconds: error.at))
            }
        }
    }
}
