internal import Bacalhau

/// How long a try's job may take, and what its request is told when that is over.
extension JobMachine {
    /// The end of its time-out, or of the time that its stage may take, whichever comes first.
    func deadline(_ since: Timestamp, _ limits: Limits) -> Timestamp {
        let whole = since + .seconds(timeoutSeconds) + limits.grace
        guard let stage, let own = limits.time(for: stage.stage, queueSeconds: queueSeconds) else { return whole }
        return min(whole, stage.since + own)
    }

    /// A job that no node has taken is tried again, for that may be the node's fault; any other fails the request.
    mutating func endStopped(_ now: Timestamp, _ limits: Limits, cause: String?) -> [Action] {
        let reason = stopReason(limits) + (cause.map { "; its last execution: \($0)" } ?? "")
        if let stage, stage.stage == .untaken { return noRoom(reason, now, limits) }
        return end(.failure(reason, source: "relayer"))
    }

    func stopReason(_ limits: Limits) -> String {
        if let stage, let own = limits.time(for: stage.stage, queueSeconds: queueSeconds),
            own < .seconds(timeoutSeconds) + limits.grace
        {
            let seconds = own.wholeMilliseconds / 1_000
            switch stage.stage {
            case .pending: return "the orchestrator found no compute node for the job within \(seconds) s"
            case .untaken:
                return
                    "its compute node did not take the job within \(seconds) s: it is not well, or does not find the job's inputs"
            case .queued: return "no compute node had room for the job within \(seconds) s"
            case .unknown: return "the orchestrator said nothing understandable of the job within \(seconds) s"
            case .running: break
            }
        }
        let grace = limits.grace.wholeMilliseconds / 1_000
        return "the job did not end within its time-out of \(timeoutSeconds) s and \(grace) s more"
    }
}
