/// A JSON-RPC error as a node answers it.
package struct RPCFailure: Error, Sendable, Equatable {
    package var code: Int
    package var message: String
    /// Revert data, as `0x` and hex digits.
    package var data: String?

    package init(code: Int = -32_000, _ message: String, data: String? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }
}
