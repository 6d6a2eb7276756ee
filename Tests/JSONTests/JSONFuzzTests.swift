import RelayTestSupport
import Testing

@testable import JSON

@Suite(.timeLimit(.minutes(3)))
struct JSONFuzzTests {
    private static let seeds: [[UInt8]] = [
        #"{"jsonrpc":"2.0","id":-1.5e+3,"result":[{"data":"0x\u0030\ud83d\ude00é","removed":true}],"error":null}"#,
        #"{"a":[1,-0.5e+3,{"logIndex":"0x1f","data":"0xabcdef0123456789abcdef0123456789"}],"k\u0041":"\t\"\\"}"#,
        #"[[[{}]],"😀",null,false,9223372036854775807]"#,
        #"{"sixteen_bytes_ab":1,"eight_by":2,"a":{"":""}}"#,
    ].map { Array($0.utf8) }

    /// Damaged texts, 200,000 in a long run: the three ways to read one agree on whether it is sound, and none traps.
    @Test(arguments: [UInt64(11), 12, 13, 14])
    func neverTraps(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var sound = 0
        for round in 0..<FuzzRounds.count(50_000) {
            let text = random.mutated(Self.seeds[round % Self.seeds.count], changes: 3)
            let isSound = skips(text)
            if walks(text) != isSound { Issue.record("seed \(seed), round \(round): walk and skip differ on \(text)") }
            if let value = try? JSONValue.parse(text) {
                sound += 1
                if !isSound { Issue.record("seed \(seed), round \(round): parsed, but not skipped") }
                if round % 16 == 0 { #expect((try? JSONValue.parse(JSONWriter.bytes(of: value))) == value) }
            }
        }
        #expect(sound > 200)
    }

    private func skips(_ text: [UInt8]) -> Bool {
        var reader = JSONReader(text.span)
        do {
            try reader.skip()
            try reader.finish()
            return true
        } catch {
            return false
        }
    }

    private func walks(_ text: [UInt8]) -> Bool {
        var reader = JSONReader(text.span)
        var arena = ByteArena()
        do {
            try reader.walk(&arena)
            try reader.finish()
            return true
        } catch {
            return false
        }
    }
}

extension JSONReader {
    /// Passes a value with every kind of call.
    fileprivate mutating func walk(_ arena: inout ByteArena) throws(JSONError) {
        switch try peek() {
        case UInt8(ascii: "{"):
            try enterObject()
            while let key = try nextKey() {
                switch key {
                case "data": _ = try hexBytes(into: &arena)
                case "logIndex": _ = try quantity()
                default: try walk(&arena)
                }
            }
        case UInt8(ascii: "["):
            try enterArray()
            while try nextElement() { try walk(&arena) }
        case UInt8(ascii: "\""):
            let place = try string()
            _ = try? unescaped(place)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            _ = try integerIfAny()
        default: try skip()
        }
    }
}
