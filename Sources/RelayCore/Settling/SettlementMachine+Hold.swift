extension SettlementMachine {
    /// What stands in the way.
    package struct Hold: Equatable, Sendable {
        /// Reasons of one kind count as one, for their texts may name amounts that change with every block.
        package enum Cause: String, Sendable, CaseIterable {
            case unknownJob
            /// The contract does not tell whether it waits.
            case unreadable
            /// Whether it waits is to be told by logs that are not read, or not final yet.
            case undecided
            case reverts
            case funds
            case fees
            /// Signed, and no pool takes it.
            case pool
            /// Its nonce is used, and it has no receipt.
            case receipt
            /// Sent, and sent again, and not mined.
            case unmined
        }

        package let cause: Cause
        package let reason: String
        /// When this cause came up.
        package let since: Timestamp
        /// When the first of several causes in a row came up.
        package let began: Timestamp
        /// How often one of them has been found.
        package let times: Int

        package init(cause: Cause, reason: String, since: Timestamp, began: Timestamp? = nil, times: Int = 1) {
            self.cause = cause
            self.reason = reason
            self.since = since
            self.began = began ?? since
            self.times = times
        }
    }

    /// Held until the cause has lasted for as long as it is borne; causes that take turns are borne no longer than the
    /// most patient one.
    mutating func keep(_ cause: Hold.Cause, _ reason: String, _ now: Timestamp, _ limits: Limits) -> [Action] {
        failures = 0
        let kept = Hold(
            cause: cause,
            reason: reason,
            since: hold.flatMap { $0.cause == cause ? $0.since : nil } ?? now,
            began: hold?.began ?? now,
            times: min((hold?.times ?? 0) + 1, JobMachine.counterLimit)
        )
        hold = kept
        let isOver =
            now - kept.since >= limits.patience(with: cause)
            || (cause != .undecided && now - kept.began >= limits.feeTime)
        if isOver, kept.times >= limits.holdTries { return end(.dead(reason)) }
        phase = .checking
        return [.wake(at: now + limits.holdBackoff.delay(after: kept.times))]
    }
}
