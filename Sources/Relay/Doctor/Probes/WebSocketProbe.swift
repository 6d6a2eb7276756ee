internal import Ethereum
internal import JSON
internal import Synchronization
internal import Transport

/// Tries whether a node's WebSocket takes a subscription and tells of new heads.
final class WebSocketProbe: Sendable {
    /// nil where none is named.
    static func look(
        _ url: String?,
        _ connector: any WebSocketConnector,
        patience: Duration,
        _ time: any TimeSource
    ) async -> Observed<WebSocketSight>? {
        guard let url else { return nil }
        let probe = WebSocketProbe(time: time)
        let outcome = await observe(within: .seconds(15) + patience, time) {
            try await connector.withConnection(to: url) { try await probe.talk($0, patience) }
        }
        // What was seen counts, however the connection ended.
        if let sight = probe.sight { return .seen(sight) }
        return .failed(SecretMask(url: url).clean(outcome.failure ?? "the subscription was not confirmed"))
    }

    private struct State: Sendable {
        var chainID: UInt64?
        var isSubscribed = false
        var firstHead: Duration?
        var began: Int64
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private let time: any TimeSource
    private let state: Mutex<State>

    private init(time: any TimeSource) {
        self.time = time
        state = Mutex(State(began: time.now()))
    }

    private var sight: WebSocketSight? {
        state.withLock { $0.isSubscribed ? WebSocketSight(chainID: $0.chainID, firstHead: $0.firstHead) : nil }
    }

    private func talk(_ connection: any WebSocketConnection, _ patience: Duration) async throws {
        try connection.send(#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#)
        try connection.send(#"{"jsonrpc":"2.0","id":2,"method":"eth_chainId","params":[]}"#)
        try await listen(to: connection, within: .seconds(10)) { $0.isSubscribed }
        try await listen(to: connection, within: patience) { $0.firstHead != nil }
    }

    private func listen(
        to connection: any WebSocketConnection,
        within limit: Duration,
        until isEnough: @escaping @Sendable (State) -> Bool
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                while !(self.state.withLock { isEnough($0) }) { try await self.take(connection.next()) }
            }
            group.addTask { [time] in try await time.sleep(for: limit) }
            try await group.next()
        }
    }

    private func take(_ message: WebSocketMessage) throws {
        let value = try JSONValue.parse(message.bytes, limits: JSONLimits(bytes: 4 << 20))
        try state.withLock { state in
            switch value["id"]?.int64 {
            case 1:
                guard value["result"]?.string != nil else {
                    throw Refusal(description: value["error"]?["message"]?.string ?? "eth_subscribe was refused")
                }
                state.isSubscribed = true
                state.began = time.now()
            case 2: state.chainID = value["result"]?.string.flatMap { UInt256(hexQuantity: $0)?.asUInt64 }
            default:
                guard value["params"]?["result"] != nil, state.firstHead == nil else { break }
                state.firstHead = .milliseconds(max(0, time.now() - state.began))
            }
        }
    }
}
