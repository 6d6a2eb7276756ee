internal import Bacalhau
internal import RelayCore

/// Where published files are read.
extension Judge {
    var results: [Finding] {
        switch seen.files {
        case nil: return []
        case .failed(let reason)?:
            return [
                Finding(
                    .warning,
                    "results",
                    "reach",
                    "published files cannot be read: \(reason). Results would be Bacalhau's run output, which is cut",
                    remedy: "start the IPFS daemon, or correct results.gateway or results.api"
                )
            ]
        case .seen?: return [Finding(.ok, "results", "reach", "published files can be read")] + unpublished
        }
    }

    /// Jobs whose output is wanted are given the publisher `ipfs`, which then has to be there.
    private var unpublished: [Finding] {
        guard options.contracts.contains(where: { $0.policy.publishers.contains(.ipfs) }) else { return [] }
        return ([seen.orchestrator] + seen.fallbacks).filter(lacksPublisher).map { orchestrator in
            let whose = seen.fallbacks.isEmpty ? "" : " of \(orchestrator.section)"
            return Finding(
                .error,
                "results",
                "publisher",
                "no compute node\(whose) has the publisher ipfs, which jobs get that are asked for their output: they would"
                    + " fail",
                remedy: "set up the ipfs publisher at a compute node, or remove results.gateway and results.api"
            )
        }
    }

    private func lacksPublisher(_ orchestrator: OrchestratorExamination) -> Bool {
        guard let nodes = orchestrator.nodes?.value?.filter(\.isUsable), !nodes.isEmpty else { return false }
        return !nodes.contains { $0.publishers.contains { $0.lowercased() == "ipfs" } }
    }
}
