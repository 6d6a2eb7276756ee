internal import Transport

/// How one of several nodes does, for people.
package struct NodeState: Equatable, Sendable {
    package enum Fitness: String, Sendable {
        case fit
        /// Half of its last calls failed.
        case failing
        /// Behind the others, which are asked first for a while.
        case behind
        /// It failed or asked to be left alone, and rests.
        case resting
        /// On another chain or fork.
        case expelled
    }

    /// What was wrong with it, and when (milliseconds since 1970).
    package struct Trouble: Equatable, Sendable {
        /// Masked, on one line.
        package let text: String
        package let at: Int64
    }

    /// Masked.
    package let endpoint: String
    package let fitness: Fitness
    /// Its newest head, as far as anybody asked.
    package let head: UInt64?
    /// Why it is expelled.
    package let reason: String?
    /// Until when it is left alone as long as another can be asked; milliseconds since 1970, nil where it does not rest.
    package let restsUntil: Int64?
    /// Also where it has recovered since.
    package let lastError: Trouble?
}

extension EthereumClient {
    /// All nodes, in order of preference.
    package var states: [NodeState] {
        let now = nodes.time.now()
        return nodes.connections.indices.map { node in
            let health = nodes.health(node)
            return NodeState(
                endpoint: nodes.connections[node].mask.url,
                fitness: health.fitness(at: now),
                head: health.head,
                reason: nodes.expulsion(of: node),
                restsUntil: now < health.opensAt ? health.opensAt : nil,
                lastError: health.lastError
            )
        }
    }
}

extension NodeHealth {
    func fitness(at now: Int64) -> NodeState.Fitness {
        switch rank(at: now) {
        case 0?: .fit
        case 1?: .failing
        case 2?: .behind
        case .some: .resting
        case nil: .expelled
        }
    }
}
