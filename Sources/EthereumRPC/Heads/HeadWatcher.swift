import Synchronization
package import Transport

/// Drives a `HeadSubscription` over a WebSocket, and hands its signals out.
///
/// It never fails: while the node cannot be reached it says so (not each time) and tries again. Polling finds every
/// block meanwhile.
package final class HeadWatcher: Sendable {
    /// An outage, with the cause of the last failure in words.
    package typealias Report = @Sendable (_ announcement: OutageReport.Announcement, _ cause: String) -> Void

    /// The newest signals; who is slow misses older ones, and hears the state again where more than heads was lost.
    package let signals: AsyncStream<HeadSignal>

    /// How many signals wait to be taken.
    static let backlog = 16

    private let connector: any WebSocketConnector
    private let url: String
    private let time: any TimeSource
    private let report: Report
    private let mask: SecretMask
    private let continuation: AsyncStream<HeadSignal>.Continuation
    private let state: Mutex<State>

    private struct State {
        var subscription: HeadSubscription
        var outage = OutageReport()
    }

    /// - Parameters:
    ///   - connector: opens the connection.
    ///   - url: the node's `ws:` or `wss:` address.
    ///   - logs: which logs are subscribed to beside the heads; nil: none.
    ///   - settings: times of the subscription.
    ///   - time: the clock.
    ///   - report: hears of outages and their end.
    package init(
        connector: any WebSocketConnector,
        url: String,
        logs: LogSubject? = nil,
        settings: HeadSubscription.Settings = HeadSubscription.Settings(),
        time: any TimeSource = SystemTime(),
        report: @escaping Report = { _, _ in }
    ) {
        self.connector = connector
        self.url = url
        self.time = time
        self.report = report
        mask = SecretMask(url: url)
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.backlog))
        state = Mutex(State(subscription: HeadSubscription(settings, logs: logs, at: time.now())))
    }

    /// Runs until the task is cancelled; then `signals` ends.
    package func run() async {
        defer { continuation.finish() }
        while !Task.isCancelled {
            do {
                try await step()
            } catch {
                return
            }
        }
    }

    private func step() async throws {
        let (action, wakeAt) = state.withLock { state in
            (state.subscription.tick(at: time.now()), state.subscription.wakeAt)
        }
        switch action {
        case .open: await connect()
        case .close, nil: try await sleep(until: wakeAt)
        }
    }

    private func sleep(until wakeAt: Int64?) async throws {
        let (wait, overflow) = (wakeAt ?? .max).subtractingReportingOverflow(time.now())
        try await time.sleep(for: .milliseconds(overflow ? 86_400_000 : min(max(1, wait), 86_400_000)))
    }

    // MARK: One connection

    private func connect() async {
        do {
            try await connector.withConnection(to: url) { connection in
                try await self.follow(connection)
            }
            closed("the connection ended")
        } catch HeadSubscription.Fault.silent {
            // A chain may have no blocks for a while, so this is no outage; polling tells whether it had some.
            closed(nil)
        } catch {
            closed("\(error)")
        }
    }

    private func follow(_ connection: any WebSocketConnection) async throws {
        let requests = state.withLock { $0.subscription.opened(at: time.now()) }
        guard !requests.isEmpty else { return }
        for request in requests { try connection.send(request) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen(to: connection) }
            group.addTask { try await self.watchTheClock() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func listen(to connection: any WebSocketConnection) async throws {
        while true {
            let message = try await connection.next()
            let (action, back) = state.withLock { state in
                let action = state.subscription.received(message.bytes, at: time.now())
                guard case .deliver(.head) = action else { return (action, OutageReport.Announcement?.none) }
                return (action, state.outage.recovered(at: time.now()))
            }
            if let back { report(back, "") }
            switch action {
            case .deliver(let signal): deliver(signal)
            case .close(let fault): throw fault
            case nil: break
            }
        }
    }

    private func watchTheClock() async throws {
        while let wakeAt = state.withLock({ $0.subscription.wakeAt }) {
            try await sleep(until: wakeAt)
            let action = state.withLock { $0.subscription.tick(at: time.now()) }
            if case .close(let fault) = action { throw fault }
        }
    }

    /// The connection has ended; with a cause it counts as an outage.
    private func closed(_ cause: String?) {
        guard !Task.isCancelled else { return }
        let announcement = state.withLock { state in
            var generator = SystemRandomNumberGenerator()
            state.subscription.closed(at: time.now(), using: &generator)
            return cause == nil ? nil : state.outage.failed(at: time.now())
        }
        if let announcement, let cause { report(announcement, mask.clean(cause)) }
        deliver(.ended(isSilent: cause == nil))
    }

    /// Of the signals that have to make room, heads are of no worth beside later ones.
    private func deliver(_ signal: HeadSignal) {
        guard case .dropped(let lost) = continuation.yield(signal) else { return }
        if case .head = lost { return }
        // Whatever makes room for this one, this one stands for it.
        continuation.yield(state.withLock { $0.subscription.status })
    }
}
