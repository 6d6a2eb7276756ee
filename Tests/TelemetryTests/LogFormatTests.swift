import JSON
import RelayTestSupport
import Testing

@testable import Telemetry

@Suite struct LogFormatTests {
    private func record(
        _ fields: LogFields = [:],
        level: LogLevel = .info,
        message: String = "request found"
    ) -> LogRecord {
        // 2026-11-24 12:03:04.123 UTC.
        LogRecord(time: 1_795_521_784_123, level: level, message: message, fields: fields)
    }

    private func line(_ format: LogFormat, _ record: LogRecord) -> String {
        String(decoding: format.line(record), as: UTF8.self)
    }

    @Test func writesALineForPeople() {
        let record = record(["request.id": "0x12", "block.number": 7, "late": true])
        #expect(
            line(.human(coloured: false), record)
                == "12:03:04.123 info  request found  request.id=0x12 block.number=7 late=true\n"
        )
        #expect(line(.human(coloured: false), self.record()) == "12:03:04.123 info  request found\n")
    }

    @Test(arguments: [
        (LogLevel.trace, "trace"), (.debug, "debug"), (.info, "info "), (.warning, "warn "), (.error, "error"),
    ])
    func keepsTheColumns(level: LogLevel, name: String) {
        #expect(line(.human(coloured: false), record(level: level)) == "12:03:04.123 \(name) request found\n")
    }

    @Test func coloursWhereItIsAskedTo() {
        let coloured = line(.human(coloured: true), record(["a": 1], level: .error))
        #expect(coloured.contains("\u{1b}[31merror\u{1b}[0m"))
        #expect(!line(.human(coloured: false), record(["a": 1], level: .error)).contains("\u{1b}"))
    }

    @Test func writesAJSONObject() {
        let record = record(["request.id": "0x12", "block.number": 7, "late": true], level: .warning)
        #expect(
            line(.json, record)
                == #"{"time":"2026-11-24T12:03:04.123Z","level":"warning","message":"request found","request.id":"0x12","#
                + #""block.number":7,"late":true}"# + "\n"
        )
    }

    @Test(arguments: [
        ("a b", #""a b""#), ("", #""""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#), (#"a\b"#, #""a\\b""#),
        ("a\nb", #""a\nb""#), ("a\r\tb", #""a\r\tb""#), ("\u{1b}[2J", #""\u001b[2J""#), ("\u{7f}", #""\u007f""#),
        ("\u{9b}2J", #""\u009b2J""#), ("\u{202e}gnp", #""\u202egnp""#), ("\u{2028}", #""\u2028""#),
        ("\u{200b}", #""\u200b""#), ("\u{feff}x", #""\ufeffx""#), ("\0", #""\u0000""#), ("ä\u{1f600}", "ä\u{1f600}"),
    ])
    func showsTextThatWouldHideOrForge(text: String, shown: String) throws {
        #expect(line(.human(coloured: false), record(["a": text])).hasSuffix("  a=\(shown)\n"))
        let json = line(.json, record(["a": text]))
        #expect(try JSONValue.parse(Array(json.utf8))["a"]?.string == text)
    }

    @Test func writesOneLineWhateverTheTextIs() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let scalars = (0..<random.below(20)).compactMap { _ in Unicode.Scalar(UInt32(random.below(0x3000))) }
            let text = String(String.UnicodeScalarView(scalars))
            for format in [LogFormat.json, .human(coloured: false)] {
                let bytes = format.line(record(["a": text, "b": "end"]))
                #expect(bytes.filter { $0 < 0x20 || $0 == 0x7f } == [0x0a])
                #expect(bytes.last == 0x0a)
            }
            let json = try JSONValue.parse(LogFormat.json.line(record(["a": text, "b": "end"])))
            #expect(json["a"]?.string?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
            #expect(json["b"] == "end")
        }
    }

    @Test(arguments: [("a", 2_048), ("ä", 2_048), ("€", 2_046), ("\u{1f600}", 2_048)])
    func cutsLongValuesBetweenCharacters(character: String, kept: Int) throws {
        let text = String(repeating: character, count: 3_000)
        let value = try JSONValue.parse(LogFormat.json.line(record(["a": text])))["a"]?.string
        #expect(value == String(repeating: character, count: kept / character.utf8.count) + "…")
    }

    @Test func doesNotCutAValueOfTheLimit() {
        let text = String(repeating: "a", count: 2_048)
        #expect(line(.human(coloured: false), record(["a": text])).hasSuffix("  a=\(text)\n"))
    }

    @Test(arguments: [
        ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
        (["TERM": "xterm"], true),
    ])
    func heedsTheEnvironmentAboutColour(environment: [String: String], colour: Bool) {
        #expect(LogFormat.allowsColour(environment) == colour)
    }
}
