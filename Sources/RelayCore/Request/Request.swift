package import Ethereum

/// A request as its log told it: what a log says of itself, and where the log stands.
package struct ObservedRequest: Equatable, Sendable {
    /// The identity: keccak-256 over the log's address, topics and data, and its place in the transaction where the
    /// contract does not number its requests (design D2).
    package let hash: Hash32
    package let contract: Address
    /// 256 bits, whatever a contract numbers its jobs with.
    package let jobID: UInt256
    package let requester: Address
    /// Who is answerable for it: the requester where the contract proves it, else the sender of its transaction, which is
    /// nil until it is known.
    package let party: Address?
    /// As it stood in the log; not known to be UTF-8.
    package let spec: [UInt8]
    /// The contract's number; nil where the log is damaged.
    package let resultType: UInt8?
    /// The fields of the event that its settling function wants back, in the contract ABI; empty where there are none.
    package let echo: [UInt8]
    /// What is wrong with the log's data, where it can be a request but not be run.
    package let damage: String?
    package var place: Place

    package init(
        hash: Hash32,
        contract: Address,
        jobID: UInt256,
        requester: Address,
        party: Address?,
        spec: [UInt8],
        resultType: UInt8?,
        echo: [UInt8] = [],
        damage: String? = nil,
        place: Place
    ) {
        self.hash = hash
        self.contract = contract
        self.jobID = jobID
        self.requester = requester
        self.party = party
        self.spec = spec
        self.resultType = resultType
        self.echo = echo
        self.damage = damage
        self.place = place
    }
}

/// Where a log stands in the chain: a fact that a reorg may change, never an identity.
package struct Place: Equatable, Sendable {
    package let blockNumber: UInt64
    package let blockHash: Hash32
    package let transactionHash: Hash32
    package let logIndex: UInt64

    package init(blockNumber: UInt64, blockHash: Hash32, transactionHash: Hash32, logIndex: UInt64) {
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transactionHash = transactionHash
        self.logIndex = logIndex
    }
}

/// A request with its number in the store.
package struct Request: Equatable, Sendable {
    /// The store's sequence number.
    package let id: Int64
    package let observed: ObservedRequest
    package var state: RequestState
    /// When it came into this state.
    package let since: Timestamp

    package init(id: Int64, observed: ObservedRequest, state: RequestState, since: Timestamp) {
        self.id = id
        self.observed = observed
        self.state = state
        self.since = since
    }
}
