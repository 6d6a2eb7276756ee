import RelayTestSupport
import Testing

@testable import Settings  // The reader is no part of the module's face.

@Suite struct YAMLReaderTests {
    private func problem(_ bytes: [UInt8]) -> String {
        do throws(Problem) {
            _ = try YAMLReader.read(bytes, file: "f")
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3", #"f:3:1: duplicate key "a", first on line 1"#),
        ("a: {b: 1, 'b': 2}", #"f:1:11: duplicate key "b", first on line 1"#),
        ("a: &x 1", "f:1:4: anchors (&) are not supported"),
        ("a: &x [1]", "f:1:4: anchors (&) are not supported"),
        ("a: &x {}", "f:1:4: anchors (&) are not supported"),
        ("a: *x", "f:1:4: aliases (*) are not supported"),
        ("a: !!int 1", "f:1:4: tags (!) are not supported"),
        ("a: !x [1]", "f:1:4: tags (!) are not supported"),
        ("a: !x {}", "f:1:4: tags (!) are not supported"),
        ("<<: *x", "f:1:5: aliases (*) are not supported"),
        ("a: 1\n---\nb: 2", "f:2:1: a second document is not supported"),
        ("? [1]\n: 2", "f:1:3: a key must be a single word"),
        ("? {a: 1}\n: 2", "f:1:3: a key must be a single word"),
        ("a:\n\tb: 1", "f:2:1: found character that cannot start any token while scanning for the next token"),
        ("a: [1", "f:2:1: did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: 1\n  b: 2", "f:2:4: mapping values are not allowed in this context"),
        ("a: 'x", "f:1:6: found unexpected end of stream while scanning a quoted scalar"),
        ("%YAML 9.9\n---\na: 1", "f:1:1: found incompatible YAML document"),
    ])
    func refuses(_ yaml: String, _ message: String) {
        #expect(problem(Array(yaml.utf8)) == message)
    }

    @Test func namesThePlaceOfABadByte() {
        #expect(problem(Array("a: 1\nb: x".utf8) + [0xFF]) == "f:2:5: invalid leading UTF-8 octet")
        #expect(problem(Array("a: 1\nb: \u{1}".utf8)) == "f:2:4: control characters are not allowed")
    }

    /// Only UTF-8: another encoding would be found by its byte order mark.
    @Test func refusesUTF16() {
        #expect(problem([0xFF, 0xFE, 0x61, 0x00]) == "f:1:1: invalid leading UTF-8 octet")
    }

    @Test func takesACommentOrNothingAsNoKeys() throws {
        for text in ["", "# nothing\n", "---\n", "~", "\u{FEFF}", "---\n...\n"] {
            #expect(
                try YAMLReader.read(Array(text.utf8), file: "f").content == .mapping([]),
                "\(text.debugDescription)"
            )
        }
    }

    @Test func boundsTheSize() {
        #expect(problem(Array("#".utf8) + Array(repeating: 0x20, count: 262_143)) == "")
        #expect(problem(Array(repeating: 0x20, count: 262_145)) == "f:1:1: the file is larger than 262144 bytes")
    }

    @Test func boundsTheDepth() {
        let list = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(problem(Array("a: \(list(16))".utf8)) == "")
        #expect(problem(Array("a: \(list(17))".utf8)) == "f:1:20: nested deeper than 16")
        #expect(problem(Array("a: \(list(60_000))".utf8)) == "f:1:20: nested deeper than 16")
    }

    @Test func boundsTheNumberOfValues() {
        #expect(problem(Array("a: [\(String(repeating: "1,", count: 9_998))]".utf8)) == "")
        #expect(
            problem(Array("a: [\(String(repeating: "1,", count: 9_999))]".utf8)) == "f:1:20001: more than 10000 values"
        )
    }

    /// Damaged files give settings or problems that have places; nothing traps.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func survivesDamage(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let valid = Array(
            """
            # comment
            chain: {id: 1, rpc: [{url: "http://a\\u00e9", weight: 3}, {url: 'b'}]}
            account:
              keystore: |
                text
              passwordFile: >-
                folded
            labels: [a, "b", ~]
            ? complex
            : &anchor !!str x
            """.utf8
        )
        for round in 0..<2_000 {
            let bytes = generator.mutated(valid, changes: 8)
            let problems = SampleSettings.problems(String(decoding: bytes, as: UTF8.self))
            let allPlaced =
                problems.isEmpty || problems.split(separator: "\n").allSatisfy { $0.hasPrefix("sample.yaml:") }
            #expect(allPlaced, "seed \(seed), round \(round): \(problems)")
            _ = try? YAMLReader.read(bytes, file: "f")
        }
    }
}
