package import Ethereum

/// What has been read of the chain, and what a node's head means for it (design D4).
///
/// In memory; the links are stored with the cursors that they belong to. A look at a node begins with its head and goes
/// on with the answers to what is asked, until the verdict is one that ends it:
///
///     begin ──▶ confirm ⇄ found ──▶ extends, behind
///       │          │
///       └──────────┴──▶ vote ──voted──▶ leave
///                         └──▶ confirm ⇄ found ──▶ rewind, halt
package struct CanonicalChain: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// The node's chain goes on from the newest link: read on.
        case extends
        /// The node shows less than has been read, and contradicts nothing of it.
        case behind
        /// Ask this node for its block at the link's height.
        case confirm(ChainLink)
        /// The node has another block at the link's height: ask all of them.
        case vote(ChainLink)
        /// The nodes keep to the link; this one is on a branch of its own.
        case leave(ChainLink)
        /// The nodes have left the chain that was read above this link; nil: above the first block.
        case rewind(to: ChainLink?)
        /// They have left it below what was final: a human has to look.
        case halt(at: ChainLink)
    }

    private struct Search: Equatable {
        /// The lowest link that is known to be left.
        var left: Int
        /// The highest that is known to be kept.
        var kept: Int?
        /// How far below the next question goes while none is known to be kept.
        var stride = 1
    }

    /// Ascending; the first is the final one, where one is final.
    package private(set) var links: [ChainLink]
    /// The highest link that no reorganisation may take away.
    package private(set) var final: ChainLink?
    private var search: Search?

    /// Links kept at most: where there are more the older ones are thinned out.
    package static let limit = 4_096

    package init(links: [ChainLink] = [], final: ChainLink? = nil) {
        self.links = links.sorted { $0.number < $1.number }
        self.final = final
        if let final { keep(final) }
        while self.links.count > Self.limit { thin() }
    }

    /// The newest link.
    package var tip: ChainLink? { links.last }

    /// The block that was read at this height, where it is known.
    package func hash(at number: UInt64) -> Hash32? {
        index(atOrBelow: number).map { links[$0] }.flatMap { $0.number == number ? $0.hash : nil }
    }

    /// Whether each link from one to the other says that it stands on the one before.
    package func isLinked(from lower: ChainLink, to upper: ChainLink) -> Bool {
        let above = links.filter { $0.number > lower.number && $0.number < upper.number } + [upper]
        guard upper.number > lower.number else { return upper == lower }
        return zip([lower] + above, above).allSatisfy { $1.parentHash == $0.hash }
    }

    // MARK: A look at a node

    /// A node's head.
    package mutating func begin(_ head: BlockHeader) -> Verdict {
        search = nil
        guard let tip, head.parentHash != tip.hash || head.number <= tip.number else { return .extends }
        guard head.number <= tip.number else { return .confirm(tip) }
        guard let index = index(atOrBelow: head.number) else { return .behind }
        let link = links[index]
        guard link.number == head.number else { return .confirm(link) }
        return meet(head.hash, link)
    }

    /// The node's block at a link's height; nil where it has none.
    package mutating func found(_ hash: Hash32?, at link: ChainLink) -> Verdict {
        guard let hash else {
            search = nil
            return .behind
        }
        guard var search, let index = links.firstIndex(of: link) else { return meet(hash, link) }
        if hash == link.hash { search.kept = index } else { search.left = index }
        self.search = search
        return next(search)
    }

    private func meet(_ hash: Hash32, _ link: ChainLink) -> Verdict {
        guard hash == link.hash else { return .vote(link) }
        return link == tip ? .extends : .behind
    }

    /// How many of those nodes that have a block at the link's height have another one.
    package mutating func voted(_ link: ChainLink, rejections: Int, of voters: Int) -> Verdict {
        guard rejections > voters - rejections, let index = links.firstIndex(of: link) else {
            search = nil
            return .leave(link)
        }
        if link == final {
            search = nil
            return .halt(at: link)
        }
        let search = Search(left: index)
        self.search = search
        return next(search)
    }

    /// The next question of the search for the common ancestor, or its end.
    private mutating func next(_ search: Search) -> Verdict {
        if let kept = search.kept {
            guard kept + 1 < search.left else {
                self.search = nil
                return .rewind(to: links[kept])
            }
            return .confirm(links[kept + (search.left - kept) / 2])
        }
        guard search.left > 0 else {
            self.search = nil
            return links.first.map { $0 == final ? .vote($0) : .rewind(to: nil) } ?? .rewind(to: nil)
        }
        self.search?.stride = min(search.stride * 2, Self.limit)
        return .confirm(links[max(0, search.left - search.stride)])
    }

    // MARK: What has been stored

    /// A reading that ends with this block has been stored.
    package mutating func extend(to link: ChainLink) {
        guard link.number > tip?.number ?? 0 || links.isEmpty else { return }
        links.append(link)
        if links.count > Self.limit { thin() }
    }

    /// The newer half stays whole: reorganisations are mostly short.
    private mutating func thin() {
        let older = links.count / 2
        links = links.indices.filter { $0 >= older || $0 % 2 == 0 }.map { links[$0] }
    }

    /// Whether this block may become the final one: it lies within what has been read, above what is final already, and
    /// is the block that was read at its height.
    package func canFinalise(_ link: ChainLink) -> Bool {
        guard let tip, link.number <= tip.number, link.number > final?.number ?? 0 || final == nil else { return false }
        return hash(at: link.number).map { $0 == link.hash } ?? true
    }

    /// This block is final and stored as such; what lies below it is given up.
    package mutating func finalise(_ link: ChainLink) {
        guard canFinalise(link) else { return }
        final = link
        keep(link)
    }

    /// What lay above this link has been taken back in the store.
    package mutating func rewound(to link: ChainLink?) {
        search = nil
        guard let link else {
            links = []
            final = nil
            return
        }
        links.removeAll { $0.number > link.number }
        if let final, final.number > link.number { self.final = nil }
    }

    private mutating func keep(_ final: ChainLink) {
        links.removeAll { $0.number <= final.number }
        links.insert(final, at: 0)
    }

    private func index(atOrBelow number: UInt64) -> Int? {
        var (low, high) = (0, links.count)
        while low < high {
            let middle = low + (high - low) / 2
            if links[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }
}
