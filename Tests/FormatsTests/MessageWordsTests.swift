import Formats
import Testing

@Suite struct FormatsTests {
    @Test(arguments: [
        ("plain", #""plain""#),
        ("", #""""#),
        ("two\nlines\u{1B}[31m\u{202E}", #""two?lines?[31m?""#),
        (String(repeating: "ä", count: 80), "\"" + String(repeating: "ä", count: 80) + "\""),
        (String(repeating: "ä", count: 81), "\"" + String(repeating: "ä", count: 80) + "…\""),
    ])
    func quotesOnOneLine(_ text: String, _ expected: String) {
        #expect(quoted(text) == expected)
    }

    @Test(arguments: [
        ("confimations", "confirmations"), ("RPC", "rpc"), ("rcp", "rpc"), ("idd", "id"), ("x", nil),
        ("somethingElse", nil), ("", nil),
    ])
    func findsTheNearestName(_ name: String, _ nearest: String?) {
        #expect(nearestName(to: name, among: ["confirmations", "rpc", "id"]) == nearest)
    }

    @Test func boundsItsWorkOnLongNames() {
        let name = String(repeating: "a", count: 1_000_000)
        #expect(nearestName(to: name, among: [String(repeating: "b", count: 1_000_000)]) == nil)
        #expect(nearestName(to: "a", among: []) == nil)
    }

    @Test(arguments: [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
    func joinsAlternatives(_ words: [String], _ expected: String) {
        #expect(alternatives(words) == expected)
    }
}
