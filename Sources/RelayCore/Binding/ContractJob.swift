package import Ethereum

/// What the contract's own record says of a job: the reference contract's `job(uint256)`.
package struct ContractJob: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        case none = 0
        case requested = 1
        case fulfilled = 2
        case failed = 3
        case cancelled = 4
    }

    package let requester: Address
    package let resultType: UInt8
    package let state: State
    package let requestHash: Hash32
    package let requestedAt: UInt256
    package let paid: UInt256

    static let members = [
        ABIParameter(name: "requester", type: .address),
        ABIParameter(name: "resultType", type: .uint(bits: 8)),
        ABIParameter(name: "state", type: .uint(bits: 8)),
        ABIParameter(name: "requestHash", type: .fixedBytes(32)),
        ABIParameter(name: "requestedAt", type: .uint(bits: 256)),
        ABIParameter(name: "paid", type: .uint(bits: 256)),
    ]

    package init(
        requester: Address,
        resultType: UInt8,
        state: State,
        requestHash: Hash32,
        requestedAt: UInt256,
        paid: UInt256
    ) {
        self.requester = requester
        self.resultType = resultType
        self.state = state
        self.requestHash = requestHash
        self.requestedAt = requestedAt
        self.paid = paid
    }

    /// Reads the output of `job(uint256)`; nil if it has another form.
    package init?(output values: [ABIValue]) {
        guard case .tuple(let members)? = values.first, members.count == Self.members.count,
            case .address(let requester) = members[0],
            case .uint(let resultType) = members[1], let type = resultType.asUInt64.flatMap(UInt8.init(exactly:)),
            case .uint(let stateNumber) = members[2],
            let state = stateNumber.asUInt64.flatMap(UInt8.init(exactly:)).flatMap(State.init(rawValue:)),
            case .fixedBytes(let hashBytes) = members[3], let hash = Hash32(hashBytes),
            case .uint(let requestedAt) = members[4],
            case .uint(let paid) = members[5]
        else { return nil }
        self.init(
            requester: requester,
            resultType: type,
            state: state,
            requestHash: hash,
            requestedAt: requestedAt,
            paid: paid
        )
    }

    /// What this record means for a request of the given hash.
    package func standing(for requestHash: Hash32) -> ContractStanding {
        switch state {
        case .none: .unknown
        case _ where self.requestHash != requestHash: .anotherRequest(self.requestHash)
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
    /// Unsettled, and the same request.
    case open
    /// Settled or cancelled already; the same request.
    case closed(Closing)
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
