import JSON

/// A request object (JSON-RPC 2.0 §4).
struct RPCCall {
    let id: UInt64
    let method: String
    let parameters: [RPCParameter]

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("jsonrpc", "2.0")
            object.member("id", id)
            object.member("method", method)
            object.member("params") { $0.array { for parameter in parameters { parameter.write(to: &$0) } } }
        }
    }
}
