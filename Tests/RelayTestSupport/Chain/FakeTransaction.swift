import Ethereum

/// A transaction in the fake's pool or blocks: a real one, or one that a test dictates.
struct FakeTransaction: Sendable {
    /// One thing that a dictated transaction does, in order.
    enum Step: Sendable {
        case call(Address, [UInt8], value: UInt256)
        /// Writes a log as it is, and stores a job for it when `type` is given.
        case emit(FakeLog, jobType: UInt8?)
    }

    enum Content: Sendable {
        case signed(SignedTransaction)
        case dictated([Step])
    }

    let hash: Hash32
    let sender: Address
    let content: Content

    init(_ signed: SignedTransaction) {
        hash = signed.hash
        sender = signed.sender
        content = .signed(signed)
    }

    init(dictated steps: [Step], by sender: Address, number: UInt64) {
        hash = keccak256(Array("dictated transaction \(number)".utf8))
        self.sender = sender
        content = .dictated(steps)
    }

    /// Nil for a dictated one, which needs no nonce.
    var signed: SignedTransaction? {
        if case .signed(let signed) = content { signed } else { nil }
    }
}

/// A transaction and what became of it.
struct FakeMinedTransaction: Sendable {
    let transaction: FakeTransaction
    let succeeded: Bool
    /// Why it reverted.
    let reason: String?
    let gasUsed: UInt64
    let effectiveGasPrice: UInt256
    let logs: [FakeLog]
}
