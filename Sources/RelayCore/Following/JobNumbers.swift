/// Which of a contract's job ids are accounted for, where nothing but its logs tells of them and they count upwards one by
/// one: ids between two known ones are requests that nobody has seen.
///
/// What comes behind the newest known one is not a hole yet, and what came before the first one is none.
package struct JobNumbers: Equatable, Sendable {
    /// Ids without a request, and the blocks in which they must have been asked for: those of their neighbours, and between.
    package struct Hole: Equatable, Sendable {
        package let ids: ClosedRange<UInt64>
        package let blocks: ClosedRange<UInt64>

        package init(ids: ClosedRange<UInt64>, blocks: ClosedRange<UInt64>) {
            self.ids = ids
            self.blocks = blocks
        }
    }

    /// Ids up to this one are known, or missing.
    package private(set) var last: UInt64?
    /// The block of the last one: all that follow are in it or above.
    package private(set) var block: UInt64 = 0
    /// Holes that stayed when their blocks had been read again.
    package private(set) var missing: [Hole] = []

    /// Holes that are remembered at most.
    package static let limit = 1_000

    package init() {}

    /// How many ids are missing.
    package var count: Int {
        missing.reduce(0) { sum, hole in
            let more = hole.ids.upperBound - hole.ids.lowerBound
            return sum + min(Int(clamping: more), Int(Int32.max)) + 1
        }
    }

    /// From the first missing one's blocks to the last one's; nil where none is missing.
    package var blocks: ClosedRange<UInt64>? {
        guard let low = missing.map(\.blocks.lowerBound).min(), let high = missing.map(\.blocks.upperBound).max() else {
            return nil
        }
        return low...high
    }

    /// The next hole, by the blocks of known ids; nil where there is none.
    package mutating func hole(in known: [UInt64: UInt64]) -> Hole? {
        for (id, block) in known.sorted(by: { $0.key < $1.key }) {
            if let last {
                guard id > last else { continue }
                if id - last > 1 {
                    return Hole(ids: last + 1...id - 1, blocks: min(self.block, block)...max(self.block, block))
                }
            }
            (last, self.block) = (id, block)
        }
        return nil
    }

    /// The blocks of a hole have been read again, and these of its ids were there.
    package mutating func close(_ hole: Hole, found ids: Set<UInt64>) {
        if let last, hole.ids.lowerBound > last {
            (self.last, block) = (hole.ids.upperBound, hole.blocks.upperBound)
            missing.append(hole)
            mergeLast()
        }
        fill(ids)
    }

    /// Of very many holes the last are told as one, which is too long but hides nothing.
    private mutating func mergeLast() {
        guard missing.count > Self.limit, let last = missing.last else { return }
        let first = missing[Self.limit - 1]
        let blocks =
            min(first.blocks.lowerBound, last.blocks.lowerBound)...max(first.blocks.upperBound, last.blocks.upperBound)
        missing.removeSubrange((Self.limit - 1)...)
        missing.append(Hole(ids: first.ids.lowerBound...last.ids.upperBound, blocks: blocks))
    }

    /// These are known now, whoever has found them.
    package mutating func fill(_ ids: Set<UInt64>) {
        guard !ids.isEmpty else { return }
        missing = missing.flatMap { hole -> [Hole] in
            var rest: [Hole] = []
            var low: UInt64? = hole.ids.lowerBound
            for id in ids.filter(hole.ids.contains).sorted() {
                if let from = low, from < id { rest.append(Hole(ids: from...id - 1, blocks: hole.blocks)) }
                low = id < hole.ids.upperBound ? id + 1 : nil
            }
            if let from = low { rest.append(Hole(ids: from...hole.ids.upperBound, blocks: hole.blocks)) }
            return rest
        }
        mergeLast()
    }
}
