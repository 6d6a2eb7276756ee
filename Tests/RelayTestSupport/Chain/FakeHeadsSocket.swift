import Ethereum
import JSON
import Synchronization
package import Transport

/// A WebSocket to the fake node: `eth_subscribe` to `newHeads`, and what follows.
final class FakeHeadsSocket: WebSocketConnection {
    private struct State {
        var inbox: [[UInt8]] = []
        var waiting: CheckedContinuation<WebSocketMessage?, Never>?
        var isClosed = false
        var isSubscribed = false
    }

    private let state = Mutex(State())

    func send(_ text: String) throws {
        let message = (try? JSONValue.parse(Array(text.utf8))) ?? .null
        let id = message["id"] ?? .null
        let subscribes = message["method"]?.string == "eth_subscribe" && message["params"]?.array?.first == "newHeads"
        guard !state.withLock({ $0.isClosed }) else { throw connectionLost }
        guard subscribes else {
            let failure = RPCFailure(code: -32_601, "the method does not exist/is not available")
            return push(RPCMessage.failure(id, failure))
        }
        push(RPCMessage.success(id, .string(subscription)))
        state.withLock { $0.isSubscribed = true }
    }

    func next() async throws -> WebSocketMessage {
        let message = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> WebSocketMessage?? in
                    if !state.inbox.isEmpty { return .text(state.inbox.removeFirst()) }
                    if state.isClosed { return .some(nil) }
                    state.waiting = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            close()
        }
        try Task.checkCancellation()
        guard let message else { throw connectionLost }
        return message
    }

    func push(head block: FakeBlock) {
        guard state.withLock({ $0.isSubscribed }) else { return }
        var members = block.json(withTransactions: false).object ?? []
        members.removeAll { ["transactions", "uncles", "withdrawals", "size"].contains($0.name) }
        push([
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": .string(subscription), "result": .object(members)],
        ])
    }

    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: nil)
    }

    private func push(_ message: JSONValue) {
        let bytes = JSONWriter.bytes(of: message)
        let waiting = state.withLock { state -> CheckedContinuation<WebSocketMessage?, Never>? in
            guard let waiting = state.waiting else {
                state.inbox.append(bytes)
                return nil
            }
            state.waiting = nil
            return waiting
        }
        waiting?.resume(returning: .text(bytes))
    }

    private let subscription = "0x4e369e839df70e24b2a91daa1a813a75"
}

/// What a client sees of a connection that is simply gone (RFC 6455 §7.1.5).
private let connectionLost = WebSocketError.closedByServer(code: 1006, reason: "")

/// Heads to tell subscribers about, once the world is unlocked.
struct HeadNews {
    let sockets: [FakeHeadsSocket]
    let blocks: [FakeBlock]

    func deliver() {
        for socket in sockets {
            for block in blocks { socket.push(head: block) }
        }
    }
}

extension FakeChain.World {
    /// The blocks above this height, for all that listen.
    func news(since number: UInt64) -> HeadNews {
        let new = chain.blocks.filter { $0.header.number > number }
        return HeadNews(sockets: new.isEmpty ? [] : Array(subscribers.values), blocks: new)
    }
}

extension FakeChain: WebSocketConnector {
    package func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        let socket = FakeHeadsSocket()
        let id = try world.withLock { world in
            if world.faults.outage != nil { throw WebSocketError.connectFailed("Couldn't connect to server") }
            world.nextSubscriber += 1
            world.subscribers[world.nextSubscriber] = socket
            return world.nextSubscriber
        }
        defer { world.withLock { $0.subscribers[id] = nil } }
        try await body(socket)
    }

    /// Breaks every open WebSocket.
    package func closeSockets() {
        let sockets = world.withLock { world in
            defer { world.subscribers = [:] }
            return Array(world.subscribers.values)
        }
        for socket in sockets { socket.close() }
    }

    /// How many WebSockets are open.
    package var socketCount: Int { world.withLock { $0.subscribers.count } }
}
