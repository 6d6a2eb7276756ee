/// Limits and times of a connection.
package struct WebSocketConfiguration: Sendable {
    /// Further headers of the upgrade request, as `Authorization`.
    package var headers: [HTTPRequest.Header] = []
    /// A PEM file with the trusted certificates; `nil`: the system's.
    package var certificateFile: String?
    /// A proxy's URL; `nil`: what the environment (`https_proxy`, `no_proxy`) says; empty: none.
    package var proxy: String?
    /// For name lookup, TCP, proxy, TLS and upgrade together.
    package var openTimeout: Duration = .seconds(10)
    /// A ping goes out when nothing came for so long.
    package var pingInterval: Duration = .seconds(20)
    /// The time for any byte to come after that ping.
    package var pongTimeout: Duration = .seconds(10)
    /// The time the server has to answer our close frame.
    package var closeTimeout: Duration = .seconds(1)
    /// Bytes of one message, its fragments together.
    package var messageLimit = 16 << 20
    /// Received bytes that may wait for `next()` before we stop reading.
    package var receiveBuffer = 4 << 20
    /// Bytes that may wait for the network before `send` throws.
    package var sendBuffer = 1 << 20
    /// What `ps -L` shows for the connection's thread; 15 bytes.
    package var threadName = "websocket"

    package init() {}
}
