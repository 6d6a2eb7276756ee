package import Ethereum

/// When a block counts as final: the first of what is named here that comes true (design D3).
package struct FinalityRule: Equatable, Sendable {
    /// What the consensus layer itself says.
    package enum Tag: String, CaseIterable, Sendable {
        case safe
        case finalized
    }

    package var tag: Tag?
    /// Confirmations, at least 1: a block b at head h has h − b + 1.
    package var blocks: UInt64?
    /// Between the block's own time and the head's.
    package var seconds: UInt64?

    package init(tag: Tag? = nil, blocks: UInt64? = nil, seconds: UInt64? = nil) {
        self.tag = tag
        self.blocks = blocks
        self.seconds = seconds
    }
}

/// The highest block that a rule has released, and which part of it did.
package struct Release: Equatable, Sendable {
    package let number: UInt64
    /// As `12 blocks`, `900 s`, `finalized`, or `256 blocks and 3600 s in place of finalized`.
    package let rule: String

    package init(number: UInt64, rule: String) {
        self.number = number
        self.rule = rule
    }
}

extension FinalityRule {
    /// What holds in place of a tag that is not to be had, where nothing else is named: both of it.
    package static let fallbackBlocks: UInt64 = 256
    package static let fallbackSeconds: UInt64 = 3_600

    /// The highest block that counts as final.
    ///
    /// `tagged` is the number of the block that the tag names; nil where the node does not tell, or does not move it any
    /// more. Times are found at the links, so a block between two of them waits for the next.
    package func release(head: BlockHeader, tagged: UInt64?, links: [ChainLink]) -> Release? {
        var releases: [Release] = []
        if let tag {
            if let tagged {
                // A head below it is one of a node that lags, and may be of a branch that others have left.
                if tagged <= head.number { releases.append(Release(number: tagged, rule: tag.rawValue)) }
            } else if blocks == nil, seconds == nil, let release = Self.fallback(head, links, in: tag) {
                releases.append(release)
            }
        }
        if let blocks, let number = Self.depth(blocks, head) {
            releases.append(Release(number: number, rule: blocks == 1 ? "1 block" : "\(blocks) blocks"))
        }
        if let seconds, let number = Self.age(seconds, head, links) {
            releases.append(Release(number: number, rule: "\(seconds) s"))
        }
        return releases.max { $0.number < $1.number }
    }

    /// How old the rule may want a block to be, in seconds; nil where it goes by heights alone.
    package var longestAge: UInt64? { seconds ?? (tag != nil && blocks == nil ? Self.fallbackSeconds : nil) }

    private static func fallback(_ head: BlockHeader, _ links: [ChainLink], in tag: Tag) -> Release? {
        guard let deep = depth(fallbackBlocks, head), let old = age(fallbackSeconds, head, links) else { return nil }
        return Release(
            number: min(deep, old),
            rule: "\(fallbackBlocks) blocks and \(fallbackSeconds) s in place of \(tag.rawValue)"
        )
    }

    private static func depth(_ blocks: UInt64, _ head: BlockHeader) -> UInt64? {
        let above = max(blocks, 1) - 1
        return head.number >= above ? head.number - above : nil
    }

    private static func age(_ seconds: UInt64, _ head: BlockHeader, _ links: [ChainLink]) -> UInt64? {
        guard head.timestamp >= seconds else { return nil }
        let latest = head.timestamp - seconds
        return links.last { $0.timestamp <= latest && $0.number <= head.number }?.number
    }
}
