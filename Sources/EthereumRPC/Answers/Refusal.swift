import Ethereum
import JSON

/// What a node says instead of a result (JSON-RPC 2.0 §5.1).
struct Refusal {
    private(set) var code: Int64 = 0
    /// In the node's words; what it says in `data` is added.
    private(set) var message = ""
    /// Only where it is hex, which reverts are.
    private(set) var data: [UInt8]?

    init(_ reader: inout JSONReader) throws(JSONError) {
        var detail: String?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .code: code = try reader.integer()
            case .message: message = try reader.textIfAny() ?? ""
            case .data: detail = try Self.detail(&reader)
            default: try reader.skip()
            }
        }
        guard let detail else { return }
        if detail.hasPrefix("0x"), let bytes = Hex.decode(detail) {
            data = bytes
        } else {
            message = message.isEmpty ? detail : "\(message): \(detail)"
        }
    }

    /// A text, or an object with one: Nethermind and Blast say there what is wrong, and "invalid params" in the message.
    private static func detail(_ reader: inout JSONReader) throws(JSONError) -> String? {
        guard try reader.peek() == UInt8(ascii: "{") else { return try reader.textIfAny() }
        var detail: String?
        try reader.enterObject()
        while let key = try reader.nextKey() {
            switch key {
            case .range, .message: detail = try reader.textIfAny()
            default: try reader.skip()
            }
        }
        return detail
    }
}

extension JSONKey {
    fileprivate static let code: JSONKey = "code"
    fileprivate static let message: JSONKey = "message"
    fileprivate static let data: JSONKey = "data"
    fileprivate static let range: JSONKey = "range"
}
