/// Chooses the next range of blocks whose logs are read.
///
/// The window halves when a node says "too many", and doubles again once a number of answers have gone well: to grow at
/// once would be to ask in vain every other time where the node's limit is a fixed one. It never falls below one block, so
/// a single block that is too much for the node is named as such instead of being asked for again for ever.
///
/// This folder holds what following decides.
package struct LogRangePlanner: Equatable, Sendable {
    package enum Refusal: Equatable, Sendable {
        /// Ask again; the window is smaller now.
        case narrower
        /// One block alone is too much.
        case singleBlock(UInt64)
    }

    package let maximum: UInt64
    package private(set) var window: UInt64
    /// Answers until the window grows again.
    private var rest = 0
    /// Answers of the same window after a refusal, before a larger one is tried.
    private static let patience = 16

    /// - Parameter maximum: blocks, at least 1.
    package init(maximum: UInt64) {
        self.maximum = max(1, maximum)
        window = self.maximum
    }

    /// The next range from `next` on that ends at or below `head`, or nil when there is nothing to read.
    package func range(from next: UInt64, head: UInt64) -> ClosedRange<UInt64>? {
        guard next <= head else { return nil }
        return next...min(head, next.addingReportingOverflow(window - 1).overflow ? head : next + (window - 1))
    }

    package mutating func answered() {
        guard rest == 0 else {
            rest -= 1
            return
        }
        window = window > maximum / 2 ? maximum : window * 2
    }

    /// The node refused `range` as too much; `hint` is a number of blocks that it named.
    package mutating func refused(_ range: ClosedRange<UInt64>, hint: UInt64? = nil) -> Refusal {
        let size = range.upperBound - range.lowerBound
        guard size > 0 else { return .singleBlock(range.lowerBound) }
        window = max(1, min(size / 2 + size % 2, hint ?? .max, maximum))
        rest = Self.patience
        return .narrower
    }
}
