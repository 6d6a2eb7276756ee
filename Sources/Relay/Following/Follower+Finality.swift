internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Which blocks are final now, and by which rule.
extension Follower {
    struct Releases {
        var settle: Release?
        var receipt: Release?
    }

    /// The head by which depth and age are measured: the newest block that was read, or one that stands on it.
    ///
    /// What a node says of its head alone is one number, and would make final what is not deep at all.
    func proven(_ head: BlockHeader) -> BlockHeader {
        guard let tip = chain.tip, head.hash != tip.hash, head.parentHash != tip.hash || head.number != tip.number + 1
        else { return head }
        return BlockHeader(
            number: tip.number,
            hash: tip.hash,
            parentHash: tip.parentHash,
            timestamp: tip.timestamp,
            baseFeePerGas: nil,
            gasLimit: 0,
            gasUsed: 0,
            logsBloom: nil
        )
    }

    /// What is final by this head and by what the tags named.
    func releases(at shown: BlockHeader) -> Releases {
        // A miner whose clock is ahead would make final what is not old at all.
        let head = shown.seen(at: environment.now)
        let links = chain.links
        return Releases(
            settle: release(options.settle, head, links),
            receipt: release(options.receipt, head, past.map { $0.links + links } ?? links)
        )
    }

    private func release(_ rule: FinalityRule, _ head: BlockHeader, _ links: [ChainLink]) -> Release? {
        rule.release(head: head, tagged: rule.tag.flatMap { tagged[$0] }, links: links)
    }

    /// The tags are asked for anew, and what they said before counts no more.
    mutating func forgetTags() {
        (tags, tagged, tagsAskedAt) = ([:], [:], nil)
    }

    /// Tags move seldom, so they are asked for seldom, and where nothing waits for them more seldom still.
    ///
    /// What is wrong with one is said as an outage of it.
    mutating func askTags(at shown: BlockHeader, _ node: EthereumClient) async throws {
        let head = shown.seen(at: environment.now)
        let wanted = Set([options.settle.tag, options.receipt.tag].compactMap { $0 })
        guard !wanted.isEmpty else { return }
        let pause = isBusy ? options.tagPause : options.idlePause
        if let last = tagsAskedAt, environment.now >= last, environment.now - last < pause { return }
        for tag in wanted {
            let header = try await node.header(at: tag == .safe ? .safe : .finalized)
            let number = tags[tag, default: TagWatch()].told(header?.number, head: head)
            tagged[tag] = number
            let what = "block tag \(tag.rawValue)"
            if let trouble = tags[tag]?.trouble {
                environment.outages.failed(what, FollowFault("\(trouble)"))
            } else {
                environment.outages.recovered(what)
            }
        }
        tagsAskedAt = environment.now
    }

    /// The block that is final from now on, where there is a new one and the nodes agree on it; not sound: what was read
    /// has been taken back.
    ///
    /// While nothing waits for it this is done seldom.
    mutating func newFinal(
        _ release: Release?,
        below head: BlockHeader,
        _ node: EthereumClient
    ) async throws -> (link: ChainLink?, isSound: Bool) {
        let now = environment.now
        if let last = finalisedAt, now >= last, now - last < options.idlePause,
            try await !store.hasOpenRequests()
        {
            return (nil, true)
        }
        do {
            guard let release, let link = try await finalLink(release, node) else { return (nil, true) }
            guard try await confirm(link, below: head, at: node) else { return (nil, false) }
            guard try await isAboveTheLast(link, below: head, at: node) else { return (nil, false) }
            guard try await isNamed(link, by: release, node), try await agree(on: link, with: node) else {
                return (nil, true)
            }
            finalisedAt = now
            return (link, true)
        } catch let error as RPCError where error.logRangeFailure == .tooOld {
            // After a long pause a node may not go back so far: what is read next is final soon enough.
            return (nil, true)
        }
    }

    /// Blocks that a link may lie below what has been released, and is taken in its place.
    private static let nearness: UInt64 = 8

    /// The block that is final from now on, where that is a new one within what has been read.
    ///
    /// A link that is near enough: which block it was that was read there is known without a question.
    private func finalLink(_ release: Release, _ node: EthereumClient) async throws -> ChainLink? {
        guard let tip = chain.tip else { return nil }
        let number = min(release.number, tip.number)
        guard number > chain.final?.number ?? 0 || chain.final == nil else { return nil }
        let link = chain.links.last { $0.number <= number }
        if let link, number - link.number <= Self.nearness, chain.canFinalise(link) { return link }
        // A height without a block has one below it.
        for height in (number - min(number, 16)...number).reversed() {
            if let link, link.number >= height { return chain.canFinalise(link) ? link : nil }
            guard let header = try await node.header(at: .number(height)) else { continue }
            let asked = ChainLink(header)
            return chain.canFinalise(asked) ? asked : nil
        }
        return nil
    }

    /// Whether this link stands on what is final already: a balancer of two minds may have led from one branch to another,
    /// past it.
    ///
    /// Where the links between do not show it the node is asked; one that does not go back so far contradicts nothing.
    private mutating func isAboveTheLast(
        _ link: ChainLink,
        below head: BlockHeader,
        at node: EthereumClient
    ) async throws -> Bool {
        guard let last = chain.final, !chain.isLinked(from: last, to: link) else { return true }
        do {
            return try await confirm(last, below: head, at: node)
        } catch let error as RPCError where error.logRangeFailure == .tooOld {
            return true
        }
    }

    /// Whether the block that a tag names has this link below it.
    ///
    /// Of both in one answer: behind a balancer the tag may have been told by a node on another branch than the one that has
    /// been read.
    private mutating func isNamed(_ link: ChainLink, by release: Release, _ node: EthereumClient) async throws -> Bool {
        guard let tag = FinalityRule.Tag(rawValue: release.rule) else { return true }
        do throws(RPCError) {
            let answer = try await node.header(at: link.number, with: tag == .safe ? .safe : .finalized)
            guard let tagged = answer.tagged, tagged.number >= link.number else {
                // It is lower than it was told: what was told once and is not true would hold up everything.
                forgetTags()
                return false
            }
            return answer.header?.hash == link.hash
        } catch {
            // Another node than this one has told the tag.
            guard !error.isOfTheNode else { throw error }
            return false
        }
    }
}

extension BlockHeader {
    /// As of now at the latest, whatever its miner says.
    fileprivate func seen(at now: Timestamp) -> BlockHeader {
        BlockHeader(
            number: number,
            hash: hash,
            parentHash: parentHash,
            timestamp: min(timestamp, UInt64(clamping: now.milliseconds / 1_000)),
            baseFeePerGas: baseFeePerGas,
            gasLimit: gasLimit,
            gasUsed: gasUsed,
            logsBloom: logsBloom
        )
    }
}
