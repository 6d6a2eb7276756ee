package import Ethereum

/// What the contract's own record says of a job.
package struct ContractJob: Equatable, Sendable {
    package enum State: UInt8, Sendable, CaseIterable {
        case none = 0
        case requested = 1
        case fulfilled = 2
        case failed = 3
        case cancelled = 4
    }

    package let state: State
    /// nil where the contract keeps none.
    package let requestHash: Hash32?
    /// The block of the request; nil where the contract does not keep it.
    package let requestedAt: UInt256?

    package init(state: State, requestHash: Hash32? = nil, requestedAt: UInt256? = nil) {
        self.state = state
        self.requestHash = requestHash
        self.requestedAt = requestedAt
    }

    /// What this record means for a request of the given hash.
    package func standing(for requestHash: Hash32) -> ContractStanding {
        if state == .none { return .unknown }
        if let other = self.requestHash, other != requestHash { return .anotherRequest(other) }
        return switch state {
        case .none: .unknown
        case .requested: .open
        case .fulfilled: .closed(.fulfilled)
        case .failed: .closed(.failed)
        case .cancelled: .closed(.cancelled)
        }
    }
}

/// What the contract says of a request.
package enum ContractStanding: Equatable, Sendable {
    /// The contract has no such job: the node is behind, or the log is not in its chain.
    case unknown
    /// Unsettled, and the same request; or the contract has no way to tell.
    case open
    /// Settled or cancelled already; the same request.
    case closed(Closing)
    /// The logs tell it, and not enough of them are read or final to say; how.
    case undecided(String)
    /// Its job id belongs to another request now.
    case anotherRequest(Hash32)
    /// It refuses to tell, or says something that its binding does not know; how.
    case unreadable(String)

    package enum Closing: String, Sendable {
        case fulfilled
        case failed
        case cancelled
    }
}
