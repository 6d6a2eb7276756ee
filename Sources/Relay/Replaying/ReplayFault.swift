/// Past blocks that cannot be read, with what each node said.
package struct ReplayFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The nodes fail, lag or differ, which passes.
        case passing
        /// Too few of those that are to be had now go back so far; of the others nothing is known.
        case scarce
        /// Too few nodes go back so far, whatever becomes of them.
        case pruned
    }

    package let kind: Kind
    package let range: ClosedRange<UInt64>
    let words: [String]

    package init(kind: Kind, range: ClosedRange<UInt64>, words: [String]) {
        self.kind = kind
        self.range = range
        self.words = words
    }

    package var description: String {
        let blocks = "blocks \(range.lowerBound) to \(range.upperBound) cannot be read"
        let remedy = kind == .passing ? "" : "; remedy: a node in chain.rpc that keeps logs for so long"
        return "\(blocks): \(words.joined(separator: "; "))\(remedy)"
    }
}

/// One node's answer does not hold: another one is asked.
struct ReplayDoubt: Error, CustomStringConvertible {
    let description: String
    let isOfBloom: Bool

    init(_ description: String, isOfBloom: Bool = false) {
        self.description = description
        self.isOfBloom = isOfBloom
    }
}
