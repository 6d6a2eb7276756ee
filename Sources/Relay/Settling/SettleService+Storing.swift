internal import Ethereum
internal import RelayCore
internal import RelayStore
internal import Telemetry

extension SettleService {
    /// Stores a wait, with what the machine holds against sending.
    func wait(_ hand: inout Case, until at: Timestamp) async throws {
        let isNew = hand.machine.hold != nil && hand.machine.hold?.cause != hand.item.machine.hold?.cause
        let change = SettlingChange(
            request: hand.request.id,
            from: hand.state,
            to: hand.state,
            machine: hand.machine,
            reason: hand.machine.hold?.reason ?? hand.trouble,
            wakeAt: at,
            event: isNew ? "held" : nil,
            detail: isNew ? hand.machine.hold?.reason : nil
        )
        try await store.record([change], at: environment.now)
        if isNew, let reason = hand.machine.hold?.reason {
            environment.log(for: hand.request).warning("settlement held", ["reason": reason])
        }
    }

    /// The nonce went to another transaction: the answer is prepared anew, under a new one.
    func lose(_ hand: inout Case) async throws {
        let change = SettlingChange(
            request: hand.request.id,
            from: hand.state,
            to: .answered,
            machine: hand.machine,
            step: .lost,
            wakeAt: environment.now,
            event: "nonce taken by another transaction"
        )
        try await store.record([change], at: environment.now)
        hand.state = .answered
        hand.wasLost = true
        environment.log(for: hand.request).error("nonce taken by another transaction of the account")
        environment.counters.increment("settlements.lost")
    }

    func end(_ hand: inout Case, _ outcome: SettlementMachine.Outcome) async throws {
        let change = change(of: hand, for: outcome)
        try await store.record([change], at: environment.now)
        hand.state = change.to
        tell(outcome, of: hand)
    }

    private func change(of hand: Case, for outcome: SettlementMachine.Outcome) -> SettlingChange {
        // One that was mined without effect is final all the same, whatever comes of its request.
        let step = hand.reverted.map(SettlingChange.Step.included) ?? .waited
        func change(
            to state: RequestState,
            _ step: SettlingChange.Step,
            reason: String?,
            _ event: String,
            _ detail: String
        ) -> SettlingChange {
            SettlingChange(
                request: hand.request.id,
                from: hand.state,
                to: state,
                machine: hand.machine,
                step: step,
                reason: reason,
                event: event,
                detail: detail
            )
        }
        switch outcome {
        case .settled(let inclusion):
            let rule = heads.view?.receipt.map { ", final by \($0.rule)" } ?? ""
            let place = "\(inclusion.transactionHash.hex) in block \(inclusion.blockNumber)\(rule)"
            return change(to: .settled, .included(inclusion), reason: nil, "settled", place)
        case .settledElsewhere(let how): return change(to: .settled, step, reason: how, "settled elsewhere", how)
        case .dead(let reason): return change(to: .dead, step, reason: reason, "dead", reason)
        }
    }

    private func tell(_ outcome: SettlementMachine.Outcome, of hand: Case) {
        let log = environment.log(for: hand.request)
        switch outcome {
        case .settled(let inclusion):
            environment.counters.increment("requests.settled")
            log.info(
                "request settled",
                [
                    "tx.hash": inclusion.transactionHash.hex, "block.number": inclusion.blockNumber,
                    "gas.used": inclusion.gasUsed, "callback.succeeded": inclusion.callbackSucceeded,
                ]
            )
        case .settledElsewhere(let how):
            environment.counters.increment("requests.settledElsewhere")
            log.info("request settled elsewhere", ["how": how])
        case .dead(let reason):
            environment.counters.increment("requests.dead")
            log.error("request cannot be answered", ["reason": reason])
        }
    }
}
