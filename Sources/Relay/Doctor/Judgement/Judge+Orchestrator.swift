internal import Bacalhau

/// The orchestrator and its compute nodes.
extension Judge {
    var orchestrator: [Finding] {
        let seen = seen.orchestrator
        guard let version = seen.version.value else {
            return [
                Finding(
                    .error,
                    "bacalhau",
                    "reach",
                    seen.version.failure ?? "",
                    remedy: "start the orchestrator, or correct bacalhau.api or \(seen.secret)"
                )
            ]
        }
        guard version.isSupported else {
            return [
                Finding(
                    .error,
                    "bacalhau",
                    "version",
                    "it is Bacalhau \(version), and older ones than \(ServerVersion.oldest) may run a job twice",
                    remedy: "upgrade it"
                )
            ]
        }
        return [Finding(.ok, "bacalhau", "version", "Bacalhau \(version)"), rights, nodes, hello].compactMap { $0 }
    }

    private var rights: Finding? {
        guard let reason = seen.orchestrator.rights?.failure else { return nil }
        return Finding(
            .error,
            "bacalhau",
            "rights",
            "it does not let us ask for jobs: \(reason)",
            remedy: "correct \(seen.orchestrator.secret), or the rights that it gives"
        )
    }

    private var nodes: Finding? {
        switch seen.orchestrator.nodes {
        case nil: return nil
        case .failed(let reason)?:
            return Finding(
                .warning,
                "bacalhau",
                "nodes",
                "cannot be listed: \(reason)",
                remedy: "give whoever is named by \(seen.orchestrator.secret) the right to list nodes"
            )
        case .seen(let nodes)?:
            let compute = nodes.filter(\.isCompute)
            let usable = compute.filter(\.isUsable)
            let text = "\(usable.count) of \(counted(compute.count, "compute node")) can be given jobs"
            guard !usable.isEmpty else {
                return Finding(
                    .error,
                    "bacalhau",
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
                    "bacalhau",
                    "nodes",
                    "\(offered). Requests for a CID (result type 0) need the publisher ipfs, and would fail",
                    remedy: "set up the ipfs publisher at a compute node, if CIDs are asked for"
                )
            }
            return Finding(.ok, "bacalhau", "nodes", offered)
        }
    }

    private func names(_ all: [String]) -> String {
        let names = Set(all.map { SafeText.line($0, limit: 40) }).sorted().prefix(12)
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private var hello: Finding? {
        switch seen.orchestrator.hello {
        case nil: return nil
        case .failed(let reason)?:
            return Finding(
                .error,
                "bacalhau",
                "job",
                reason,
                remedy: "look at the job with 'bacalhau job describe', and at the compute nodes' logs"
            )
        case .seen(let sight)?:
            guard sight.output == "hello" else {
                return Finding(
                    .warning,
                    "bacalhau",
                    "job",
                    "\(sight.job) printed \(SafeText.quoted(sight.output)) in place of \"hello\"",
                    remedy: "look at the compute nodes' logs"
                )
            }
            return Finding(
                .ok,
                "bacalhau",
                "job",
                "\(sight.job) said hello after \(spanText(sight.took)) (\(sight.engine))"
            )
        }
    }
}
