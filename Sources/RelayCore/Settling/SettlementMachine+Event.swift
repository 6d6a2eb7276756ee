package import Ethereum

/// What happens to a settlement, and what is to be done.
extension SettlementMachine {
    package enum Event: Equatable, Sendable {
        case woke
        case contractSaid(ContractStanding)
        /// A dry run of the settlement: the gas it needs, or why it would not go through.
        case simulated(Simulation)
        /// Signed and about to be stored.
        case signed(nonce: UInt64, Attempt)
        /// It cannot be signed or paid for now.
        case notAffordable(String)
        /// The contract has no way to be told, and never will.
        case unanswerable(String)
        /// The chain's fees are above the operator's cap: that passes, and until then it waits.
        case tooDear(String)
        /// A replacement with higher fees, signed and about to be stored.
        case bumped(Attempt)
        /// The fees cannot be raised, because of the cap.
        case notBumped(String)
        case broadcast(Hash32, SendOutcome)
        case seen(Sighting)
        /// No usable answer.
        case unavailable(retryAfter: Duration?)
    }

    package enum Simulation: Equatable, Sendable {
        case passes(gasLimit: UInt64)
        case reverts(String)
    }

    /// What a node made of the raw transaction.
    package enum SendOutcome: Equatable, Sendable {
        /// Taken, or known already.
        case accepted
        /// The nonce has been used: by one of our attempts, or by another transaction.
        case nonceUsed
        /// The fees are too low for the pool.
        case feeTooLow(String)
        /// The account cannot pay.
        case insufficientFunds(String)
        /// Refused for another reason; the same bytes may pass later or elsewhere.
        case refused(String)
        /// No answer: it may have been taken.
        case unknown
        /// It has reached nobody.
        case notSent
    }

    /// What the chain shows of a sent settlement.
    package struct Sighting: Equatable, Sendable {
        /// The receipt of one of the attempts in the canonical chain, if any has one.
        package let inclusion: Inclusion?
        /// Without a receipt: whether the block of the one that was seen before is still the canonical one.
        package let keepsBlock: Bool
        /// Blocks that are missing until that block is final; 0: it is, or there is none.
        package let missing: UInt64
        /// Whether the account's count, as deep as receipts must be, has passed the nonce.
        package let nonceIsSpent: Bool

        package init(inclusion: Inclusion?, keepsBlock: Bool = false, missing: UInt64 = 0, nonceIsSpent: Bool) {
            self.inclusion = inclusion
            self.keepsBlock = keepsBlock
            self.missing = missing
            self.nonceIsSpent = nonceIsSpent
        }
    }

    package enum Action: Equatable, Sendable {
        case askContract
        case simulate
        case sign(gasLimit: UInt64)
        case bump(nonce: UInt64, gasLimit: UInt64, old: Fees)
        case broadcast(Attempt)
        case look
        case wake(at: Timestamp)
        case end(Outcome)
    }
}
