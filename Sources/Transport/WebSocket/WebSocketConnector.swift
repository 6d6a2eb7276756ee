/// One of the three seams for tests: opens a WebSocket, lends it to `body`, and closes it.
package protocol WebSocketConnector: Sendable {
    /// Cancelling the task closes the connection at once, in any phase. Throws `WebSocketError` when it cannot be
    /// opened, and whatever `body` throws.
    func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws
}

/// An open connection.
package protocol WebSocketConnection: Sendable {
    /// Queues a text message; throws the connection's end, or `sendBufferFull`.
    func send(_ text: String) throws
    /// Waits for the next message; throws the connection's end as a `WebSocketError`.
    func next() async throws -> WebSocketMessage
}

/// A whole message, put together from its fragments; text stays in its (checked) UTF-8 bytes.
package enum WebSocketMessage: Sendable, Equatable {
    case text([UInt8])
    case binary([UInt8])

    /// The content, whichever kind it is.
    package var bytes: [UInt8] {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes
        }
    }
}
