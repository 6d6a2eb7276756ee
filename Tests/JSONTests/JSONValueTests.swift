import Testing

@testable import JSON

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", JSONValue.null),
            (" true\n", true),
            ("[]", []),
            ("{}", [:]),
            ("[1,[2,{}]]", [1, [2, [:]]]),
            (#"{"a":"b","c":null}"#, .object([JSONMember("a", "b"), JSONMember("c", .null)])),
            (#""\u00e9\ud83d\ude00\/\"\\\b\f\n\r\t""#, "é😀/\"\\\u{8}\u{c}\n\r\t"),
            (#""\u0000""#, "\0"),
            ("\"\u{2028}\u{7f}\"", "\u{2028}\u{7f}"),
            (#"{"":1}"#, ["": 1]),
            ("-0", .number(JSONNumber(checked: "-0"))),
            ("1E400", .number(JSONNumber(checked: "1E400"))),
        ] as [(String, JSONValue)]
    )
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(Array(text.utf8)) == value)
    }

    @Test(
        arguments: [
            ("", .end, 0),
            ("  ", .end, 2),
            ("nul", .literal, 3),
            ("nule", .literal, 3),
            ("True", .unexpected, 0),
            ("NaN", .unexpected, 0),
            ("'a'", .unexpected, 0),
            ("\u{feff}1", .unexpected, 0),
            ("1 2", .trailing, 2),
            ("1,", .trailing, 1),
            ("{}}", .trailing, 2),
            ("[1,]", .unexpected, 3),
            ("[,1]", .unexpected, 1),
            ("[1 2]", .unexpected, 3),
            ("[1", .end, 2),
            ("[1}", .unexpected, 2),
            (#"{"a":1,}"#, .unexpected, 7),
            (#"{,"a":1}"#, .unexpected, 1),
            (#"{"a" 1}"#, .unexpected, 5),
            (#"{"a":}"#, .unexpected, 5),
            (#"{"a"}"#, .unexpected, 4),
            (#"{a:1}"#, .unexpected, 1),
            (#"{1:1}"#, .unexpected, 1),
            (#"{"a":1 "b":2}"#, .unexpected, 7),
            ("/*x*/1", .unexpected, 0),
            ("01", .trailing, 1),
            ("+1", .unexpected, 0),
            ("-", .end, 1),
            ("-a", .number, 1),
            (".5", .unexpected, 0),
            ("1.", .end, 2),
            ("1.e1", .number, 2),
            ("1e", .end, 2),
            ("1e+", .end, 3),
            ("0x1", .trailing, 1),
            ("\"", .end, 1),
            ("\"a", .end, 2),
            ("\"\n\"", .control, 1),
            ("\"\u{1f}\"", .control, 1),
            (#""\x""#, .escape, 2),
            (#""\u12g4""#, .escape, 2),
            (#""\u12"#, .end, 2),
            (#""\ud800""#, .escape, 1),
            (#""a\udc00""#, .escape, 2),
            (#""\ud800\u0041""#, .escape, 1),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateKey, 13),
            (#"{"a":1,"\u0061":3}"#, .duplicateKey, 7),
            (#"[{"x":{"":1,"":2}}]"#, .duplicateKey, 12),
        ] as [(String, JSONError.Reason, Int)]
    )
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason: reason, offset: offset)) { try JSONValue.parse(Array(text.utf8)) }
    }

    @Test(arguments: [
        [0x22, 0xff, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
        [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    ])
    func refusesWhatIsNoUTF8(text: [UInt8]) {
        #expect(throws: JSONError(reason: .utf8, offset: 1)) { try JSONValue.parse(text) }
    }

    @Test func takesSixtyFourLevelsAndNoMore() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        _ = try JSONValue.parse(nested(64))
        #expect(throws: JSONError(reason: .depth, offset: 64)) { try JSONValue.parse(nested(65)) }
        #expect(throws: JSONError(reason: .depth, offset: 64)) { try JSONValue.parse(nested(100_000)) }
        #expect(throws: JSONError(reason: .depth, offset: 3)) {
            try JSONValue.parse(nested(4), limits: JSONLimits(depth: 3))
        }
    }

    @Test func refusesTextsAboveTheLimit() throws {
        let text = Array("[1,2]".utf8)
        _ = try JSONValue.parse(text, limits: JSONLimits(bytes: 5))
        #expect(throws: JSONError(reason: .tooLong, offset: 4)) {
            try JSONValue.parse(text, limits: JSONLimits(bytes: 4))
        }
    }

    @Test func keepsMembersInTheirOrder() throws {
        let text = Array(#"{"z":1,"a":2,"m":[{"y":1.50,"b":-0e-0}]}"#.utf8)
        #expect(JSONWriter.bytes(of: try JSONValue.parse(text)) == text)
    }

    @Test func comparesNamesByBytes() throws {
        // U+212A is the letter K for Swift, and for nobody else.
        let kelvin = try JSONValue.parse(Array("{\"\u{212a}\":1,\"K\":2}".utf8))
        #expect(kelvin["K"] == 2)
        #expect(kelvin["\u{212a}"] == 1)
        #expect(JSONValue.string("\u{212a}") != "K")
        let composed = try JSONValue.parse(Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
        #expect(composed.object?.count == 2)
    }

    @Test(
        arguments: [
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("-0", 0), ("17", 17),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e3", nil),
            ("99999999999999999999999999999", nil),
        ] as [(String, Int64?)]
    )
    func givesIntegersThatFit(text: String, integer: Int64?) throws {
        #expect(try JSONValue.parse(Array(text.utf8)).int64 == integer)
    }

    @Test func givesNothingForAnotherKind() {
        let value: JSONValue = ["a": 1]
        #expect(value.string == nil && value.array == nil && value.bool == nil && value.int64 == nil)
        #expect(value["b"] == nil)
        #expect(JSONValue.array([])["a"] == nil)
        #expect(value["a"]?.object == nil)
        #expect(
            [JSONValue.null, true, 1, "", [], [:]].map(\.kind) == [
                "null", "boolean", "number", "string", "array", "object",
            ]
        )
    }

    @Test func readsManyNamesInOneObjectWithoutDelay() throws {
        let members = (0..<50_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        let value = try JSONValue.parse(Array("{\(members)}".utf8))
        #expect(value.object?.count == 50_000)
    }
}
