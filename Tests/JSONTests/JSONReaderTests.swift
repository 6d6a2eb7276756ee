import Testing

@testable import JSON

@Suite struct JSONReaderTests {
    @Test func passesWhatIsNotAskedFor() throws {
        let text = Array(#"{"skip":[{"a":[1,2,{"b":"]}"}]}],"id":-7,"on":true,"none":null,"name":"x"}"#.utf8)
        var reader = JSONReader(text.span)
        var id: Int64?
        var name: String?
        var isOn: Bool?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case "id": id = try reader.integer()
            case "name": name = try reader.text()
            case "on": isOn = try reader.bool()
            default: try reader.skip()
            }
        }
        try reader.finish()
        #expect(id == -7 && name == "x" && isOn == true)
    }

    @Test func countsElements() throws {
        let text = Array("[ [], {} , 3 ]".utf8)
        var reader = JSONReader(text.span)
        var count = 0
        try reader.enterArray()
        while try reader.nextElement() {
            count += 1
            try reader.skip()
        }
        try reader.finish()
        #expect(count == 3)
    }

    @Test(arguments: 1...20)
    func knowsKeysOfEveryLengthAtEveryPlaceOfTheText(length: Int) throws {
        let name = String("abcdefghijklmnopqrst".prefix(length))
        for tail in ["", String(repeating: " ", count: 40)] {
            let text = Array("{\"\(name)\":1}\(tail)".utf8)
            var reader = JSONReader(text.span)
            try reader.enterObject()
            let key = try #require(try reader.nextKey())
            #expect((key == JSONKey.unknown) == (length > 16))
            #expect((key == "abcdefgh") == (length == 8))
            #expect((key == "abcdefghijklmnop") == (length == 16))
            #expect(try reader.integer() == 1)
        }
    }

    @Test func takesEscapedKeysForUnknownOnes() throws {
        let text = Array(#"{"\u0061":1}"#.utf8)
        var reader = JSONReader(text.span)
        try reader.enterObject()
        #expect(try reader.nextKey() == JSONKey.unknown)
    }

    @Test(arguments: [
        ("1.5", JSONError.Reason.number), ("9223372036854775808", .number), ("\"1\"", .kind), ("null", .kind),
    ])
    func refusesWhatIsNoInteger(text: String, reason: JSONError.Reason) {
        #expect(throws: JSONError(reason: reason, offset: 0)) {
            let bytes = Array(text.utf8)
            var reader = JSONReader(bytes.span)
            _ = try reader.integer()
        }
    }

    @Test func refusesTextsAboveTheirLimit() throws {
        let text = Array(#""\u00e9\u00e9""#.utf8)
        var reader = JSONReader(text.span)
        #expect(try reader.text(limit: 4) == "éé")
        #expect(throws: JSONError(reason: .tooLong, offset: 1)) {
            var reader = JSONReader(text.span)
            _ = try reader.text(limit: 3)
        }
        #expect(throws: JSONError(reason: .tooLong, offset: 1)) {
            var reader = JSONReader(text.span)
            _ = try reader.text(limit: 1)
        }
    }

    @Test func readsNullAsAbsent() throws {
        let text = Array(#"[null,"x",null,5]"#.utf8)
        var reader = JSONReader(text.span)
        try reader.enterArray()
        _ = try reader.nextElement()
        #expect(try reader.optionalText() == nil)
        _ = try reader.nextElement()
        #expect(try reader.optionalText() == "x")
        _ = try reader.nextElement()
        #expect(try reader.optionalInteger() == nil)
        _ = try reader.nextElement()
        #expect(try reader.optionalInteger() == 5)
        #expect(try !reader.nextElement())
        try reader.finish()
    }

    @Test(arguments: ["null", "{\"a\":[1]}", "[[],1]", "1e9", "\"t\"", "true", "5"])
    func passesValuesOfAnotherKind(value: String) throws {
        let text = Array("[\(value),\(value),\(value),\(value),\(value)]".utf8)
        var reader = JSONReader(text.span)
        try reader.enterArray()
        _ = try reader.nextElement()
        #expect(try reader.textIfAny() == (value == "\"t\"" ? "t" : nil))
        _ = try reader.nextElement()
        #expect(try reader.integerIfAny() == (value == "5" ? 5 : nil))
        _ = try reader.nextElement()
        #expect(try reader.boolIfAny() == (value == "true" ? true : nil))
        _ = try reader.nextElement()
        if try reader.enterObjectIfAny() {
            while try reader.nextName() != nil { try reader.skip() }
        }
        _ = try reader.nextElement()
        if try reader.enterArrayIfAny() {
            while try reader.nextElement() { try reader.skip() }
        }
        #expect(try !reader.nextElement())
        try reader.finish()
    }

    @Test func refusesToFinishWithinAContainer() throws {
        let text = Array("[]".utf8)
        var reader = JSONReader(text.span)
        try reader.enterArray()
        #expect(throws: JSONError(reason: .unexpected, offset: 1)) {
            var reader = JSONReader(text.span)
            try reader.enterArray()
            try reader.finish()
        }
    }
}
