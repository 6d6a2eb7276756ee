internal import Ethereum
internal import RelayCore
internal import RelayStore

/// One node: who it is, whether it agrees with the others, how it is reached.
extension Judge {
    func node(_ place: Int) -> [Finding] {
        let node = seen.nodes[place]
        let name = "chain.rpc[\(place)]"
        guard let reach = node.reach.value else {
            return [away(name, place, node)]
        }
        guard reach.chainID == options.chainID, let details = node.details else {
            return [
                Finding(
                    .error,
                    name,
                    "chain",
                    "\(node.shown) serves chain \(reach.chainID), and chain.id is \(options.chainID)",
                    remedy: "correct \(name).url (\(variable(place, "URL"))), or chain.id"
                )
            ]
        }
        return [
            answers(name, node, reach, details), identity(name, place, details), agreement(name, place, details),
            anchor(name, details), head(name, reach), tags(name, reach, details),
        ].compactMap { $0 } + logs(name, details)
            + [batch(name, details), webSocket(name, place, details)]
            .compactMap { $0 }
    }

    private func away(_ name: String, _ place: Int, _ node: NodeExamination) -> Finding {
        let key = "\(name).url (\(variable(place, "URL")))"
        let remedy =
            switch node.refusal {
            case nil: "start the node, or correct \(key)"
            case .key?: "the key in \(key) is missing, wrong or has no right to this: correct the key"
            case .quota?:
                "the limit of its provider is used up: wait, have it raised, or add a node of another one to chain.rpc"
            case .noHead?: "wait until the node has synced, or name another one in \(key)"
            }
        let isGrave = good.count < max(1, options.follow.quorum) || node.refusal == .noHead
        return Finding(
            isGrave ? .error : .warning,
            name,
            "reach",
            "\(node.shown): \(node.reach.failure ?? "no answer")",
            remedy: remedy
        )
    }

    private func variable(_ place: Int, _ key: String) -> String { "LILYPAD_CHAIN__RPC__\(place)__\(key)" }

    private func answers(_ name: String, _ node: NodeExamination, _ reach: NodeReach, _ details: NodeDetails) -> Finding
    {
        let software = details.software.value.map { ", \($0)" } ?? ""
        switch details.latency {
        case .seen(let latency):
            let isSlow = latency > .seconds(2)
            return Finding(
                isSlow ? .warning : .ok,
                name,
                "reach",
                "\(node.shown) serves chain \(reach.chainID), answers in \(spanText(latency))\(software)",
                remedy: isSlow ? "take a nearer node, or name a faster one first in chain.rpc" : nil
            )
        case .failed(let reason):
            return Finding(
                .warning,
                name,
                "reach",
                "\(node.shown) serves chain \(reach.chainID), and does not always answer: \(reason)",
                remedy: "ask its operator whether it limits calls, or name another node in chain.rpc"
            )
        }
    }

    // MARK: The same chain

    private func identity(_ name: String, _ place: Int, _ details: NodeDetails) -> Finding {
        guard let genesis = details.genesis.value else {
            return Finding(
                .warning,
                name,
                "genesis",
                "block 0 cannot be had: \(details.genesis.failure ?? "")",
                remedy: "without it only chain.id and the first final block tell the chain: take a node that has it"
            )
        }
        // Zero: the nodes that it began with did not go back so far.
        if let known = seen.database.state?.identity, known.genesisHash != .zero, known.genesisHash != genesis {
            return Finding(
                .error,
                name,
                "genesis",
                "block 0 is \(genesis.hex), and the database belongs to \(known)",
                remedy: "correct \(name).url; for a chain that begins anew name another file by database"
            )
        }
        if let other = good.first(where: { $0.place != place && $0.details.genesis.value.map { $0 != genesis } == true }
        ) {
            return Finding(
                .error,
                name,
                "genesis",
                "block 0 is \(genesis.hex) here and another one at chain.rpc[\(other.place)]",
                remedy: "one of them is another network of the same chain id: correct chain.rpc"
            )
        }
        return Finding(.ok, name, "genesis", genesis.hex)
    }

    private func agreement(_ name: String, _ place: Int, _ details: NodeDetails) -> Finding? {
        guard good.count > 1 else { return nil }
        let number = details.common.number
        // A height without a block (Filecoin) proves nothing.
        guard good.contains(where: { ($0.details.common.hash.value ?? nil) != nil }) else { return nil }
        guard let hash = details.common.hash.value ?? nil else {
            return Finding(
                .warning,
                name,
                "agreement",
                "it does not have block \(number), which the others have",
                remedy: "wait until it has caught up, or take it out of chain.rpc"
            )
        }
        let others = good.filter { $0.place != place }
        let apart = others.first { $0.details.common.hash.value.map { $0 != nil && $0 != hash } == true }
        guard let apart else {
            return Finding(.ok, name, "agreement", "block \(number) is the same at all nodes")
        }
        return Finding(
            .error,
            name,
            "agreement",
            "block \(number) is \(hash.hex) here and another one at chain.rpc[\(apart.place)]",
            remedy: "one of them is on a fork: find out which, and take it out of chain.rpc"
        )
    }

    private func anchor(_ name: String, _ details: NodeDetails) -> Finding? {
        guard let anchor = seen.database.state?.anchor, let sight = details.anchor else { return nil }
        guard let hash = sight.value ?? nil else {
            return Finding(.ok, name, "anchor", "it does not go back to block \(anchor.number)")
        }
        guard hash == anchor.hash else {
            return Finding(
                .error,
                name,
                "anchor",
                "block \(anchor.number) was \(anchor.hash.hex) when it was final, and is \(hash.hex) here",
                remedy: "the chain was reset, or \(name).url is another network: for a new chain name another database"
            )
        }
        return Finding(.ok, name, "anchor", "block \(anchor.number) is the one that the database knows")
    }

    // MARK: How it is reached

    private func batch(_ name: String, _ details: NodeDetails) -> Finding {
        switch details.batch {
        case .seen(true): return Finding(.ok, name, "batch", "it takes several calls in one request")
        case .seen(false):
            return Finding(
                .warning,
                name,
                "batch",
                "it does not take several calls in one request: logs and head come from two, which a load balancer may"
                    + " send to different nodes",
                remedy: "take a node that does, and name it first in chain.rpc"
            )
        case .failed(let reason):
            return Finding(.warning, name, "batch", "several calls in one request: \(reason)", remedy: "try once more")
        }
    }

    private func webSocket(_ name: String, _ place: Int, _ details: NodeDetails) -> Finding? {
        let key = "\(name).ws (\(variable(place, "WS")))"
        switch details.webSocket {
        case nil: return nil
        case .failed(let reason)?:
            return Finding(
                .warning,
                name,
                "WebSocket",
                "\(reason); blocks are found by polling alone",
                remedy: "correct \(key), or leave it out"
            )
        case .seen(let sight)?:
            if let chainID = sight.chainID, chainID != options.chainID {
                return Finding(
                    .error,
                    name,
                    "WebSocket",
                    "it serves chain \(chainID), and chain.id is \(options.chainID)",
                    remedy: "correct \(key)"
                )
            }
            let first = sight.firstHead.map { "the first head came after \(spanText($0))" }
            return Finding(
                .ok,
                name,
                "WebSocket",
                "the subscription is confirmed; \(first ?? "no head came while it was watched")"
            )
        }
    }
}
