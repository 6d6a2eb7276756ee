import FoundationEssentials
import RelayTestSupport
import Testing

/// Job specs from `Tests/Devnet/fixtures/specs`, as they stand on chain.
enum Spec {
    static func named(_ name: String) throws -> String {
        let path = "\(PackageRoot.path)/Tests/Devnet/fixtures/specs/\(name).json"
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// A job that writes `hello NAME` and a line's end: each request's answer is its own.
    static func greeting(_ name: String) throws -> String {
        let spec = try named("greet")
        let parts = spec.split(separator: #"["world"]"#, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        return parts.joined(separator: "[\"\(name)\"]")
    }

    static func path(_ name: String) -> String { "\(PackageRoot.path)/Tests/Devnet/fixtures/specs/\(name).json" }
}
