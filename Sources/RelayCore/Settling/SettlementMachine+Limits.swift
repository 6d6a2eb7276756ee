extension SettlementMachine {
    package struct Limits: Equatable, Sendable {
        /// How long an answer that cannot be sent is held before it is dead.
        package var holdTime: Duration = .seconds(600)
        /// How long an answer waits for the chain's fees to fall below the cap.
        package var feeTime: Duration = .seconds(86_400)
        /// How long logs that may tell of its answer may be unread, or not final.
        package var undecidedTime: Duration = .seconds(7 * 86_400)
        /// How often it must have been tried before it is dead, also where the time is over: the time runs on while the
        /// node or the relayer is down.
        package var holdTries = 3
        /// How long a revert in the dry run may be the node's lag.
        package var revertTime: Duration = .seconds(20)
        package var holdBackoff = Backoff(first: .seconds(2), limit: .seconds(30))
        package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
        /// How long a receipt may be missing although the nonce is used.
        package var receiptPatience: Duration = .seconds(300)
        /// The same bytes are sent again when they have not been mined for so long.
        package var resendAfter: Duration = .seconds(30)
        /// Time between two looks for a receipt; a new head brings the next one forward.
        package var look: Duration = .seconds(4)
        /// The same for one that is mined and not deep enough by far.
        package var slowestLook: Duration = .seconds(60)

        package init() {}

        /// How long a cause is borne before the request is dead, once it has come up `holdTries` times.
        func patience(with cause: Hold.Cause) -> Duration {
            switch cause {
            case .unknownJob, .unreadable, .funds: holdTime
            case .reverts: revertTime
            case .fees: feeTime
            case .undecided: undecidedTime
            // Signed: never given up, for later nonces wait behind it.
            case .pool, .receipt, .unmined: .seconds(Int64.max)
            }
        }
    }
}
