// Hashing: keccak-256 in its original padding, as Ethereum uses it (not FIPS 202's SHA3-256).

/// A keccak-256 in progress: bytes go in piece by piece, without a copy of the whole.
package struct Keccak256: Sendable {
    private var state = KeccakState()

    package init() {}

    /// Takes in more bytes.
    package mutating func update(_ bytes: Span<UInt8>) { state.absorb(bytes) }

    /// Takes in more bytes.
    package mutating func update(_ bytes: [UInt8]) { state.absorb(bytes.span) }

    /// Takes in a hash's 32 bytes.
    package mutating func update(_ hash: Hash32) {
        state.absorb(hash.word0.byteSwapped, count: 8)
        state.absorb(hash.word1.byteSwapped, count: 8)
        state.absorb(hash.word2.byteSwapped, count: 8)
        state.absorb(hash.word3.byteSwapped, count: 8)
    }

    /// Takes in an address's 20 bytes.
    package mutating func update(_ address: Address) {
        state.absorb(address.word0.byteSwapped, count: 8)
        state.absorb(address.word1.byteSwapped, count: 8)
        state.absorb(UInt64(address.word2.byteSwapped), count: 4)
    }

    /// The hash of all that went in; more may follow.
    package func finalize() -> Hash32 { state.finish() }
}

/// The keccak-256 of `bytes`.
package func keccak256(_ bytes: [UInt8]) -> Hash32 { keccak256(bytes.span) }

/// The keccak-256 of `bytes`, in place.
package func keccak256(_ bytes: Span<UInt8>) -> Hash32 {
    var state = KeccakState()
    state.absorb(bytes)
    return state.finish()
}
