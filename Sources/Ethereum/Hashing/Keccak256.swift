// Hashing: keccak-256 in its original padding, as Ethereum uses it (not FIPS 202's SHA3-256).

/// A keccak-256 in progress: bytes go in piece by piece, without a copy of the whole.
package struct Keccak256: Sendable {
    private var state = KeccakState()
    private var buffer = InlineArray<136, UInt8>(repeating: 0)
    private var count = 0

    package init() {}

    /// The hash of `bytes` alone.
    package static func hash(_ bytes: Span<UInt8>) -> Hash32 {
        var hasher = Keccak256()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// Takes in more bytes.
    package mutating func update(_ bytes: Span<UInt8>) {
        var from = 0
        if count > 0 {
            from = min(KeccakState.rate &- count, bytes.count)
            for index in 0..<from { append(bytes[index]) }
        }
        while bytes.count &- from >= KeccakState.rate {
            state.absorb(bytes, from)
            from &+= KeccakState.rate
        }
        for index in from..<bytes.count { append(bytes[index]) }
    }

    /// Takes in more bytes.
    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// Takes in a hash's 32 bytes.
    package mutating func update(_ hash: Hash32) {
        append(hash.word0, count: 8)
        append(hash.word1, count: 8)
        append(hash.word2, count: 8)
        append(hash.word3, count: 8)
    }

    /// Takes in an address's 20 bytes.
    package mutating func update(_ address: Address) {
        append(address.word0, count: 8)
        append(address.word1, count: 8)
        append(UInt64(address.word2), count: 4)
    }

    /// The hash of all that went in; more may follow.
    package func finalize() -> Hash32 {
        var last = buffer
        for index in count..<KeccakState.rate { last[index] = 0 }
        last[count] = 1
        last[KeccakState.rate &- 1] |= 0x80
        var state = state
        state.absorb(last.span, 0)
        return state.digest
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        let position = count
        buffer[position] = byte
        count = position &+ 1
        guard count == KeccakState.rate else { return }
        state.absorb(buffer.span, 0)
        count = 0
    }

    private mutating func append(_ word: UInt64, count bytes: Int) {
        var shift = UInt64(bytes &* 8)
        while shift > 0 {
            shift &-= 8
            append(UInt8(truncatingIfNeeded: word &>> shift))
        }
    }
}

/// The keccak-256 of `bytes`.
package func keccak256(_ bytes: [UInt8]) -> Hash32 { Keccak256.hash(bytes.span) }

/// The keccak-256 of `bytes`, in place.
package func keccak256(_ bytes: Span<UInt8>) -> Hash32 { Keccak256.hash(bytes) }
