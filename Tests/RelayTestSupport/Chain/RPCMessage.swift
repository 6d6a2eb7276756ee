import JSON

/// JSON-RPC 2.0 messages.
enum RPCMessage {
    /// The methods that a message or a batch calls.
    static func methods(_ text: JSONValue) -> [String] {
        (text.array ?? [text]).compactMap { $0["method"]?.string }
    }

    static func success(_ id: JSONValue, _ result: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }

    static func failure(_ id: JSONValue, _ failure: RPCFailure) -> JSONValue {
        var members = [
            JSONMember("code", .number(JSONNumber(failure.code))), JSONMember("message", .string(failure.message)),
        ]
        if let data = failure.data { members.append(JSONMember("data", .string(data))) }
        return ["jsonrpc": "2.0", "id": id, "error": .object(members)]
    }
}
