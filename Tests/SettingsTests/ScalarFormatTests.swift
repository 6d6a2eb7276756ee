import Formats
import Settings
import Testing

@Suite struct ScalarFormatTests {
    private func value<Value>(_ text: String, _ format: Format<Value>) -> Value? {
        try? Settings.read(Array("key: \(text)".utf8), file: "sample.yaml") { $0.value("key", format, "") }
    }

    private func problem<Value>(_ text: String, _ format: Format<Value>) -> String {
        do throws(Problems) {
            _ = try Settings.read(Array("key: \(text)".utf8), file: "f") { $0.value("key", format, "") }
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: ["1e3", "010", "0x10", "1_000", "+5", "-0", "'5'", "no", "", "~", "5.0", "10001", "0", "٣", "1 "])
    func guessesNoNumber(_ text: String) {
        #expect(value(text, .whole(1...10_000)) == (text == "1 " ? 1 : nil))
    }

    @Test func readsNumbersToTheirBounds() {
        #expect(value("18446744073709551615", .whole(0...UInt64.max)) == .max)
        #expect(value("18446744073709551616", .whole(0...UInt64.max)) == nil)
        #expect(value("-5", .whole(-5...5)) == -5)
        #expect(value("99999999999999999999999999999999999999999", .whole(0...Int.max)) == nil)
    }

    @Test(arguments: [
        ("true", true), ("false", false), ("True", nil), ("yes", nil), ("on", nil), ("1", nil), ("'true'", nil),
    ])
    func readsTwoWordsAsFlags(_ text: String, _ flag: Bool?) {
        #expect(value(text, .flag) == flag)
    }

    @Test(arguments: [
        ("250ms", 250), ("1s", 1000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000), ("'1s'", 1000),
        ("1", nil), ("s", nil), ("1.5s", nil), ("1 s", nil), ("-1s", nil), ("+1s", nil), ("1S", nil), ("1min", nil),
        ("9223372036854775807d", nil), ("99999999999999999999s", nil), ("8d", nil), ("0ms", nil), ("٣s", nil),
    ])
    func readsTimes(_ text: String, _ milliseconds: Int?) {
        let expected = milliseconds.map { Duration.milliseconds($0) }
        #expect(value(text, .duration(.milliseconds(1)...(.seconds(7 * 86_400)))) == expected)
    }

    @Test(arguments: [
        ("1B", 1), ("256KiB", 262_144), ("1MiB", 1 << 20), ("2GiB", 2 << 30), ("256", nil), ("256KB", nil),
        ("256kib", nil),
        ("9223372036854775807GiB", nil), ("0B", nil), ("3GiB", nil),
    ])
    func readsSizes(_ text: String, _ bytes: Int?) {
        #expect(value(text, .byteSize(ByteSize(bytes: 1)...ByteSize(bytes: 2 << 30)))?.bytes == bytes)
    }

    @Test(arguments: [
        "http://a", "https://a.example:8545", "http://[::1]:80/x", "http://[::1]", "HTTP://a/b?c=d&e=%20",
        "http://u:p@h:1/",
    ])
    func takesURLsAsTheyAre(_ text: String) {
        #expect(value("'\(text)'", .url(schemes: ["http", "https"])) == text)
    }

    private static let form = "f:1:6: key: expected a URL, http://… or https://…, found "

    @Test(arguments: [
        ("ws://a", #""ws://…""#), ("a.example:8545", "a text without ://"), ("~", "nothing"),
        ("'http://'", #"the text "http://…": it has no host"#), ("http:///x", #""http://…": it has no host"#),
        ("http://:80", #""http://…": it has no host"#), ("'http://[]:80'", #"the text "http://…": it has no host"#),
        ("http://a:x", #""http://…": its port is no number from 1 to 65535"#),
        ("http://a:0", #""http://…": its port is no number from 1 to 65535"#),
        ("http://a:65536", #""http://…": its port is no number from 1 to 65535"#),
        ("'http://[::1]x'", #"the text "http://…": its port is no number from 1 to 65535"#),
        ("http://a b", #""http://…": it has a character that a URL must write as %XX, or a fragment (#)"#),
        ("http://a/#x", #""http://…": it has a character that a URL must write as %XX, or a fragment (#)"#),
        ("http://ä", #""http://…": it has a character that a URL must write as %XX, or a fragment (#)"#),
        ("\"http://a\\nb\"", #"the text "http://…": it has a control character"#),
    ])
    func refusesURLsWithoutShowingThem(_ text: String, _ found: String) {
        #expect(problem(text, .url(schemes: ["http", "https"])) == Self.form + found)
    }

    @Test func takesTheProgramsOwnFormats() {
        let even = Format("an even number of letters", standIn: "ab") { (text) throws(Misfit) in
            guard text.count.isMultiple(of: 2) else { throw Misfit("it has \(text.count)") }
            guard text != "zz" else { throw .plain }
            return text
        }
        #expect(value("abcd", even) == "abcd")
        #expect(problem("abc", even) == #"f:1:6: key: expected an even number of letters, found "abc": it has 3"#)
        #expect(problem("zz", even) == #"f:1:6: key: expected an even number of letters, found "zz""#)
        #expect(problem("~", even) == "f:1:6: key: expected an even number of letters, found nothing")
    }

    @Test func refusesTextsThatAreTooLong() {
        #expect(value(String(repeating: "a", count: 4096), .text)?.count == 4096)
        #expect(problem(String(repeating: "a", count: 4097), .text).hasSuffix("…\": it is longer than 4096 bytes"))
    }
}
