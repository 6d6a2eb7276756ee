/// The filter of 2048 bits in a block's header that tells which addresses and topics its logs cannot hold (Yellow Paper
/// §4.3.1, M3:2048).
///
/// It has false positives and no false negatives: "may contain" proves nothing, its opposite does. Some chains fill in all
/// ones or all zeros for every block, and then it proves nothing either way: see `isFull`.
package struct LogsBloom: Hashable, Sendable {
    /// Bytes of a bloom filter.
    package static let size = 256

    /// Without any log.
    package static let empty = LogsBloom(repeating: 0)
    /// With every bit set, as Lotus before 1.36.1 gives every block.
    package static let full = LogsBloom(repeating: 0xff)

    /// Always `size` of them: bit 0 is the lowest of the last.
    package private(set) var bytes: [UInt8]

    /// Nil unless there are exactly 256 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    private init(repeating byte: UInt8) {
        bytes = Array(repeating: byte, count: Self.size)
    }

    /// Says nothing of the block: the node does not compute it.
    package var isFull: Bool { bytes.allSatisfy { $0 == 0xff } }

    /// So many bits are set that it fits much by chance: a log's address and topic have six of them.
    package var saysLittle: Bool { bytes.reduce(0) { $0 + $1.nonzeroBitCount } > Self.size * 4 }

    /// No contract wrote a log, if the node computes it at all.
    package var isEmpty: Bool { bytes.allSatisfy { $0 == 0 } }

    /// False only when no log of the block is of this contract.
    package func mayContain(_ address: Address) -> Bool { Self.bits(of: address).allSatisfy(isSet) }

    /// False only when no log of the block has this topic, at whatever position.
    package func mayContain(_ topic: Hash32) -> Bool { Self.bits(of: topic).allSatisfy(isSet) }

    /// Takes a log in, as whoever makes a block does.
    package mutating func insert(_ log: Log) {
        insert(Self.bits(of: log.address))
        for topic in log.topics { insert(Self.bits(of: topic)) }
    }

    private mutating func insert(_ bits: [Int]) {
        for bit in bits { bytes[Self.index(bit)] |= Self.mask(bit) }
    }

    private func isSet(_ bit: Int) -> Bool { bytes[Self.index(bit)] & Self.mask(bit) != 0 }

    private static func index(_ bit: Int) -> Int { size - 1 - bit >> 3 }

    private static func mask(_ bit: Int) -> UInt8 { 1 << UInt8(bit & 7) }

    private static func bits(of address: Address) -> [Int] {
        var hasher = Keccak256()
        hasher.update(address)
        return bits(of: hasher)
    }

    private static func bits(of topic: Hash32) -> [Int] {
        var hasher = Keccak256()
        hasher.update(topic)
        return bits(of: hasher)
    }

    /// The low 11 bits of each of the hash's first three pairs of bytes.
    private static func bits(of hasher: Keccak256) -> [Int] {
        let word = hasher.finalize().word0
        return [48, 32, 16].map { Int(word >> $0 & 0x7ff) }
    }
}
