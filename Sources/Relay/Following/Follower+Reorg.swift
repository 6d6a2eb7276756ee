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

    /// How many of the nodes have another block at the link's height, of those that are as far.
    ///
    /// Only the nodes together say that the chain has changed: one of them may be behind a fail-over, or on a fork.
    ///
    /// Who is silent is held to keep to the link until it has been so for a while.
    private mutating func votes(on link: ChainLink, first: EthereumClient) async -> (rejections: Int, voters: Int) {
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
    private mutating func leave(_ node: EthereumClient, _ link: ChainLink, isTie: Bool) {
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
