import Ethereum
import JSON
import RelayCore
import RelayStore

extension Dossier {
    /// Everything that happened, for people: who asked for what, how it stands and what it cost, then the time line.
    ///
    /// Where there are several orchestrators it tells of each try which one it went to.
    func text(at now: Timestamp, areSeveral: Bool = false) -> String {
        let observed = listed.request.observed
        let since = TimeText.duration(now - listed.changedAt)
        var lines = [
            ("request", observed.hash.hex),
            ("job id", "\(observed.jobID) of \(observed.contract.checksummed)"),
            ("requester", observed.requester.checksummed),
            ("asks for", resultType),
            (
                "spec",
                "\(observed.spec.count) bytes: \(String(decoding: observed.spec, as: UTF8.self).shown(limit: 160))"
            ),
            (
                "state",
                "\(listed.request.state.rawValue) for \(since)"
                    + (listed.reason.map { ": \($0.shown(limit: 1_100))" } ?? "")
            ),
        ].flatMap { ColumnText.labelled($0.0, $0.1) }
        if let damage = observed.damage { lines += ColumnText.labelled("damage", damage.shown(limit: 400)) }
        for job in jobs {
            let id = job.bacalhauID?.shown(limit: 60) ?? "not known to the orchestrator"
            let place = areSeveral ? job.orchestrator.map { " at \($0.shown(limit: 100))" } ?? "" : ""
            lines += ColumnText.labelled(job.attempt == 1 ? "job" : "try \(job.attempt)", "\(job.name)\(place) (\(id))")
        }
        if let answer = listed.answer {
            let cut = answer.truncated ? ", cut" : ""
            lines += ColumnText.labelled(
                "answer",
                "\(answer.kind.rawValue) from the \(answer.source), \(answer.content.count) bytes\(cut):"
            )
            lines += ColumnText.indented(answer.text.shown(limit: 400), by: 11)
        }
        for settlement in settlements {
            for (label, text) in settlement.rows { lines += ColumnText.labelled(label, text) }
        }
        if let cost {
            let gas = settlements.compactMap(\.gasUsed).reduce(0, &+)
            lines += ColumnText.labelled("cost", "\(Ether.text(cost)) ether for \(gas) gas")
        }
        lines += ColumnText.labelled("took", spans(at: now))
        lines.append("history")
        return (lines + TimeLine(self).lines).joined(separator: "\n") + "\n"
    }

    private var resultType: String {
        guard let number = listed.request.observed.resultType else { return "unknown" }
        let names = ["CID", "stdout", "stderr", "exit code"]
        return Int(number) < names.count ? names[Int(number)] : "result type \(number)"
    }

    /// What its settlements cost so far, in wei; nil where none is mined.
    var cost: UInt256? {
        let costs = settlements.compactMap(\.cost)
        return costs.isEmpty ? nil : costs.reduce(UInt256.zero) { $0.addingSaturating($1) }
    }

    /// `12.4 s: 1.2 s observed, 3 s submitted, …`, to the answer's end or until now.
    private func spans(at now: Timestamp) -> String {
        let parts = stages.compactMap { stage -> String? in
            // What has ended takes no time.
            if stage.until == nil, !RequestState.open.contains(stage.state) { return nil }
            return "\(TimeText.seconds((stage.until ?? now) - stage.from)) \(stage.state.rawValue)"
                + (stage.until == nil ? " so far" : "")
        }
        guard let first = stages.first, let last = stages.last else { return "nothing yet" }
        let end = RequestState.open.contains(last.state) ? now : last.from
        return "\(TimeText.seconds(end - first.from))" + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")
    }
}

extension Dossier.Settlement {
    /// Wei paid, where it is mined.
    var cost: UInt256? {
        guard let gasUsed, let gasPrice else { return nil }
        return gasPrice.multipliedSaturating(by: UInt256(gasUsed))
    }

    fileprivate var rows: [(String, String)] {
        var head = "nonce \(nonce), gas limit \(gasLimit), \(state)"
        if let blockNumber, transactionHash != nil {
            head += ", in block \(blockNumber)"
        } else if let blockNumber, state == "live" {
            head += ", last seen in block \(blockNumber), which is not final yet"
        }
        if succeeded == false { head += ", reverted" }
        var rows = [("settled", head)]
        if let transactionHash { rows.append(("", transactionHash.hex)) }
        if let gasUsed, let gasPrice, let cost {
            rows.append(("", "used \(gasUsed) gas at \(gasPrice.gwei) gwei, cost \(Ether.text(cost)) ether"))
        }
        if let callbackSucceeded {
            rows.append(("", "callback: " + (callbackSucceeded ? "went through" : "none, or it did not go through")))
        }
        return rows
    }
}
