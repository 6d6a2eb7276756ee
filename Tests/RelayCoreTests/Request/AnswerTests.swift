import RelayCore
import Testing

@Suite struct AnswerTests {
    private func result(_ text: String, truncated: Bool = false) -> Answer {
        Answer(kind: .result, text: text, source: "run output", truncated: truncated)
    }

    private func form(
        _ result: Int,
        _ reason: Int,
        _ excess: AnswerForm.Excess = .fail,
        trims: Bool = false
    ) -> AnswerForm {
        AnswerForm(resultLimit: result, reasonLimit: reason, excess: excess, trims: trims)
    }

    @Test func leavesWhatFits() {
        let exact = result(String(repeating: "x", count: 8))
        #expect(exact.fitted(to: form(8, 4)) == exact)
        #expect(result("").fitted(to: form(0, 0)) == result(""))
    }

    @Test func failsAResultThatIsTooLong() {
        let fitted = result(String(repeating: "x", count: 9)).fitted(to: form(8, 1_024))
        #expect(fitted == .failure("the result has 9 bytes, the contract takes 8 at most", source: "relayer"))
    }

    @Test func countsBytesNotCharacters() {
        #expect(result("ééé").fitted(to: form(5, 100)).kind == .failure)
        #expect(result("ééé").fitted(to: form(6, 100)).kind == .result)
    }

    @Test func cutsTheReasonOfAResultThatIsTooLong() {
        let fitted = result(String(repeating: "x", count: 100)).fitted(to: form(8, 10))
        #expect(fitted.kind == .failure)
        #expect(fitted.text == "the res…")
    }

    @Test func keepsWhereACutReasonCameFrom() {
        let answer = Answer(kind: .failure, text: "abcdefgh", source: "orchestrator", truncated: true)
        let expected = Answer(kind: .failure, text: "abc…", source: "orchestrator", truncated: true)
        #expect(answer.fitted(to: form(1, 6)) == expected)
    }

    @Test func marksWhatIsCut() {
        let long = result(String(repeating: "x", count: 9)).fitted(to: form(8, 100, .cut))
        #expect(long.text == "xxxxx…")
        #expect(long.truncated)
        // By Bacalhau: room or not, it ends in the mark.
        #expect(result("abc", truncated: true).fitted(to: form(8, 100, .cut)).text == "abc…")
        #expect(result("abcdefgh", truncated: true).fitted(to: form(8, 100, .cut)).text == "abcde…")
        let whole = result("abcdefgh").fitted(to: form(8, 100, .cut))
        #expect(whole.text == "abcdefgh")
        #expect(!whole.truncated)
    }

    @Test func failsWhatBacalhauHasCut() {
        let answer = result("abc", truncated: true).fitted(to: form(8, 100))
        #expect(answer.kind == .failure)
        #expect(answer.text == "the output is longer than the 3 bytes that Bacalhau keeps of it")
    }

    @Test func failsWhatIsTooLongToBeRead() {
        let answer = Answer(kind: .result, text: "abc", source: "published files", truncated: true)
        #expect(answer.fitted(to: form(8, 100)).text == "the output is longer than the 3 bytes that are read of it")
    }

    @Test func answersWithTheCIDInstead() {
        let long = Answer(kind: .result, text: "0123456789", source: "run output", cid: "Qm345")
        #expect(long.fitted(to: form(8, 100, .cid)).text == "Qm345")
        #expect(long.fitted(to: form(8, 100, .cid)).source == "published result")
        #expect(long.fitted(to: form(10, 100, .cid)).text == "0123456789")
        #expect(long.fitted(to: form(4, 100, .cid)).kind == .failure)
        let none = result("0123456789").fitted(to: form(8, 200, .cid))
        #expect(none.kind == .failure)
        #expect(none.text.hasSuffix("and no CID is published in its place"))
    }

    @Test(arguments: [("0x2a\n", "0x2a"), (" \t a b \r\n", "a b"), ("\n", ""), ("", ""), ("é\n", "é")])
    func trims(text: String, expected: String) {
        #expect(result(text).fitted(to: form(100, 100, trims: true)).text == expected)
        #expect(result(text).fitted(to: form(100, 100)).text == text)
    }

    @Test func hasNoNUL() {
        #expect(result("a\0b").fitted(to: form(100, 100)).text == "a\u{fffd}b")
        let raw = Answer(kind: .result, text: "a\u{fffd}", bytes: [0x61, 0xff, 0, 0x0a], source: "published files")
        var bytes = form(100, 100)
        #expect(raw.fitted(to: bytes).bytes == nil)
        bytes.takesBytes = true
        #expect(raw.fitted(to: bytes).content == [0x61, 0xff, 0, 0x0a])
        bytes.trims = true
        #expect(raw.fitted(to: bytes).content == [0x61, 0xff, 0])
        bytes.resultLimit = 2
        bytes.excess = .cut
        #expect(raw.fitted(to: bytes).content == [0x61, 0xff])
        #expect(raw.fitted(to: bytes).truncated)
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
