import Ethereum
import JSON
import Synchronization
package import Transport

/// A WebSocket to the fake node: `eth_subscribe` to `newHeads` and to `logs`, and what follows.
final class FakeHeadsSocket: WebSocketConnection {
    private struct State {
        var inbox: [[UInt8]] = []
        var waiting: CheckedContinuation<WebSocketMessage?, Never>?
        var isClosed = false
        var hasHeads = false
        var logs: LogFilter?
    }

    let host: String
    private let manner: NodeManners.Socket
    private let state = Mutex(State())

    init(host: String, _ manner: NodeManners.Socket) {
        self.host = host
        self.manner = manner
    }

    func send(_ text: String) throws {
        let message = (try? JSONValue.parse(Array(text.utf8))) ?? .null
        let id = message["id"] ?? .null
        guard !state.withLock({ $0.isClosed }) else { throw connectionLost }
        let parameters = message["method"]?.string == "eth_subscribe" ? message["params"]?.array ?? [] : []
        switch parameters.first?.string {
        case "newHeads":
            push(RPCMessage.success(id, .string(headsID)))
            state.withLock { $0.hasHeads = true }
        case "logs":
            guard let filter = try? LogFilter(parameters.dropFirst().first ?? [:]) else { break }
            push(RPCMessage.success(id, .string(logsID)))
            state.withLock { $0.logs = filter }
        default:
            let failure = RPCFailure(code: -32_601, "the method does not exist/is not available")
            push(RPCMessage.failure(id, failure))
        }
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
        guard manner != .silent, state.withLock({ $0.hasHeads }) else { return }
        var members = block.json(withTransactions: false).object ?? []
        members.removeAll { ["transactions", "uncles", "withdrawals", "size"].contains($0.name) }
        push(notice(of: headsID, .object(members)))
    }

    /// The logs of a block that fit the subscription; `removed`: it has left the chain.
    func push(logsOf block: FakeBlock, removed: Bool) {
        guard manner == .sound, let filter = state.withLock({ $0.logs }) else { return }
        for log in block.logs where filter.matches(log) {
            let json = log.json(timestamp: block.header.timestamp)
            push(notice(of: logsID, json.replacing("removed", .bool(removed))))
        }
    }

    private func notice(of subscription: String, _ result: JSONValue) -> JSONValue {
        [
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": .string(subscription), "result": result],
        ]
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

    private let headsID = "0x4e369e839df70e24b2a91daa1a813a75"
    private let logsID = "0x16ffdbe40f8d0b2f4d7850e23c364bb8"
}

/// What a client sees of a connection that is simply gone (RFC 6455 §7.1.5).
private let connectionLost = WebSocketError.closedByServer(code: 1006, reason: "")

/// What to tell subscribers, once the world is unlocked: in a reorganisation first the logs that are gone, oldest first,
/// then the new ones, and only the last of the new heads, as geth does.
struct HeadNews {
    let sockets: [FakeHeadsSocket]
    let removed: [FakeBlock]
    let added: [FakeBlock]

    func deliver() {
        let heads = removed.isEmpty ? added : added.suffix(1)
        for socket in sockets {
            for block in removed { socket.push(logsOf: block, removed: true) }
            for block in added { socket.push(logsOf: block, removed: false) }
            for block in heads { socket.push(head: block) }
        }
    }
}

extension FakeChain.World {
    /// The blocks above this height, or above the first that has been taken out, for all that listen.
    func news(since number: UInt64) -> HeadNews {
        let removed = chain.lastRemoved
        let kept = removed.first.map { min(number, $0.header.number - 1) } ?? number
        let added = chain.blocks.suffix(while: { $0.header.number > kept })
        let sockets = added.isEmpty && removed.isEmpty ? [] : Array(subscribers.values)
        return HeadNews(sockets: sockets, removed: removed, added: Array(added))
    }
}

extension Array {
    /// The longest end of which all elements fit.
    fileprivate func suffix(while fits: (Element) -> Bool) -> ArraySlice<Element> {
        var start = endIndex
        while start > startIndex, fits(self[start - 1]) { start -= 1 }
        return self[start...]
    }
}

extension FakeChain: WebSocketConnector {
    package func withConnection(
        to url: String,
        body: @Sendable (any WebSocketConnection) async throws -> Void
    ) async throws {
        let host = host(of: url)
        let (id, socket) = try world.withLock { world in
            let manners = world.manners[host] ?? NodeManners()
            if world.faults.outage != nil || manners.fault != nil || manners.socket == .refused {
                throw WebSocketError.connectFailed("Couldn't connect to server")
            }
            let socket = FakeHeadsSocket(host: host, manners.socket)
            world.nextSubscriber += 1
            world.subscribers[world.nextSubscriber] = socket
            return (world.nextSubscriber, socket)
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
