/// The 25 lanes of keccak-f[1600] (FIPS 202), absorbed 136 bytes at a time.
///
/// Lanes 1, 2, 8, 12, 17 and 20 are held inverted (the Keccak team's "lane complementing"): 8 NOTs a round, not 25.
struct KeccakState: Sendable {
    /// Bytes that one permutation takes in: 17 lanes.
    private static let rate = 136

    private var lanes: InlineArray<25, UInt64> = [
        0, ~0, ~0, 0, 0, 0, 0, 0, ~0, 0, 0, 0, ~0, 0, 0, 0, 0, ~0, 0, 0, ~0, 0, 0, 0, 0,
    ]

    /// How many bytes went in since the last permutation, below `rate`.
    private var position = 0

    /// Takes in `bytes` from the beginning to the end.
    mutating func absorb(_ bytes: Span<UInt8>) {
        var from = 0
        if position != 0 {
            from = min(bytes.count, KeccakState.rate &- position)
            absorbInPieces(bytes, 0..<from)
        }
        while bytes.count &- from >= KeccakState.rate {
            for lane in 0..<17 { lanes[lane] ^= littleEndianWord(bytes, from &+ lane &* 8) }
            permute()
            from &+= KeccakState.rate
        }
        absorbInPieces(bytes, from..<bytes.count)
    }

    /// What is no whole block, or does not begin one: a word at a time.
    private mutating func absorbInPieces(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var from = range.lowerBound
        while range.upperBound &- from >= 8 {
            absorb(littleEndianWord(bytes, from), count: 8)
            from &+= 8
        }
        for index in from..<range.upperBound { absorb(UInt64(bytes[index]), count: 1) }
    }

    /// Takes in a word's lowest `count` bytes, the lowest first; the bytes above them are zero.
    @inline(__always)
    mutating func absorb(_ word: UInt64, count: Int) {
        let lane = position &>> 3
        let filled = position & 7
        let shift = UInt64(filled &* 8)
        lanes[lane] ^= word &<< shift
        position &+= count
        var next = lane &+ 1
        if position >= KeccakState.rate {
            permute()
            position &-= KeccakState.rate
            next = 0
        }
        // What the lane had no room for. There is such a rest only where something was filled: no shift by 64.
        if filled &+ count > 8 { lanes[next] ^= word &>> (64 &- shift) }
    }

    /// Ends the message (original Keccak's padding, a single 1 bit and the last) and gives the digest.
    consuming func finish() -> Hash32 {
        lanes[position &>> 3] ^= 1 &<< UInt64((position & 7) &* 8)
        lanes[16] ^= 1 &<< 63
        permute()
        return Hash32(lanes[0].byteSwapped, (~lanes[1]).byteSwapped, (~lanes[2]).byteSwapped, lanes[3].byteSwapped)
    }

    /// Theta, rho and pi, chi, iota; unrolled, so that the lanes stay in registers.
    @inline(never)
    private mutating func permute() {
        var (a0, a1, a2, a3, a4) = (
            lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]
        )
        var (a5, a6, a7, a8, a9) = (
            lanes[5], lanes[6], lanes[7], lanes[8], lanes[9]
        )
        var (a10, a11, a12, a13, a14) = (
            lanes[10], lanes[11], lanes[12], lanes[13], lanes[14]
        )
        var (a15, a16, a17, a18, a19) = (
            lanes[15], lanes[16], lanes[17], lanes[18], lanes[19]
        )
        var (a20, a21, a22, a23, a24) = (
            lanes[20], lanes[21], lanes[22], lanes[23], lanes[24]
        )
        for round in 0..<24 {
            let c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
            let c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
            let c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
            let c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
            let c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
            let d0 = c4 ^ rotated(c1, 1)
            let d1 = c0 ^ rotated(c2, 1)
            let d2 = c1 ^ rotated(c3, 1)
            let d3 = c2 ^ rotated(c4, 1)
            let d4 = c3 ^ rotated(c0, 1)
            let b0 = a0 ^ d0
            let b16 = rotated(a5 ^ d0, 36)
            let b7 = rotated(a10 ^ d0, 3)
            let b23 = rotated(a15 ^ d0, 41)
            let b14 = rotated(a20 ^ d0, 18)
            let b10 = rotated(a1 ^ d1, 1)
            let b1 = rotated(a6 ^ d1, 44)
            let b17 = rotated(a11 ^ d1, 10)
            let b8 = rotated(a16 ^ d1, 45)
            let b24 = rotated(a21 ^ d1, 2)
            let b20 = rotated(a2 ^ d2, 62)
            let b11 = rotated(a7 ^ d2, 6)
            let b2 = rotated(a12 ^ d2, 43)
            let b18 = rotated(a17 ^ d2, 15)
            let b9 = rotated(a22 ^ d2, 61)
            let b5 = rotated(a3 ^ d3, 28)
            let b21 = rotated(a8 ^ d3, 55)
            let b12 = rotated(a13 ^ d3, 25)
            let b3 = rotated(a18 ^ d3, 21)
            let b19 = rotated(a23 ^ d3, 56)
            let b15 = rotated(a4 ^ d4, 27)
            let b6 = rotated(a9 ^ d4, 20)
            let b22 = rotated(a14 ^ d4, 39)
            let b13 = rotated(a19 ^ d4, 8)
            let b4 = rotated(a24 ^ d4, 14)
            a0 = b0 ^ (b1 | b2) ^ KeccakState.roundConstants[round]
            a1 = b1 ^ (~b2 | b3)
            a2 = b2 ^ (b3 & b4)
            a3 = b3 ^ (b4 | b0)
            a4 = b4 ^ (b0 & b1)
            a5 = b5 ^ (b6 | b7)
            a6 = b6 ^ (b7 & b8)
            a7 = b7 ^ (b8 | ~b9)
            a8 = b8 ^ (b9 | b5)
            a9 = b9 ^ (b5 & b6)
            a10 = b10 ^ (b11 | b12)
            a11 = b11 ^ (b12 & b13)
            a12 = b12 ^ (~b13 & b14)
            a13 = ~b13 ^ (b14 | b10)
            a14 = b14 ^ (b10 & b11)
            a15 = b15 ^ (b16 & b17)
            a16 = b16 ^ (b17 | b18)
            a17 = b17 ^ (~b18 | b19)
            a18 = ~b18 ^ (b19 & b15)
            a19 = b19 ^ (b15 | b16)
            a20 = b20 ^ (~b21 & b22)
            a21 = ~b21 ^ (b22 | b23)
            a22 = b22 ^ (b23 & b24)
            a23 = b23 ^ (b24 | b20)
            a24 = b24 ^ (b20 & b21)
        }
        lanes = [
            a0, a1, a2, a3, a4,
            a5, a6, a7, a8, a9,
            a10, a11, a12, a13, a14,
            a15, a16, a17, a18, a19,
            a20, a21, a22, a23, a24,
        ]
    }

    private static let roundConstants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}

@inline(__always)
private func rotated(_ lane: UInt64, _ count: UInt64) -> UInt64 { (lane &<< count) | (lane &>> (64 &- count)) }

/// Eight bytes as a little-endian word, each access checked; the optimiser makes one load of it.
@inline(__always)
private func littleEndianWord(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
    bigEndianWord(bytes, offset).byteSwapped
}
