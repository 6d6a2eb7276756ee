import Ethereum
package import Transport

/// A subscription to new heads, and to logs where they are wanted, that is opened again whenever it ends or falls silent.
///
/// Pure; times are milliseconds since 1970.
///
///     waiting ──tick──▶ opening ──opened──▶ subscribing ──subscribed──▶ following
///        ▲                 │                     │                          │
///        └──────────────closed (refused, no answer in time, silence)────────┘
///
/// The wait before the next opening grows until a head has come: a server that takes the connection and drops it is as
/// far away as one that refuses it.
///
/// Heads tell whether the connection is alive, since logs may not come for days; so a node that refuses to announce logs
/// is listened to all the same.
package struct HeadSubscription: Sendable, Equatable {
    /// How long it waits for the node, and between two connections.
    package struct Settings: Sendable, Equatable {
        /// The node's time to answer `eth_subscribe`.
        package var answerTimeout: Duration
        /// Without a head for so long the connection is given up: many die without a word.
        package var silenceLimit: Duration
        /// The waits between the end of one connection and the next.
        package var retry: RetryPolicy

        package init(
            answerTimeout: Duration = .seconds(10),
            silenceLimit: Duration = .seconds(120),
            retry: RetryPolicy = RetryPolicy(first: .seconds(1), ceiling: .seconds(60))
        ) {
            self.answerTimeout = answerTimeout
            self.silenceLimit = silenceLimit
            self.retry = retry
        }
    }

    /// Why we end a connection ourselves.
    package enum Fault: Error, Sendable, Equatable {
        /// The node answered `eth_subscribe` with an error, whose words are cut to 256 bytes.
        case refused(String)
        /// It did not answer `eth_subscribe` within `answerTimeout`.
        case noAnswer
        /// No head came within `silenceLimit`.
        case silent
        /// A message is no JSON-RPC, with the reason.
        case malformed(String)
    }

    /// What the driver has to do because of the time.
    package enum TickAction: Sendable, Equatable {
        /// Open a connection, and report `opened` or `closed`.
        case open
        /// Close the connection, and report `closed`.
        case close(Fault)
    }

    /// What the driver has to do because of a message.
    package enum ReceiveAction: Sendable, Equatable {
        /// Hand the signal to whoever follows the chain.
        case deliver(HeadSignal)
        /// Close the connection, and report `closed`.
        case close(Fault)
    }

    enum State: Sendable, Equatable {
        /// No connection until then. Next: opening.
        case waiting(until: Int64)
        /// The driver opens one. Next: subscribing, waiting.
        case opening
        /// The request is out. Next: following, waiting.
        case subscribing(until: Int64)
        /// Heads come. Next: waiting.
        case following(subscription: String, silentAt: Int64)
        /// We have asked for the end. Next: waiting.
        case closing
    }

    private let settings: Settings
    private let subject: LogSubject?
    /// The id of the subscription to logs on this connection, once the node has given one.
    private var logs: String?
    private(set) var state: State
    private var delays: RetryDelays
    private var lastHash: Hash32?

    /// Begins at once, or at the first tick after `now`; without a subject only heads are subscribed to.
    package init(_ settings: Settings = Settings(), logs subject: LogSubject? = nil, at now: Int64) {
        self.settings = settings
        self.subject = subject
        state = .waiting(until: now)
        delays = RetryDelays(settings.retry)
    }

    /// When `tick` has something to do; `nil`: not before another event.
    package var wakeAt: Int64? {
        switch state {
        case .waiting(let time), .subscribing(let time), .following(_, let time): time
        case .opening, .closing: nil
        }
    }

    /// What holds now, as a signal.
    package var status: HeadSignal {
        if case .following = state { .subscribed(hasLogs: logs != nil) } else { .ended(isSilent: false) }
    }

    /// The time is now `now`.
    package mutating func tick(at now: Int64) -> TickAction? {
        guard let wakeAt, now >= wakeAt else { return nil }
        switch state {
        case .waiting:
            state = .opening
            return .open
        case .subscribing:
            state = .closing
            return .close(.noAnswer)
        case .following:
            state = .closing
            return .close(.silent)
        case .opening, .closing:
            return nil
        }
    }

    /// The connection is open; returns the texts to send.
    package mutating func opened(at now: Int64) -> [String] {
        // A connection that opens after it was given up is closed by its driver.
        guard state == .opening else { return [] }
        state = .subscribing(until: Self.later(now, settings.answerTimeout))
        logs = nil
        return [HeadFrame.request(.heads)] + (subject.map { [HeadFrame.request(.logs, $0)] } ?? [])
    }

    /// A message came.
    package mutating func received(_ message: [UInt8], at now: Int64) -> ReceiveAction? {
        received(HeadFrame(message), at: now)
    }

    mutating func received(_ frame: HeadFrame, at now: Int64) -> ReceiveAction? {
        switch (state, frame) {
        case (.subscribing, .subscribed(.heads, let id)):
            state = .following(subscription: id, silentAt: Self.later(now, settings.silenceLimit))
            // Blocks came while nobody listened.
            return .deliver(.subscribed(hasLogs: logs != nil))
        case (.subscribing, .subscribed(.logs, let id)) where subject != nil:
            logs = logs ?? id
            return nil
        case (.following, .subscribed(.logs, let id)) where subject != nil && logs == nil:
            logs = id
            // So did logs.
            return .deliver(.subscribed(hasLogs: true))
        case (.following(let own, _), .head(let subscription, let number, let hash)) where own == subscription:
            state = .following(subscription: own, silentAt: Self.later(now, settings.silenceLimit))
            delays.reset()
            guard hash != lastHash else { return nil }
            lastHash = hash
            return .deliver(.head(number: number, hash: hash))
        case (.following, .log(let subscription, let blockNumber, let removed)) where logs == subscription:
            return .deliver(.log(blockNumber: blockNumber, removed: removed))
        case (.subscribing, .refused(.heads, let message)):
            state = .closing
            return .close(.refused(message))
        case (.subscribing, .malformed(let reason)), (.following, .malformed(let reason)):
            state = .closing
            return .close(.malformed(reason))
        // What overtakes the answer that names its subscription is found by the look that follows the answer.
        case (.subscribing, _), (.following, _), (.waiting, _), (.opening, _), (.closing, _):
            return nil
        }
    }

    /// The connection has ended, or could not be opened, or has been closed as asked; sets when to open the next one.
    package mutating func closed(at now: Int64, using generator: inout some RandomNumberGenerator) {
        if case .waiting = state { return }
        state = .waiting(until: Self.later(now, delays.next(using: &generator)))
    }

    /// Wall clocks may hold any number.
    private static func later(_ now: Int64, _ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let milliseconds = min(max(0, seconds), 1 << 40) * 1000 + attoseconds / 1_000_000_000_000_000
        let (time, overflow) = now.addingReportingOverflow(milliseconds)
        return overflow ? .max : time
    }
}

extension HeadSubscription.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let message): "the node refused the subscription: \(message)"
        case .noAnswer: "the node did not answer the subscription"
        case .silent: "no new head for too long"
        case .malformed(let reason): "unusable message: \(reason)"
        }
    }
}
