import RelayCore
import Testing

@Suite struct AnswerTests {
    private func result(_ text: String, truncated: Bool = false) -> Answer {
        Answer(kind: .result, text: text, source: "run output", truncated: truncated)
    }

    @Test func leavesWhatFits() {
        let exact = result(String(repeating: "x", count: 8), truncated: true)
        #expect(exact.fitted(resultLimit: 8, reasonLimit: 4) == exact)
        #expect(result("").fitted(resultLimit: 0, reasonLimit: 0) == result(""))
    }

    @Test func failsAResultThatIsTooLong() {
        let fitted = result(String(repeating: "x", count: 9)).fitted(resultLimit: 8, reasonLimit: 1_024)
        #expect(fitted == .failure("the result has 9 bytes, the contract takes 8 at most", source: "relayer"))
    }

    @Test func countsBytesNotCharacters() {
        #expect(result("ééé").fitted(resultLimit: 5, reasonLimit: 100).kind == .failure)
        #expect(result("ééé").fitted(resultLimit: 6, reasonLimit: 100).kind == .result)
    }

    @Test func cutsTheReasonOfAResultThatIsTooLong() {
        let fitted = result(String(repeating: "x", count: 100)).fitted(resultLimit: 8, reasonLimit: 10)
        #expect(fitted.kind == .failure)
        #expect(fitted.text == "the res…")
    }

    @Test func keepsWhereACutReasonCameFrom() {
        let answer = Answer(kind: .failure, text: "abcdefgh", source: "orchestrator", truncated: true)
        let expected = Answer(kind: .failure, text: "abc…", source: "orchestrator", truncated: true)
        #expect(answer.fitted(resultLimit: 1, reasonLimit: 6) == expected)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc…"), ("aé€𝄞x", 11, "aé€𝄞x"), ("aé€𝄞x", 10, "aé€…"),
        ("aé€𝄞x", 9, "aé€…"), ("aé€𝄞x", 8, "aé…"), ("€€€", 3, "…"), ("abc", 2, "ab"), ("éé", 1, ""), ("abc", 0, ""),
        ("abc", -1, ""), ("", 0, ""),
    ])
    func cutsAtABorder(text: String, limit: Int, expected: String) {
        #expect(text.cut(toBytes: limit) == expected)
    }

    @Test func neverExceedsTheLimit() {
        let text = "a\u{301}é€𝄞\u{1F468}\u{200D}\u{1F469} line\nbreak\u{0}"
        for limit in 0...text.utf8.count + 1 {
            let cut = text.cut(toBytes: limit)
            #expect(cut.utf8.count <= limit)
            #expect(!cut.contains("\u{FFFD}"))
        }
    }
}
