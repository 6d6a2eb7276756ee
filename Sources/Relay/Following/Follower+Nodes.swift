internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import Telemetry

/// Which of several nodes is believed: where they are put to the vote, who is left out, and who comes first.
extension Follower {
    /// How many of the nodes have another block at the link's height, of those that are as far.
    ///
    /// Only the nodes together say that the chain has changed: one of them may be behind a fail-over, or on a fork.
    ///
    /// Who is silent is held to keep to the link until it has been so for a while.
    mutating func votes(on link: ChainLink, first: EthereumClient) async -> (rejections: Int, voters: Int) {
        var (rejections, voters) = (0, 0)
        for node in [first] + client.known.filter({ $0.index != first.index }) where !isGone(node) {
            guard let answer = try? await node.headerWithHead(at: link.number) else {
                if isHeldToKeep(node) { voters += 1 }
                continue
            }
            noteAnswer(of: node)
            guard let hash = Self.hash(answer, below: link.number) else { continue }
            // A node that lags shows what was so before a reorganisation: no reason to give up what is final.
            if link == chain.final, (answer.head?.number ?? 0) < highest { continue }
            voters += 1
            if hash != link.hash { rejections += 1 }
        }
        return (rejections, voters)
    }

    /// Most of the nodes must have the block that is to be final: the one that is asked may have gone on alone on a branch
    /// of its own, which would be followed like any other as long as nobody else is asked.
    ///
    /// False where as many have another block, or have just fallen silent: it is not final yet, and nobody can be called
    /// wrong. Who is not as far says nothing. Throws `FollowFault` where most have another one.
    mutating func agree(on final: ChainLink, with node: EthereumClient) async throws -> Bool {
        guard client.nodeCount > 1, let index = node.index else { return true }
        var (sharing, differing, silent) = (1, 0, 0)
        for other in client.known where other.index != index && !isGone(other) {
            // One that wants to be left alone is, this being asked for often.
            guard !other.isResting, let answer = try? await other.headerWithHead(at: final.number) else {
                if isHeldToKeep(other) { silent += 1 }
                continue
            }
            noteAnswer(of: other)
            guard let hash = Self.hash(answer, below: final.number) else { continue }
            if hash == final.hash { sharing += 1 } else { differing += 1 }
        }
        isTied = differing + silent >= sharing
        guard isTied else {
            alone[index] = nil
            environment.outages.recovered("finality")
            return true
        }
        let fault = "block \(final.number) is not final: other nodes do not have it as \(final.hash.hex)"
        guard differing > sharing else {
            // One that does not answer is an outage of its own, and soon counts no more.
            if differing > 0 { environment.outages.failed("finality", FollowFault(fault)) }
            return false
        }
        // For as long as the others need to take back what only this one has: asked again at once it would bring it back.
        node.setBehind()
        if alone[index, default: Patience()].isOver(after: options.apartPatience, at: environment.now) {
            node.expel("its block \(final.number) is \(final.hash.hex), which other nodes do not have: it is on a fork")
        }
        throw FollowFault(fault)
    }

    /// In a reorganisation nodes change one after the other: only who stays apart for long is expelled.
    ///
    /// In a tie nobody knows who is right.
    mutating func leave(_ node: EthereumClient, _ link: ChainLink, isTie: Bool) {
        guard let index = node.index, !isTie else { return node.setBehind() }
        let isOver = apart[index, default: Patience()].isOver(after: options.apartPatience, at: environment.now)
        guard isOver else { return node.setBehind() }
        let reason = "its block \(link.number) is not \(link.hash.hex), which other nodes have: it is on a fork"
        node.expel(reason)
    }

    /// Says once who is left out, and why.
    mutating func tellExpulsions() {
        for (index, state) in client.states.enumerated() where state.reason != expelled[index] {
            expelled[index] = state.reason
            guard let reason = state.reason else {
                environment.log.info("node asked again", ["node": state.endpoint])
                continue
            }
            environment.log.error("node expelled", ["node": state.endpoint, "reason": reason])
            environment.counters.increment("nodes.expelled")
        }
    }

    /// Whether another node has gone on where this one's head has stood still for long, or is well ahead of it, which is
    /// looked at now and then: that one is asked first for a while.
    mutating func isLeftBehind(_ head: BlockHeader, _ node: EthereumClient) async throws -> Bool {
        let now = environment.now
        guard client.nodeCount > 1, let standing else { return false }
        let blockTime = pace.blockTime ?? .zero
        let stillTime = max(options.stillTime, blockTime * 5)
        let last = comparedAt.map { min($0, now) } ?? now
        comparedAt = last
        let isStill = now - standing.since >= stillTime && now - last >= stillTime
        guard isStill || now - last >= options.secondReadPause else { return false }
        comparedAt = now
        let lag = max(0, min(options.steadyLag / max(pace.mean ?? .zero, .milliseconds(1)), 1e6))
        let margin = isStill ? 1 : max(3, UInt64(lag))
        for other in node.others {
            guard let header = try? await other.header(at: .latest),
                header.number > head.number.saturatingAdding(margin)
            else { continue }
            node.setBehind()
            return true
        }
        return false
    }

    // MARK: Silence

    /// Whether a node that has just not answered is held to keep to what was read; no more once it has been silent for long.
    mutating func isHeldToKeep(_ node: EthereumClient) -> Bool {
        guard node.expulsion == nil, let index = node.index, !isLongSilent(node) else { return false }
        return !silent[index, default: Patience()].isOver(after: options.silencePatience, at: environment.now)
    }

    mutating func noteAnswer(of node: EthereumClient) {
        if let index = node.index { silent[index] = nil }
    }

    /// Not worth the time that it takes to find that it still says nothing.
    func isGone(_ node: EthereumClient) -> Bool { node.isResting && isLongSilent(node) }

    private func isLongSilent(_ node: EthereumClient) -> Bool {
        (node.failing ?? .zero) >= options.silencePatience
    }
}
