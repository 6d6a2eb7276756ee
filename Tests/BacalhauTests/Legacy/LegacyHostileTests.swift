import JSON
import Testing

@testable import Bacalhau

/// Texts that were made to hurt.
@Suite struct LegacyHostileTests {
    @Test func boundsTheDepth() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let deep = String(repeating: open, count: 10_000)
            #expect(legacyRefusal(of: Array(deep.utf8))?.code == .notJSON)
            let within = { (depth: Int) in
                String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            }
            #expect(legacyRefusal(of: legacy([("filler", within(60))])) == nil)
            #expect(legacyRefusal(of: legacy([("filler", within(61))]))?.code == .notJSON)
        }
    }

    @Test(
        arguments: [
            ("\u{0}", .notJSON), ("\\u0000", .badValue), ("\\ud800", .notJSON), ("\\udc00\\ud800", .notJSON),
            ("\\x", .notJSON), ("\u{202e}x", nil), ("a\nb", .notJSON), ("a\\nb", .badValue),
        ] as [(String, SpecRefusal.Code?)]
    )
    func readsStringsStrictly(image: String, code: SpecRefusal.Code?) {
        #expect(legacyRefusal(of: legacy([("Docker", "{\"Image\":\"\(image)\"}")]))?.code == code)
    }

    @Test func refusesWhatIsNoUTF8() {
        let bytes = Array("{\"Engine\":\"".utf8) + [0xc3, 0x28] + Array("\"}".utf8)
        #expect(legacyRefusal(of: bytes)?.code == .notUTF8)
        let overlong = Array("{\"Eng".utf8) + [0xc1, 0xa9] + Array("ne\":\"docker\"}".utf8)
        #expect(legacyRefusal(of: overlong)?.code == .notUTF8)
    }

    @Test func boundsTheText() {
        let text = legacy([("filler", "\"\(String(repeating: "x", count: 1 << 20))\"")])
        #expect(legacyRefusal(of: text)?.code == .tooLarge)
        let small = legacy([("filler", "\"\(String(repeating: "x", count: 3_000))\"")])
        #expect(throws: SpecRefusal(.tooLarge, "spec: \(small.count) bytes, and 3000 are allowed")) {
            try TaskSpec.readLegacy(small, limits: SpecLimits(body: 3_000))
        }
    }

    @Test(arguments: [(64, nil), (65, .badValue)] as [(Int, SpecRefusal.Code?)])
    func boundsTheKeys(count: Int, code: SpecRefusal.Code?) {
        let fillers = (4..<count).map { ("\($0)-nothing-like-a-key", Optional("1")) }
        #expect(legacyRefusal(of: legacy(fillers))?.code == code)
    }

    @Test(arguments: [(256, nil), (257, .badValue)] as [(Int, SpecRefusal.Code?)])
    func boundsTheLists(count: Int, code: SpecRefusal.Code?) {
        let outputs = (0..<count).map { "{\"Name\":\"n\($0)\",\"path\":\"/\($0)\"}" }.joined(separator: ",")
        #expect(legacyRefusal(of: legacy([("outputs", "[\(outputs)]")]))?.code == code)
        let input = { (number: Int) in #"{"StorageSource":"inline","URL":"data:,","path":"/\#(number)"}"# }
        let inputs = (0..<count).map(input).joined(separator: ",")
        #expect(legacyRefusal(of: legacy([("inputs", "[\(inputs)]")]))?.code == code)
        // The entry module counts as an input.
        let imports = (0..<count - 1).map(input).joined(separator: ",")
        let wasm = #"{"EntryModule":{"StorageSource":"inline","URL":"data:,"},"ImportModules":[\#(imports)]}"#
        #expect(legacyRefusal(of: legacyWASM(wasm))?.code == code)
    }

    @Test func keepsItsTextShortAndFitForTheChain() throws {
        let name = String(repeating: "\\u0007\\u202eé", count: 3_000)
        let refusals = [
            legacyRefusal(of: legacy([("Engine", "\"\(name)\"")])),
            legacyRefusal(of: legacy([(name, "1"), (name + "x", "1"), ("Verifier", "7e7")])),
            legacyRefusal(of: legacy([("Resources", "{\"Memory\":\"\(name)\"}")])),
            legacyRefusal(of: Array("{\"x\(name)\":1,\"X\(name)\":1,\"Engine\":\"docker\"}".utf8)),
        ]
        for refused in refusals {
            let text = try #require(refused?.text)
            #expect(text.utf8.count <= 1_024)
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e && $0.value != 0x7f })
        }
    }
}
