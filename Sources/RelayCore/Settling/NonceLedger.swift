/// Hands out the account's nonces, in order and without gaps (design D6).
package struct NonceLedger: Equatable, Sendable {
    /// The lowest nonce that neither we nor the chain has used.
    package private(set) var next: UInt64

    /// - Parameters:
    ///   - highestStored: the highest nonce of a stored settlement that has not been lost to another transaction.
    ///   - chainCount: the chain's transaction count of the account at its latest block; a node may lag behind what we
    ///     have stored, so it can only raise the next nonce.
    package init(highestStored: UInt64?, chainCount: UInt64) {
        next = max(highestStored.map { $0.saturatingAdding(1) } ?? 0, chainCount)
    }

    package mutating func take() -> UInt64 {
        defer { next = next.saturatingAdding(1) }
        return next
    }
}
