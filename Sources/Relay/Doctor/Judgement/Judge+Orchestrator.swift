internal import Bacalhau

/// The orchestrators and their compute nodes.
extension Judge {
    var orchestrator: [Finding] {
        let each = ([seen.orchestrator] + seen.fallbacks).map { (seen: $0, findings: findings(of: $0)) }
        guard each.contains(where: { !$0.findings.contains { $0.level == .error } }) else {
            return each.flatMap(\.findings)
        }
        // While one takes the jobs, what is wrong with another is no reason to stop; but run refuses an old one, and one that
        // it can never ask.
        return each.flatMap { seen, findings in
            findings.map { finding in
                guard finding.level == .error, finding.check != "version", !seen.isUnusable else { return finding }
                var finding = finding
                finding.level = .warning
                return finding
            }
        }
    }

    private func findings(of seen: OrchestratorExamination) -> [Finding] {
        guard let version = seen.version.value else {
            return [
                Finding(
                    .error,
                    seen.section,
                    "reach",
                    seen.version.failure ?? "",
                    remedy: "start the orchestrator, or correct \(seen.section).api or \(seen.secret)"
                )
            ]
        }
        guard version.isSupported else {
            return [
                Finding(
                    .error,
                    seen.section,
                    "version",
                    "it is Bacalhau \(version), and older ones than \(ServerVersion.oldest) may run a job twice",
                    remedy: "upgrade it"
                )
            ]
        }
        return [
            Finding(.ok, seen.section, "version", "Bacalhau \(version)"), rights(seen), nodes(seen), hello(seen),
        ].compactMap { $0 }
    }

    private func rights(_ seen: OrchestratorExamination) -> Finding? {
        guard let reason = seen.rights?.failure else { return nil }
        return Finding(
            .error,
            seen.section,
            "rights",
            "it does not let us ask for jobs: \(reason)",
            remedy: "correct \(seen.secret), or the rights that it gives"
        )
    }

    private func nodes(_ seen: OrchestratorExamination) -> Finding? {
        switch seen.nodes {
        case nil: return nil
        case .failed(let reason)?:
            return Finding(
                .warning,
                seen.section,
                "nodes",
                "cannot be listed: \(reason)",
                remedy: "give whoever is named by \(seen.secret) the right to list nodes"
            )
        case .seen(let nodes)?:
            let compute = nodes.filter(\.isCompute)
            let usable = compute.filter(\.isUsable)
            let text = "\(usable.count) of \(counted(compute.count, "compute node")) can be given jobs"
            guard !usable.isEmpty else {
                return Finding(
                    .error,
                    seen.section,
                    "nodes",
                    "\(text): every job would fail",
                    remedy: "connect a compute node to the orchestrator and approve it"
                )
            }
            let publishers = names(usable.flatMap(\.publishers))
            let offered = "\(text); engines: \(names(usable.flatMap(\.engines))); publishers: \(publishers)"
            guard usable.contains(where: { $0.publishers.contains { $0.lowercased() == "ipfs" } }) else {
                return Finding(
                    .warning,
                    seen.section,
                    "nodes",
                    "\(offered). Requests for a CID (result type 0) need the publisher ipfs, and would fail",
                    remedy: "set up the ipfs publisher at a compute node, if CIDs are asked for"
                )
            }
            return Finding(.ok, seen.section, "nodes", offered)
        }
    }

    private func names(_ all: [String]) -> String {
        let names = Set(all.map { SafeText.line($0, limit: 40) }).sorted().prefix(12)
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private func hello(_ seen: OrchestratorExamination) -> Finding? {
        switch seen.hello {
        case nil: return nil
        case .failed(let reason)?:
            return Finding(
                .error,
                seen.section,
                "job",
                reason,
                remedy: "look at the job with 'bacalhau job describe', and at the compute nodes' logs"
            )
        case .seen(let sight)?:
            guard sight.output == "hello" else {
                return Finding(
                    .warning,
                    seen.section,
                    "job",
                    "\(sight.job) printed \(SafeText.quoted(sight.output)) in place of \"hello\"",
                    remedy: "look at the compute nodes' logs"
                )
            }
            return Finding(
                .ok,
                seen.section,
                "job",
                "\(sight.job) said hello after \(spanText(sight.took)) (\(sight.engine))"
            )
        }
    }
}
