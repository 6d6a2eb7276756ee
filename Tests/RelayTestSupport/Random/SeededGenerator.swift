/// Chance that can be had again: the same seed draws the same numbers on every machine.
///
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). A test names its seed
/// in the message of a failure.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// An independent generator, so that one part of a test draws as much as it likes without moving another's numbers.
    package mutating func split() -> SeededGenerator {
        SeededGenerator(seed: next())
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// True once in `n` times on average.
    package mutating func oneIn(_ n: Int) -> Bool {
        Int.random(in: 0..<max(n, 1), using: &self) == 0
    }

    package mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<max(bound, 1), using: &self)
    }

    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// One of the choices; the first argument makes sure that there is one.
    package mutating func choose<Choice>(_ first: Choice, _ others: Choice...) -> Choice {
        let index = below(others.count + 1)
        return index == 0 ? first : others[index - 1]
    }

    /// One element, nil when there is none.
    package mutating func element<Elements: RandomAccessCollection>(of elements: Elements) -> Elements.Element? {
        elements.randomElement(using: &self)
    }

    /// A copy with up to `changes` random edits, to fuzz a parser from valid documents.
    ///
    /// An edit flips a bit, removes, doubles or replaces a byte, or cuts off the end.
    package mutating func mutated(_ bytes: [UInt8], changes: Int = 4) -> [UInt8] {
        var result = bytes
        for _ in 0..<within(1...max(changes, 1)) {
            guard !result.isEmpty else { return [UInt8(truncatingIfNeeded: next())] }
            let place = below(result.count)
            switch below(5) {
            case 0: result[place] ^= 1 << UInt8(below(8))
            case 1: result.remove(at: place)
            case 2: result.insert(result[place], at: place)
            case 3: result[place] = UInt8(truncatingIfNeeded: next())
            default: result.removeLast(below(min(result.count, 8) + 1))
            }
        }
        return result
    }
}
