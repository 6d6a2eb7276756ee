import RelayTestSupport
import Testing

struct SeededGeneratorTests {
    /// The reference numbers for seed 1234567 are those of `splitmix64.c` (Vigna, public domain), as printed by other
    /// people's test suites for it.
    @Test func drawsTheReferenceNumbers() {
        var generator = SeededGenerator(seed: 1_234_567)

        let drawn = (0..<3).map { _ in generator.next() }

        #expect(drawn == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test func drawsTheSameFromTheSameSeed() {
        var one = SeededGenerator(seed: 7)
        var other = SeededGenerator(seed: 7)

        #expect(one.bytes(64) == other.bytes(64))
        #expect(one.mutated(Array(0..<32)) == other.mutated(Array(0..<32)))
        #expect(one.choose("a", "b", "c") == other.choose("a", "b", "c"))
    }

    @Test func splitsIntoGeneratorsThatDiffer() {
        var generator = SeededGenerator(seed: 7)
        var first = generator.split()
        var second = generator.split()

        #expect(first.bytes(16) != second.bytes(16))
    }

    @Test func choosesEveryChoiceAndNothingElse() {
        var generator = SeededGenerator(seed: 1)

        let chosen = Set((0..<200).map { _ in generator.choose(1, 2, 3) })

        #expect(chosen == [1, 2, 3])
    }

    @Test func mutatesEvenNothing() {
        var generator = SeededGenerator(seed: 3)

        #expect(generator.mutated([]).count == 1)
        #expect((0..<100).contains { _ in generator.mutated([1, 2, 3, 4]) != [1, 2, 3, 4] })
    }
}
