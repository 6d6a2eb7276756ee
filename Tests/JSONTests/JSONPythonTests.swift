import FoundationEssentials
import RelayTestSupport
import Testing

@testable import JSON

/// Python's json module reads the same texts: thousands of generated and damaged ones.
@Suite(.timeLimit(.minutes(2)))
struct JSONPythonTests {
    @Test(arguments: [UInt64(1), 2])
    func agreesOnWhatIsSoundAndOnEveryValue(seed: UInt64) async throws {
        let texts = try await texts(seed: seed, count: 6_000)
        #expect(texts.count == 6_000)
        #expect(texts.count { $0.value != nil } > 1_500)
        #expect(texts.count { !$0.isWellFormed } > 1_500)
        for text in texts {
            let value = try? JSONValue.parse(text.raw)
            let written = value.map { JSONWriter.bytes(of: $0) }
            #expect(written == text.value, "seed \(seed): \(shown(text.raw))")
            #expect(isPassed(text.raw) == text.isWellFormed, "seed \(seed): \(shown(text.raw))")
        }
    }

    private struct Text {
        let raw: [UInt8]
        /// Nil for a text to be refused.
        let value: [UInt8]?
        let isWellFormed: Bool
    }

    private func texts(seed: UInt64, count: Int) async throws -> [Text] {
        let directory = try TemporaryDirectory()
        let file = directory.file("texts")
        let script = "\(PackageRoot.path)/Tests/Devnet/crosscheck/json_check.py"
        let python = try PackageRoot.python()
        let ending = try await withChildProcess(python, [script, String(seed), String(count), file]) { child in
            await child.finished()
        }
        try #require(ending == .exited(0))
        return try [UInt8](Data(contentsOf: URL(filePath: file))).split(separator: UInt8(ascii: "\n")).map(Self.text)
    }

    private static func text(_ line: ArraySlice<UInt8>) throws -> Text {
        let fields = line.split(separator: UInt8(ascii: " "))
        try #require(fields.count == 3)
        return Text(raw: hex(fields[0]) ?? [], value: hex(fields[1]), isWellFormed: fields[2] == [UInt8(ascii: "1")])
    }

    /// Whether `skip` takes the text, which neither looks at names nor decodes.
    private func isPassed(_ text: [UInt8]) -> Bool {
        var reader = JSONReader(text.span)
        do {
            try reader.skip()
            try reader.finish()
            return true
        } catch {
            return false
        }
    }

    private func shown(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self).debugDescription }
}

/// The bytes that hex digits say, nil for a dash.
private func hex(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard digits != [UInt8(ascii: "-")] else { return nil }
    var text = Array("\"0x".utf8)
    text += digits
    text.append(UInt8(ascii: "\""))
    var arena = ByteArena()
    var reader = JSONReader(text.span)
    guard let range = try? reader.hexBytes(into: &arena) else { return nil }
    return arena[range]
}
