import FoundationEssentials
import JSON
import RelayTestSupport

/// What a real node answered, recorded against geth 1.17.10 or anvil 1.7.1: a file of `Fixtures/`.
struct Transcript: Sendable {
    struct Step: Sendable {
        let note: String
        let request: JSONValue
        let status: Int
        let body: JSONValue

        var method: String { request["method"]?.string ?? "" }
        var parameters: [JSONValue] { request["params"]?.array ?? [] }
        /// The text of the refusal, if it is one.
        var refusal: String? { body["error"]?["message"]?.string }
        var bodyText: String { String(decoding: JSONWriter.bytes(of: body), as: UTF8.self) }
    }

    struct Frame: Sendable {
        let isSent: Bool
        let message: [UInt8]
    }

    struct Missing: Error {
        let name: String
    }

    let steps: [Step]
    /// What went over its WebSocket, in order.
    let frames: [Frame]

    init(_ name: String) throws {
        let path = "\(PackageRoot.path)/Tests/EthereumRPCTests/Fixtures/\(name).json"
        guard let data = FileManager.default.contents(atPath: path) else { throw Missing(name: name) }
        let file = try JSONValue.parse(Array(data), limits: JSONLimits(bytes: 1 << 22))
        let recorded = file["steps"]?.array ?? []
        steps = recorded.compactMap(Self.step)
        frames = recorded.flatMap { $0["frames"]?.array ?? [] }.compactMap(Self.frame)
    }

    /// The steps that call this method.
    func calls(_ method: String) -> [Step] { steps.filter { $0.method == method } }

    private static func step(_ step: JSONValue) -> Step? {
        guard let request = step["request"], let response = step["response"] else { return nil }
        return Step(
            note: step["note"]?.string ?? "",
            request: request["body"] ?? .null,
            status: Int(response["status"]?.int64 ?? 0),
            body: response["body"] ?? .null
        )
    }

    private static func frame(_ frame: JSONValue) -> Frame? {
        guard let message = frame["sent"] ?? frame["got"] else { return nil }
        return Frame(isSent: frame["sent"] != nil, message: JSONWriter.bytes(of: message))
    }
}
