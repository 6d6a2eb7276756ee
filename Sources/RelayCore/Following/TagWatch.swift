package import Ethereum

/// Watches a tag (`safe`, `finalized`): whether the node has it, and whether it still moves.
package struct TagWatch: Equatable, Sendable {
    package enum Trouble: Equatable, Sendable, CustomStringConvertible {
        /// The node does not tell.
        case missing
        /// It has named the same block for so many seconds of the chain's time.
        case stuck(UInt64)

        package var description: String {
            switch self {
            case .missing: "the node does not say which block it is"
            case .stuck(let seconds): "it has not moved for \(seconds) s"
            }
        }
    }

    /// Of the chain's time; Ethereum moves it every 6.4 minutes, and some chains every quarter of an hour.
    package static let patience: UInt64 = 3_600

    private var number: UInt64?
    /// The head's time when it moved last.
    private var movedAt: UInt64?
    package private(set) var trouble: Trouble?

    package init() {}

    /// The tag's block as told at this head; returns the number to go by, nil where there is none.
    ///
    /// Block 0 is no answer: nodes name it before they know of any. One above the head says nothing of this chain: the
    /// head may be of a node that lags, or the tag of one on another branch, and what is taken once is kept.
    package mutating func told(_ told: UInt64?, head: BlockHeader) -> UInt64? {
        guard let told, told > 0 else {
            trouble = .missing
            return nil
        }
        guard let told = told <= head.number ? told : number else { return nil }
        if number.map({ told > $0 }) ?? true || movedAt == nil {
            number = told
            movedAt = head.timestamp
        }
        let still = head.timestamp - min(movedAt ?? 0, head.timestamp)
        guard still < Self.patience else {
            trouble = .stuck(still)
            return nil
        }
        trouble = nil
        return number
    }
}
