import Ethereum
import Synchronization
import Transport

/// Several nodes of one chain, in order of preference.
final class NodePool: Sendable {
    private struct State {
        var health: [NodeHealth]
        var identity: NodeIdentity?
        /// Who was asked last of those that anyone may be asked.
        var preferred: Int?
    }

    let connections: [NodeConnection]
    let time: any TimeSource
    private let state: Mutex<State>

    init(_ connections: [NodeConnection], time: any TimeSource) {
        self.connections = connections
        self.time = time
        state = Mutex(State(health: connections.map { _ in NodeHealth() }))
    }

    // MARK: Asking

    /// Asks the pinned node, or one after the other until one of them answers or refuses for a reason that another would
    /// have too.
    func ask<Value>(
        _ pinned: Int?,
        _ call: (NodeConnection) async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        if let pinned { return try await ask(node: pinned, call) }
        var last: RPCError?
        for node in candidates() {
            prefer(node)
            do {
                return try await ask(node: node, call)
            } catch {
                guard error.isOfTheNode, !error.isCancellation else { throw error }
                last = error
            }
        }
        throw last ?? expelledError()
    }

    private func ask<Value>(
        node: Int,
        _ call: (NodeConnection) async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        do {
            try await verify(node)
            let value = try await call(connections[node])
            let now = time.now()
            change(node) { $0.answered(at: now) }
            return value
        } catch {
            note(error, of: node)
            throw hasOther(than: node) ? error : error.waiting(atMost: Self.longestOutage)
        }
    }

    /// Where nobody else can be asked, who waits for longer than this is blind for as long.
    private static let longestOutage: Duration = .seconds(60)

    /// Whether a node other than this one may be asked now.
    private func hasOther(than node: Int) -> Bool { ranked().contains { $0.node != node && $0.rank < 3 } }

    /// This node is asked first from now on.
    func prefer(_ node: Int) {
        let now = time.now()
        state.withLock { state in
            guard state.preferred != node else { return }
            state.preferred = node
            state.health[node].isPreferred(at: now)
        }
    }

    /// Those that may be asked, the best first; one that has to be left alone only where no other is to be had.
    func candidates() -> [Int] {
        let ranked = ranked()
        guard let best = ranked.first else { return [] }
        return ranked.filter { $0.rank < 3 || best.rank == 3 }.map(\.node)
    }

    /// All that serve the chain as far as is known, the best first.
    func served() -> [Int] { ranked().map(\.node) }

    private func ranked() -> [(node: Int, rank: Int)] {
        let now = time.now()
        let ranked = state.withLock { state in
            state.health.indices.compactMap { node in state.health[node].rank(at: now).map { (node: node, rank: $0) } }
        }
        return ranked.sorted { ($0.rank, $0.node) < ($1.rank, $1.node) }
    }

    private func note(_ error: RPCError, of node: Int) {
        // Nobody waited for the answer.
        guard !error.isCancellation else { return }
        let now = time.now()
        guard error.isOfTheNode else { return change(node) { $0.answered(at: now) } }
        change(node) { health in
            health.failed(at: now, retryAfter: error.retryAfter, isChanged: error.mayBeOfAnotherNode)
            health.said(error.description, at: now)
        }
    }

    private func change(_ node: Int, _ body: (inout NodeHealth) -> Void) {
        state.withLock { body(&$0.health[node]) }
    }

    func health(_ node: Int) -> NodeHealth { state.withLock { $0.health[node] } }

    private func expelledError() -> RPCError {
        let reasons = state.withLock { $0.health.compactMap { $0.expulsion?.reason } }
        return connections[0].failure("eth_chainId", .malformed(reasons.joined(separator: "; ")))
    }

    // MARK: Who serves which chain

    /// The chain that all nodes must serve from now on.
    func require(_ identity: NodeIdentity) {
        state.withLock { state in
            guard state.identity != identity else { return }
            state.identity = identity
            for node in state.health.indices { state.health[node].isToBeVerified() }
        }
    }

    /// A block by which the nodes are known where none was so far.
    func anchor(at block: BlockAnchor) {
        let identity = state.withLock { $0.identity }
        guard let identity, identity.anchor == nil else { return }
        require(NodeIdentity(chainID: identity.chainID, genesisHash: identity.genesisHash, anchor: block))
    }

    /// Checks chain, genesis and anchor where that has not been done of late, or not since the node failed last.
    private func verify(_ node: Int) async throws(RPCError) {
        let now = time.now()
        let identity = state.withLock { $0.health[node].isVerified(at: now) ? nil : $0.identity }
        guard let identity else { return }
        if let fault = try await fault(of: node, identity) {
            expel(node, fault)
            throw connections[node].failure("eth_chainId", .malformed(fault))
        }
        let checked = time.now()
        change(node) { $0.verified(at: checked) }
    }

    private func fault(of node: Int, _ identity: NodeIdentity) async throws(RPCError) -> String? {
        do {
            return try await identity.fault(of: connections[node])
        } catch {
            guard !error.isOfTheNode else { throw error }
            // Its refusal is no answer to what was asked of all nodes.
            let text = "it does not say which chain it serves: \(error.method): \(error.kind)"
            throw connections[node].failure(error.method, .malformed(text))
        }
    }

    /// Why a node is not asked at present.
    func expulsion(of node: Int) -> String? {
        let now = time.now()
        return health(node).expulsion.flatMap { now < $0.until ? $0.reason : nil }
    }

    func isResting(_ node: Int) -> Bool {
        let now = time.now()
        return health(node).rank(at: now) == 3
    }

    func failing(_ node: Int) -> Duration? {
        let now = time.now()
        return health(node).failingSince.map { .milliseconds(max(0, now - $0)) }
    }

    func expel(_ node: Int, _ reason: String) {
        let now = time.now()
        change(node) { $0.expelled(reason, at: now) }
    }

    func requireProof(of node: Int) { change(node) { $0.isToBeVerified() } }

    func noteFault(of node: Int) {
        let now = time.now()
        change(node) { health in
            health.failed(at: now, retryAfter: nil, isChanged: true)
            health.said("its answers do not hold together", at: now)
        }
    }

    func setBehind(_ node: Int) {
        let now = time.now()
        change(node) { $0.isBehind(at: now) }
    }

    func note(head: UInt64, of node: Int) { change(node) { $0.showed(head: head) } }
}
