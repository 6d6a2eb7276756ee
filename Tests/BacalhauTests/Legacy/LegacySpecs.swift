import JSON
import Testing

@testable import Bacalhau

let someCID = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"

/// A good spec of the old format with parts replaced: `nil` leaves a part out.
func legacy(_ parts: [(String, String?)] = []) -> [UInt8] {
    var members: [(String, String?)] = [
        ("Engine", "\"Docker\""), ("Verifier", "\"Noop\""), ("Docker", #"{"Image":"ubuntu"}"#),
        ("Deal", #"{"Concurrency":1}"#),
    ]
    for (key, value) in parts {
        members.removeAll { $0.0 == key }
        members.append((key, value))
    }
    let texts = members.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }
    return Array("{\(texts.joined(separator: ","))}".utf8)
}

/// The same for WebAssembly.
func legacyWASM(_ wasm: String, _ parts: [(String, String?)] = []) -> [UInt8] {
    legacy([("Engine", "\"Wasm\""), ("Docker", nil), ("Wasm", wasm)] + parts)
}

/// The task as it would be sent, without what `completed(for:)` adds.
func translated(_ text: [UInt8]) throws -> JSONValue {
    var writer = JSONWriter()
    try TaskSpec.readLegacy(text).write(to: &writer)
    return try JSONValue.parse(writer.bytes)
}

func legacyRefusal(of text: [UInt8], for resultType: ResultType = .stdout) -> SpecRefusal? {
    do {
        _ = try TaskSpec.readLegacy(text).completed(for: resultType)
        return nil
    } catch {
        return error
    }
}
