/// A value type in its one word.
enum ABIWord {
    static func encode(_ value: ABIValue, _ type: ABIType) throws(LocatedFault) -> Hash32 {
        switch (type, value) {
        case (.uint(let bits), .uint(let number)):
            guard number.significantBits <= bits else { throw LocatedFault(.outOfRange(type: type.description)) }
            return number.asHash32
        case (.int(let bits), .int(let number)):
            guard number.significantBits <= bits else { throw LocatedFault(.outOfRange(type: type.description)) }
            return number.bits.asHash32
        case (.address, .address(let address)): return address.asWord
        case (.bool, .bool(let isTrue)): return UInt256(isTrue ? 1 : 0).asHash32
        case (.fixedBytes(let count), .fixedBytes(let content)) where content.count == count && count <= 32:
            return padded(content)
        default: throw LocatedFault(.mismatch(type: type.description))
        }
    }

    /// Reads a word strictly: what its type leaves unused must be as the encoder leaves it.
    static func decode(_ word: Hash32, _ type: ABIType) throws(LocatedFault) -> ABIValue {
        switch type {
        case .uint(let bits):
            let number = word.asUInt256
            guard number.significantBits <= bits else { throw LocatedFault(.outOfRange(type: type.description)) }
            return .uint(number)
        case .int(let bits):
            let number = Int256(bits: word.asUInt256)
            guard number.significantBits <= bits else { throw LocatedFault(.outOfRange(type: type.description)) }
            return .int(number)
        case .address:
            guard word.word0 == 0, word.word1 &>> 32 == 0 else { throw LocatedFault(.dirtyPadding) }
            return .address(Address(lowBytesOf: word))
        case .bool:
            guard let number = word.asUInt256.asUInt64, number < 2 else {
                throw LocatedFault(.outOfRange(type: type.description))
            }
            return .bool(number == 1)
        case .fixedBytes(let count): return .fixedBytes(try prefix(word, count))
        case .bytes, .string, .array, .fixedArray, .tuple:
            throw LocatedFault(.mismatch(type: type.description))
        }
    }

    private static func padded(_ content: [UInt8]) -> Hash32 {
        let bytes = content + repeatElement(0, count: 32 - content.count)
        return Hash32(bytes.span, at: 0)
    }

    private static func prefix(_ word: Hash32, _ count: Int) throws(LocatedFault) -> [UInt8] {
        let bytes = word.bytes
        guard bytes.dropFirst(count).allSatisfy({ $0 == 0 }) else { throw LocatedFault(.dirtyPadding) }
        return Array(bytes.prefix(count))
    }
}

extension Address {
    /// The address as an EVM word or a topic: twelve zero bytes before it.
    package var asWord: Hash32 {
        Hash32(
            0,
            word0 &>> 32,
            word0 &<< 32 | word1 &>> 32,
            word1 &<< 32 | UInt64(word2)
        )
    }
}
