package import Transport

/// Where a node is reached.
///
/// This module is the typed client of a node's JSON-RPC: `Client` holds the calls, `Answers` reads what comes back in
/// one pass, `Errors` says what a refusal means, `Heads` follows new blocks by WebSocket.
package struct EthereumEndpoint: Sendable {
    /// `http:` or `https:`; may hold an API key, so it is only shown masked.
    package var url: String
    /// `ws:` or `wss:`; `nil`: the node is only polled.
    package var webSocketURL: String?
    /// Further headers of each request, as `Authorization`.
    package var headers: [HTTPRequest.Header]

    package init(_ url: String, webSocketURL: String? = nil, headers: [HTTPRequest.Header] = []) {
        self.url = url
        self.webSocketURL = webSocketURL
        self.headers = headers
    }
}
