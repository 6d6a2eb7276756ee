import Testing

@testable import JSON

@Suite struct JSONPlaceTests {
    @Test(arguments: [
        (0, "1:1"), (1, "1:2"), (2, "2:1"), (3, "2:2"), (4, "3:1"), (5, "4:1"), (6, "4:2"), (99, "4:2"), (-1, "1:1"),
    ])
    func countsLinesAndColumnsFromOne(offset: Int, place: String) {
        #expect(JSONPlace(offset: offset, in: Array("{\na\n\nb".utf8)).description == place)
    }

    @Test func findsValuesByTheirWay() throws {
        let text = Array(#"{"a": [1, {"b": "x"}], "c.d": 2}"#.utf8)
        let way = JSONPath() + "a" + 1 + "b"
        #expect(way.description == "a[1].b")
        #expect(way.offset(in: text) == 16)
        #expect((JSONPath() + "c.d").offset(in: text) == 30)
        #expect(JSONPath().offset(in: text) == 0)
        #expect((JSONPath() + "a" + 2).offset(in: text) == nil)
        #expect((JSONPath() + 0).offset(in: text) == nil)
        #expect((JSONPath() + "a").offset(in: Array("{".utf8)) == nil)
    }
}
