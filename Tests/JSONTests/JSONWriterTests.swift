import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    @Test func writesCompactlyInTheOrderOfTheCalls() {
        var writer = JSONWriter()
        writer.object { object in
            object.member("z", "text")
            object.member("a", -7)
            object.member("big", UInt64.max)
            object.member("on", true)
            object.member("ratio", 0.5)
            object.member("tree", ["x": [1, .null]])
            object.member("list") { list in
                list.array { list in
                    list.integer(1)
                    list.null()
                    list.object { _ in }
                    list.array { _ in }
                    list.string("")
                    list.bool(false)
                }
            }
            object.key("last")
            object.null()
        }
        let expected =
            #"{"z":"text","a":-7,"big":18446744073709551615,"on":true,"ratio":0.5,"tree":{"x":[1,null]},"#
            + #""list":[1,null,{},[],"",false],"last":null}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        ("\"\\/", #""\"\\/""#),
        ("\u{8}\u{c}\n\r\t", #""\b\f\n\r\t""#),
        ("\0\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
        ("é😀\u{2028}", "\"é😀\u{2028}\""),
        ("", "\"\""),
    ])
    func escapesOnlyWhatMustBe(text: String, written: String) throws {
        var writer = JSONWriter()
        writer.string(text)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == written)
        #expect(try JSONValue.parse(writer.bytes) == .string(text))
    }

    @Test(arguments: [(Double.infinity, "null"), (.nan, "null"), (1e300, "1e+300"), (-0.1, "-0.1"), (3, "3.0")])
    func writesOnlyNumbersThatJSONKnows(number: Double, written: String) throws {
        var writer = JSONWriter()
        writer.number(number)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == written)
        _ = try JSONValue.parse(writer.bytes)
    }

    @Test func throwsWhatItsClosureThrows() {
        struct Stop: Error {}
        var writer = JSONWriter()
        #expect(throws: Stop.self) { try writer.object { _ throws(Stop) in throw Stop() } }
    }

    @Test func takesOnlyNumbersForNumbers() {
        #expect(JSONNumber(text: "1.50e+3")?.text == "1.50e+3")
        for text in ["", "01", "1 ", " 1", "0x1", "NaN", "1,2", "\"1\""] { #expect(JSONNumber(text: text) == nil) }
        #expect(JSONNumber(UInt8(200)).int64 == 200)
    }
}
