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

    /// The node's head, and its block at the newest link's height where more than one block must have come since: both in
    /// one request.
    mutating func show(at node: EthereumClient) async throws -> (head: BlockHeader?, tip: Shown?) {
        let since = lookedAt
        lookedAt = environment.now
        guard let tip = chain.tip, let since, let blockTime = pace.blockTime,
            environment.now - since > blockTime * 3 / 2
        else { return (try await node.header(at: .latest), nil) }
        do {
            let answer = try await node.headerWithHead(at: tip.number)
            return (answer.head, Shown(link: tip, hash: Self.hash(answer, below: tip.number)))
        } catch {
            // After a long pause the node may not go back so far.
            guard error.logRangeFailure == .tooOld else { throw error }
            return (try await node.header(at: .latest), nil)
        }
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
        var isTie = false
        while true {
            switch verdict {
            case .extends: return .onTop
            case .behind: return .below
            case .confirm(let link):
                verdict = try found(await node.headerWithHead(at: link.number), at: link, &head)
            case .vote(let link):
                let (rejections, voters) = await votes(on: link, first: node)
                verdict = chain.voted(link, rejections: rejections, of: voters)
                isTie = rejections * 2 == voters
            case .leave(let link):
                leave(node, link, isTie: isTie)
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

    /// Whether the node's chain leads from the head to this link, where the links between do not show it.
    ///
    /// What lies below the newest link may be of another branch: a node behind a balancer has shown it, that has followed
    /// a reorganisation later than the others. False: what was read has been taken back.
    mutating func confirm(_ link: ChainLink, below head: BlockHeader, at node: EthereumClient) async throws -> Bool {
        guard let tip = chain.tip, !chain.isLinked(from: link, to: tip) else { return true }
        let answer = try await node.headerWithHead(at: link.number)
        guard var newHead = answer.head, newHead.number >= head.number else {
            throw FollowFault("the node's head was block \(head.number), and is a lower one now")
        }
        guard Self.hash(answer) != link.hash else { return true }
        guard chain.links.contains(link) else { throw FollowFault("block \(link.number) is another one now") }
        return try await settle(.vote(link), &newHead, node) == .onTop
    }

    /// Where the newest block is of the node's chain and what was final is not, a balancer of two minds has led from the one
    /// to the other: all is taken back above the last block below it that is.
    mutating func takeBackWhatWasFinal(_ final: ChainLink?, at node: EthereumClient) async throws {
        guard let final, try await node.header(at: .number(final.number))?.hash != final.hash else { return }
        let below = chain.links.filter { $0.number < final.number }
        // Up to one of them all are common, and above it none.
        var (kept, left) = (-1, below.count)
        while left - kept > 1 {
            let middle = kept + (left - kept) / 2
            let header = try await node.header(at: .number(below[middle].number))
            if header?.hash == below[middle].hash { kept = middle } else { left = middle }
        }
        try await rewind(to: kept < 0 ? nil : below[kept])
    }

    private mutating func rewind(to link: ChainLink?) async throws {
        let tip = chain.tip
        let now = environment.now
        let orphans = try await store.rewind(to: link?.number, stopJobsAt: now + options.orphanPatience, at: now)
        chain.rewound(to: link)
        highest = link?.number ?? 0
        cursors = try await store.cursors(of: cursors)
        forgetTags()
        environment.counters.increment("chain.reorgs")
        environment.counters.increment("requests.orphaned", by: Int64(orphans))
        environment.log.warning(
            "reorganisation",
            ["block.from": tip?.number, "block.kept": link?.number, "requests.orphaned": orphans]
        )
    }

    /// Stands still for good once several looks have found it, and for a while.
    ///
    /// One answer may be a lie, and so may be all that one node says for a moment. Until then nothing is sent.
    private mutating func halt(at link: ChainLink, _ node: EthereumClient) async throws {
        let fault = "block \(link.number) was final as \(link.hash.hex), and is another one now"
        if let view = heads.view {
            heads.post(HeadBoard.View(head: view.head, timestamp: view.timestamp, settle: nil, receipt: nil))
        }
        // One that serves another chain by now is left out. The only one is asked on all the same: of one that is left out
        // nobody would hear what it says.
        if client.nodeCount > 1 { node.requireProof() }
        guard halting.isOver(after: options.haltPatience, looks: options.haltLooks, at: environment.now) else {
            throw FollowFault(fault, isOfTheNode: false)
        }
        let halt = ChainHalt(at: environment.now, reason: fault)
        try await store.halt(halt)
        throw halt
    }

    /// Whether blocks count as read that are above the head: a node once said that they had passed.
    func isAhead(of head: BlockHeader) -> Bool {
        cursors.contains { $0.nextBlock > max(head.number.saturatingAdding(1), $0.startBlock) }
    }

    /// All that the node shows has been read, and more: others may have it; if none does for a while, the chain has become
    /// shorter, and the cursors go back.
    mutating func fallBack(to head: BlockHeader, at node: EthereumClient) async throws -> Outcome {
        let unread = cursors.filter { $0.nextBlock > $0.startBlock }.map(\.nextBlock).max() ?? 0
        let reached = max(chain.tip?.number ?? 0, unread - min(1, unread))
        for other in node.others {
            guard let header = try? await other.header(at: .latest), header.number >= reached else { continue }
            node.setBehind()
            return .again
        }
        guard behind.isOver(after: options.shortChainPatience, at: environment.now) else { return .idle }
        let kept = chain.links.last { $0.number <= head.number }
        if let final = chain.final, kept.map({ $0.number < final.number }) ?? true {
            throw FollowFault(
                "the node's head is block \(head.number), and block \(final.number) was final: it has lost blocks, or is"
                    + " far behind"
            )
        }
        behind.end()
        try await rewind(to: kept)
        return .again
    }
}
