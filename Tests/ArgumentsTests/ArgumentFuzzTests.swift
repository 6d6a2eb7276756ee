import RelayTestSupport
import Testing

@Suite struct ArgumentFuzzTests {
    /// Arguments in any order give an action, a text or an error of two lines; nothing traps.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func survivesAnything(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "run", "jobs", "show", "help", "key", "new", "--", "-", "--config", "-c", "-q", "-qc", "-cq", "--=", "=",
            "''",
            "--label", "--label=", "-é", "--é=x", "-\u{301}", "5", "--from-block", "replay", "completion", "--help",
            "-l", "\u{0}",
        ]
        for _ in 0..<5_000 {
            let line = (0..<generator.below(6)).map { _ in generator.element(of: words) ?? "" }.joined(separator: " ")
            let isAnswered = SampleAction.action(line) != nil || SampleAction.shown(line) != nil
            let error = SampleAction.error(line)
            #expect(isAnswered == (error == nil), "\(line)")
            #expect(error.map { $0.split(separator: "\n").count } ?? 2 == 2, "\(line)")
        }
    }
}
