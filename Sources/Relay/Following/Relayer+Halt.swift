internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Going on after a reorganisation that went deeper than what was final.
extension Relayer {
    /// The instruction by which an operator says that the chain as it is now counts.
    package static let acceptVerb = "accept-chain"

    /// Refuses to start while the relayer is halted; where an operator has accepted the chain, takes back what is no longer
    /// in it.
    ///
    /// Throws `ChainHalt`.
    func goOnAfterHalt() async throws {
        guard let halt = try await store.chain().halt else { return }
        guard let instruction = try await store.openInstruction(Self.acceptVerb) else { throw halt }
        try await accept()
        try await store.resume()
        let now = environment.now
        try await store.finish(instruction.id, failed: false, outcome: "the chain as it is now counts", at: now)
        environment.log.warning("halt ended: the operator has accepted the chain", ["halt": halt.reason])
    }

    /// Finds the last block that the nodes still have, whether it was final or not, and takes back what lies above it.
    private func accept() async throws {
        let stored = try await store.chain()
        var follower = Follower(
            client: client,
            reader: LogReader(binding: binding),
            store: store,
            options: options.follow,
            environment: environment,
            heads: HeadBoard(),
            cursors: try await store.cursors(),
            chain: CanonicalChain(links: stored.links)
        )
        let node = client.pin()
        guard let head = try await node.header(at: .latest) else { throw FollowFault("the node has no latest block") }
        _ = try await follower.meet(head, at: node)
    }
}
