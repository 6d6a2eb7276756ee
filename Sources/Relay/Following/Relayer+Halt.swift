internal import Ethereum
internal import EthereumRPC
internal import RelayCore
package import RelayStore
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
        let inspection = try await ChainInspection.of(store.chain().links, at: client)
        guard let (instruction, acceptance) = try await acceptance(of: halt) else {
            guard inspection.isAsRead else { throw halt }
            throw ChainHalt(at: halt.at, reason: "\(halt.reason); \(ChainAcceptance.asRead)")
        }
        if let refusal = acceptance.refusal(of: inspection.common) {
            try await store.finish(instruction.id, failed: true, outcome: refusal, at: environment.now)
            throw ChainHalt(at: halt.at, reason: "\(halt.reason); \(refusal)")
        }
        try await accept()
        let outcome = "the chain as it is now counts"
        try await store.resume(by: instruction.id, outcome: outcome, at: environment.now)
        environment.log.warning("halt ended: the operator has accepted the chain", ["halt": halt.reason])
    }

    /// The arguments of an instruction that ends this halt and no other, however deep the chain has changed.
    package static func acceptance(of halt: ChainHalt) -> String { ChainAcceptance(of: halt).arguments }

    /// The oldest that was given for this halt: one for an earlier halt says nothing of this one.
    private func acceptance(of halt: ChainHalt) async throws -> (Instruction, ChainAcceptance)? {
        for instruction in try await store.openInstructions(Self.acceptVerb) {
            guard let acceptance = ChainAcceptance(arguments: instruction.arguments), acceptance.isOf(halt) else {
                continue
            }
            return (instruction, acceptance)
        }
        return nil
    }

    /// Finds the last block that the nodes still have, whether it was final or not, and takes back what lies above it.
    private func accept() async throws {
        let stored = try await store.chain()
        var follower = Follower(
            client: client,
            reader: LogReader(book: book),
            store: store,
            options: options.follow,
            environment: environment,
            heads: HeadBoard(),
            cursors: try await store.cursors(),
            chain: CanonicalChain(links: stored.links)
        )
        let node = client.pin()
        guard var head = try await node.header(at: .latest) else { throw FollowFault("the node has no latest block") }
        switch try await follower.meet(&head, at: node) {
        case .changed: break
        case .onTop:
            // Of this node: it may be the one that the others have left.
            guard let tip = follower.chain.tip else { break }
            guard (try? await follower.agree(on: tip, with: node)) == true else {
                node.setBehind()
                throw FollowFault(
                    "the chain cannot be accepted yet: the nodes differ, see 'lilypad-relayer chain show'"
                )
            }
            try await follower.takeBackWhatWasFinal(stored.final, at: node)
        case .below:
            throw FollowFault(
                "the chain cannot be accepted yet: the node's head, block \(head.number), is below what was read"
            )
        case .apart:
            throw FollowFault("the chain cannot be accepted yet: the nodes differ, see 'lilypad-relayer chain show'")
        }
    }
}
