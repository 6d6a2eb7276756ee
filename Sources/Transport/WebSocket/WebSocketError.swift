/// Why a connection could not be opened, or why it ended.
package enum WebSocketError: Error, Sendable, Equatable {
    /// The address is not a usable `ws:` or `wss:` URL; masked.
    case invalidURL(String)
    /// A configured header holds a character that would break the request apart.
    case invalidHeader(String)
    /// No connection: name lookup, TCP, proxy or TLS, in libcurl's words.
    case connectFailed(String)
    /// TCP, TLS and the upgrade together took longer than `openTimeout`.
    case openTimedOut
    /// The server answered the upgrade with this HTTP status instead of 101.
    case upgradeRefused(status: Int)
    /// The server's answer to the upgrade breaks RFC 6455.
    case upgradeInvalid(String)
    /// The server closed the connection, with or without saying so (1006).
    case closedByServer(code: Int, reason: String)
    /// The server broke RFC 6455; we sent it this close code (1002 or 1007).
    case protocolViolation(code: Int)
    /// The server announced a message larger than `messageLimit`.
    case messageTooLarge
    /// Nothing came for `pingInterval`, and no answer to our ping after it.
    case silent
    /// `send` was called faster than the network takes it.
    case sendBufferFull
    /// The body of `withConnection` has returned.
    case closed
    /// Two tasks wait for the next message at one time.
    case concurrentReaders
    /// A read or write of the open connection failed, in libcurl's words.
    case ioFailed(String)
    /// The operating system refused a resource.
    case resourceFailed(ResourceError)
}

extension WebSocketError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let url): "\(url) is no ws: or wss: URL"
        case .invalidHeader(let name): "the header \(name.debugDescription) holds a forbidden character"
        case .connectFailed(let text): "no connection: \(text)"
        case .openTimedOut: "no connection within the time given"
        case .upgradeRefused(let status): "the server refused the WebSocket with HTTP status \(status)"
        case .upgradeInvalid(let what): "the server's answer to the WebSocket upgrade is wrong: \(what)"
        case .closedByServer(1006, _): "the server closed the connection without a word"
        case .closedByServer(let code, let reason):
            "the server closed the connection: \(code)\(reason.isEmpty ? "" : " \(reason.debugDescription)")"
        case .protocolViolation(let code): "the server broke the WebSocket protocol (we closed with \(code))"
        case .messageTooLarge: "the server sent a message above the limit"
        case .silent: "the server has gone silent"
        case .sendBufferFull: "the server does not take what we send"
        case .closed: "the connection is closed"
        case .concurrentReaders: "two tasks read from one connection"
        case .ioFailed(let text): "the connection broke: \(text)"
        case .resourceFailed(let error): "\(error)"
        }
    }
}
