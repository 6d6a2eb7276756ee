internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What a node's head means for what has been read, and what is done when the chain has changed.
extension Follower {
    enum Meeting {
        /// The node's chain goes on from what has been read.
        case onTop
        /// It shows less.
        case below
        /// What has been read was taken back in part: look again.
        case changed
        /// The node is on a branch that the others do not share.
        case apart
    }

    /// What a node has at a link's height, which was asked together with its head.
    struct Shown {
        let link: ChainLink
        let hash: Hash32?
    }

    /// Finds out what the head means.
    ///
    /// Behind a balancer the next answer may come from a node with another head: then that one is gone by.
    mutating func meet(
        _ head: inout BlockHeader,
        showing shown: Shown? = nil,
        at node: EthereumClient
    ) async throws -> Meeting {
        let verdict = chain.begin(head)
        guard case .confirm(let link) = verdict else { return try await settle(verdict, &head, node) }
        if let shown, shown.link == link {
            return try await settle(chain.found(shown.hash, at: link), &head, node)
        }
        let answer: (header: BlockHeader?, head: BlockHeader?)
        do {
            answer = try await node.headerWithHead(at: link.number)
        } catch {
            // A node that does not go back so far contradicts nothing.
            guard error.logRangeFailure == .tooOld else { throw error }
            return .onTop
        }
        return try await settle(found(answer, at: link, &head), &head, node)
    }

    private mutating func settle(
        _ first: CanonicalChain.Verdict,
        _ head: inout BlockHeader,
        _ node: EthereumClient
    ) async throws -> Meeting {
        var verdict = first
        while true {
            switch verdict {
            case .extends: return .onTop
            case .behind: return .below
            case .confirm(let link):
                verdict = try found(await node.headerWithHead(at: link.number), at: link, &head)
            case .vote(let link):
                let (rejections, voters) = await votes(on: link, first: node)
                verdict = chain.voted(link, rejections: rejections, of: voters)
            case .leave(let link):
                leave(node, link)
                return .apart
            case .rewind(let link):
                try await rewind(to: link)
                return .changed
            case .halt(let link):
                try await halt(at: link, node)
                return .changed
            }
        }
    }

    private mutating func found(
        _ answer: (header: BlockHeader?, head: BlockHeader?),
        at link: ChainLink,
        _ head: inout BlockHeader
    ) throws(FollowFault) -> CanonicalChain.Verdict {
        guard let newHead = answer.head else { throw FollowFault("the node has no latest block") }
        head = newHead
        // Its head may be lower than the one before it, or on another branch.
        return head.number > link.number ? chain.found(Self.hash(answer), at: link) : chain.begin(head)
    }

    /// The block at a height; zero where the height has none, as the head above shows; nil where the node is not as far.
    static func hash(
        _ answer: (header: BlockHeader?, head: BlockHeader?),
        below number: UInt64? = nil
    ) -> Hash32? {
        answer.header?.hash ?? (answer.head.map { $0.number > number ?? 0 } ?? false ? .zero : nil)
    }

    /// How many of the nodes have another block at the link's height, of those that are as far.
    ///
    /// Only the nodes together say that the chain has changed: one of them may be behind a fail-over, or on a fork.
    private func votes(on link: ChainLink, first: EthereumClient) async -> (rejections: Int, voters: Int) {
        var (rejections, voters) = (0, 0)
        for node in [first] + first.others {
            guard let answer = try? await node.headerWithHead(at: link.number),
                let hash = Self.hash(answer, below: link.number)
            else { continue }
            // A node that lags shows what was so before a reorganisation: no reason to give up what is final.
            if link == chain.final, (answer.head?.number ?? 0) < highest { continue }
            voters += 1
            if hash != link.hash { rejections += 1 }
        }
        return (rejections, voters)
    }

    /// Whether the node's chain leads from the head to this link, where the links between do not show it.
    ///
    /// What lies below the newest link may be of another branch: a node behind a balancer has shown it, that has followed
    /// a reorganisation later than the others. False: what was read has been taken back.
    mutating func confirm(_ link: ChainLink, below head: BlockHeader, at node: EthereumClient) async throws -> Bool {
        let above = chain.links.drop { $0.number <= link.number }
        let isLinked = zip([link] + above, above).allSatisfy { $1.parentHash == $0.hash }
        guard !isLinked else { return true }
        let answer = try await node.headerWithHead(at: link.number)
        guard var newHead = answer.head, newHead.number >= head.number else {
            throw FollowFault("the node's head was block \(head.number), and is a lower one now")
        }
        guard Self.hash(answer) != link.hash else { return true }
        guard chain.links.contains(link) else { throw FollowFault("block \(link.number) is another one now") }
        return try await settle(.vote(link), &newHead, node) == .onTop
    }

    /// Most of the nodes must have the block that is to be final: the one that is asked may have gone on alone on a branch
    /// of its own, which would be followed like any other as long as nobody else is asked.
    ///
    /// Of two nodes none can be outvoted, so the other one is not asked.
    mutating func agree(on final: ChainLink, with node: EthereumClient) async throws {
        guard client.nodeCount > 2 else { return }
        var (sharing, reached) = (1, 1)
        for other in node.others {
            do {
                let header = try await other.header(at: .number(final.number))
                reached += 1
                if header?.hash == final.hash { sharing += 1 }
            } catch { continue }
        }
        guard sharing * 2 < reached else {
            aloneSince[node.maskedEndpoint] = nil
            return
        }
        let since = aloneSince[node.maskedEndpoint, default: environment.now]
        aloneSince[node.maskedEndpoint] = since
        // For as long as the others need to take back what only this one has: asked again at once it would bring it back.
        node.setBehind()
        if environment.now - since >= options.apartPatience {
            node.expel("its block \(final.number) is \(final.hash.hex), which other nodes do not have: it is on a fork")
        }
        throw FollowFault("block \(final.number) is not final: most of the nodes do not have it as \(final.hash.hex)")
    }

    /// In a reorganisation nodes change one after the other: only who stays apart for long is expelled.
    private mutating func leave(_ node: EthereumClient, _ link: ChainLink) {
        let since = apartSince[node.maskedEndpoint, default: environment.now]
        apartSince[node.maskedEndpoint] = since
        guard environment.now - since >= options.apartPatience else { return node.setBehind() }
        let reason = "its block \(link.number) is not \(link.hash.hex), which other nodes have: it is on a fork"
        node.expel(reason)
    }

    /// Says once who is left out, and why.
    mutating func tellExpulsions() {
        for state in client.states where state.reason != expelled[state.endpoint] {
            expelled[state.endpoint] = state.reason
            guard let reason = state.reason else {
                environment.log.info("node asked again", ["node": state.endpoint])
                continue
            }
            environment.log.error("node expelled", ["node": state.endpoint, "reason": reason])
            environment.counters.increment("nodes.expelled")
        }
    }

    /// Whether the head has stood still for long, and another node has gone on: then that one is asked first for a while.
    mutating func isLeftBehind(_ head: BlockHeader, _ node: EthereumClient) async throws -> Bool {
        let now = environment.now
        guard client.nodeCount > 1, let newest,
            now - newest.since >= max(options.stillTime, (pace.blockTime ?? .zero) * 5)
        else { return false }
        self.newest = (newest.head, now)
        for other in node.others {
            guard let header = try? await other.header(at: .latest), header.number > head.number + 1 else { continue }
            node.setBehind()
            return true
        }
        return false
    }

    private mutating func rewind(to link: ChainLink?) async throws {
        let tip = chain.tip
        let now = environment.now
        let orphans = try await store.rewind(to: link?.number, stopJobsAt: now + options.orphanPatience, at: now)
        chain.rewound(to: link)
        cursors = try await store.cursors(of: cursors)
        tagsAskedAt = nil
        environment.counters.increment("chain.reorgs")
        environment.counters.increment("requests.orphaned", by: Int64(orphans))
        environment.log.warning(
            "reorganisation",
            ["block.from": tip?.number, "block.kept": link?.number, "requests.orphaned": orphans]
        )
    }

    /// Stands still for good once several looks in a row have found it: one answer may be a lie.
    private mutating func halt(at link: ChainLink, _ node: EthereumClient) async throws {
        haltLooks += 1
        let fault = "block \(link.number) was final as \(link.hash.hex), and is another one now"
        // The node is asked again: it would be left out as one of another chain, and nobody would hear of it.
        guard haltLooks >= options.haltLooks else { throw FollowFault(fault, isOfTheNode: false) }
        let halt = ChainHalt(at: environment.now, reason: fault)
        try await store.halt(halt)
        throw halt
    }

    /// All that the node shows has been read, and more: others may have it; if none does for a while, the chain has become
    /// shorter, and the cursors go back.
    mutating func fallBack(to head: BlockHeader, at node: EthereumClient) async throws -> Outcome {
        guard let tip = chain.tip else { return .idle }
        for other in node.others {
            guard let header = try? await other.header(at: .latest), header.number >= tip.number else { continue }
            node.setBehind()
            return .again
        }
        let now = environment.now
        let since = behindSince ?? now
        behindSince = since
        guard now - since >= options.shortChainPatience else { return .idle }
        let kept = chain.links.last { $0.number <= head.number }
        if let final = chain.final, kept.map({ $0.number < final.number }) ?? true {
            throw FollowFault(
                "the node's head is block \(head.number), and block \(final.number) was final: it has lost blocks, or is"
                    + " far behind"
            )
        }
        behindSince = nil
        try await rewind(to: kept)
        return .again
    }
}
