/// WebSocket connections (RFC 6455) over libcurl.
///
/// libcurl does name lookup, TCP, proxy and TLS, since Debian's knows no `ws:`; `FrameCodec` does the frames; a thread
/// of the connection's own does the waiting (`WebSocketLoop`). Thread and descriptors are gone when `withConnection`
/// returns, however it returns.
package struct CurlWebSocketConnector: WebSocketConnector {
    private let configuration: WebSocketConfiguration

    package init(_ configuration: WebSocketConfiguration = WebSocketConfiguration()) {
        self.configuration = configuration
    }

    /// Returns after the closing handshake (`closeTimeout` at most) when `body` has returned, and closes at once when
    /// it throws.
    package func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        let connection = try OpeningConnection(to: url, configuration)
        try await withTaskCancellationHandler {
            do {
                try await connection.opened.value().get()
                try await body(CurlWebSocketConnection(inbox: connection.inbox, outbox: connection.outbox))
                connection.outbox.stop(.afterHandshake)
                await connection.ended.value()
            } catch {
                connection.outbox.stop(.atOnce)
                await connection.ended.value()
                throw error
            }
        } onCancel: {
            connection.outbox.stop(.atOnce)
        }
    }
}

/// What the body of `withConnection` is lent.
struct CurlWebSocketConnection: WebSocketConnection {
    let inbox: Inbox
    let outbox: Outbox

    func send(_ text: String) throws {
        try outbox.add(.text(Array(text.utf8)))
    }

    /// Messages that came before the end are handed out first.
    ///
    /// A caller that is slow makes us stop reading; nothing is
    /// dropped. A cancelled wait leaves the connection and its messages as they are.
    func next() async throws -> WebSocketMessage {
        try await inbox.next()
    }
}

/// A connection whose thread has been started.
private struct OpeningConnection: Sendable {
    let inbox: Inbox
    let outbox: Outbox
    let opened = OneShot<Result<Void, any Error>>()
    let ended = OneShot<Void>()

    init(to address: String, _ configuration: WebSocketConfiguration) throws(WebSocketError) {
        let url = try WebSocketURL(address)
        let upgrade = try Upgrade(to: url, headers: configuration.headers)
        do throws(ResourceError) {
            try CurlLibrary.start()
            let wake = try WakeEvent()
            inbox = Inbox(capacity: configuration.receiveBuffer, wake: wake)
            outbox = Outbox(capacity: configuration.sendBuffer, wake: wake)
            try startThread(named: configuration.threadName) { [inbox, outbox, opened, ended] in
                let mail = WebSocketLoop.Mail(inbox: inbox, outbox: outbox, wake: wake)
                let end = WebSocketLoop.run(to: url, upgrade, configuration, mail, opened)
                outbox.finish(end)
                inbox.finish(end)
                opened.set(.failure(end))
                ended.set(())
            }
        } catch {
            throw .resourceFailed(error)
        }
    }
}
