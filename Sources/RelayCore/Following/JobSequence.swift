/// Which of a contract's job ids are accounted for, where they count upwards one by one: a hole is a request that nobody
/// has seen.
package struct JobSequence: Equatable, Sendable {
    /// All ids below are accounted for, or among the missing.
    package private(set) var next: UInt64
    /// Ids that the contract has, and whose requests are not where it says.
    package private(set) var missing: Set<UInt64> = []

    /// Missing ids that are remembered at most: a contract chooses how many there are.
    package static let limit = 1_000

    package init(first: UInt64) {
        next = first
    }

    /// The lowest id up to `count` that is neither known nor missing; nil where there is none.
    package mutating func hole(count: UInt64, known: Set<UInt64>) -> UInt64? {
        missing.subtract(known)
        // Up to the last number but one: none comes after the last.
        while next <= min(count, .max - 1) {
            guard known.contains(next) else { return next }
            next += 1
        }
        return nil
    }

    /// The hole has been filled.
    package mutating func fill(_ id: UInt64) {
        missing.remove(id)
        pass(id)
    }

    /// The hole stays.
    package mutating func giveUp(_ id: UInt64) {
        if missing.count < Self.limit { missing.insert(id) }
        pass(id)
    }

    private mutating func pass(_ id: UInt64) {
        if id == next, id < .max { next += 1 }
    }
}
