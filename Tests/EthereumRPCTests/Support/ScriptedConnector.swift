import Synchronization
import Transport

/// Plays connections in turn, each a list of messages and then an end; the last one again and again.
final class ScriptedConnector: WebSocketConnector {
    enum Play: Sendable {
        case refused(WebSocketError)
        /// Messages, then this end; `nil`: silence.
        case messages([String], then: WebSocketError?)
    }

    private let plays: [Play]
    private let state = Mutex((opened: 0, sent: [String](), isSpent: false))

    init(_ plays: Play...) {
        self.plays = plays
    }

    var openedCount: Int { state.withLock { $0.opened } }
    /// Whether a connection's messages have all been taken, and the next one is waited for.
    var isSpent: Bool { state.withLock { $0.isSpent } }
    var sent: [String] { state.withLock { $0.sent } }

    func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        let index = state.withLock { state in
            defer { state.opened += 1 }
            return state.opened
        }
        switch plays[min(index, plays.count - 1)] {
        case .refused(let error): throw error
        case .messages(let messages, let end):
            try await body(
                ScriptedConnection(messages, end) { text in
                    self.state.withLock { if let text { $0.sent.append(text) } else { $0.isSpent = true } }
                }
            )
        }
    }
}

private final class ScriptedConnection: WebSocketConnection {
    private let rest: Mutex<ArraySlice<String>>
    private let end: WebSocketError?
    /// Hears what is sent, and nil when the messages are spent.
    private let note: @Sendable (String?) -> Void

    init(_ messages: [String], _ end: WebSocketError?, note: @escaping @Sendable (String?) -> Void) {
        rest = Mutex(messages[...])
        self.end = end
        self.note = note
    }

    func send(_ text: String) throws {
        note(text)
    }

    func next() async throws -> WebSocketMessage {
        if let message = rest.withLock({ $0.popFirst() }) { return .text(Array(message.utf8)) }
        note(nil)
        if let end { throw end }
        // Until the task is cancelled.
        for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) {
            try Task.checkCancellation()
        }
        throw CancellationError()
    }
}
