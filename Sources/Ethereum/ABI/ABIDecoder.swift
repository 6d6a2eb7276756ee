/// Reads values from data that nobody has checked.
///
/// Tails stand behind the heads, in the order of their offsets' places, and none begins inside another: so each byte
/// is read once, and no data makes the decoder allocate more than its own length (times a constant). Encoders all
/// write so; gaps and bytes behind the last tail are let pass.
struct ABIDecoder {
    private let data: [UInt8]
    /// Where the next tail may begin: behind all that was read.
    private var frontier = 0

    init(_ data: [UInt8]) { self.data = data }

    /// Throws `decoding`.
    static func decode(_ data: [UInt8], as parameters: [ABIParameter]) throws(ABIError) -> [ABIValue] {
        var decoder = ABIDecoder(data)
        do { return try decoder.members(parameters, at: 0) } catch {
            throw .decoding(path: error.path, error.fault)
        }
    }

    /// The values of a sequence whose head begins at `base`, from which offsets count.
    private mutating func members(_ parameters: [ABIParameter], at base: Int) throws(LocatedFault) -> [ABIValue] {
        try enter(headSize: ABIParameter.headSize(parameters), at: base, fault: .truncated)
        var head = base
        var values: [ABIValue] = []
        values.reserveCapacity(parameters.count)
        for (index, parameter) in parameters.enumerated() {
            do { values.append(try value(parameter.type, base: base, head: &head)) } catch {
                throw error.within(parameter.label(index))
            }
        }
        return values
    }

    private mutating func elements(_ type: ABIType, count: Int, at base: Int) throws(LocatedFault) -> [ABIValue] {
        let size = saturatingProduct(max(type.headSize, 1), count)
        try enter(headSize: size, at: base, fault: .lengthBeyondData)
        var head = base
        var values: [ABIValue] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            do { values.append(try value(type, base: base, head: &head)) } catch {
                throw error.within(element: index)
            }
        }
        return values
    }

    /// Sees that a head is there before anything is allocated for it.
    private mutating func enter(headSize: Int, at base: Int, fault: ABIFault) throws(LocatedFault) {
        guard base <= data.count, headSize <= data.count - base else { throw LocatedFault(fault) }
        frontier = max(frontier, base + headSize)
    }

    /// Tails begin behind this head, whether or not all of it is there.
    mutating func skipHead(_ end: Int) { frontier = max(frontier, min(end, data.count)) }

    /// One value of a sequence; moves `head` behind its place there.
    mutating func value(_ type: ABIType, base: Int, head: inout Int) throws(LocatedFault) -> ABIValue {
        guard type.isDynamic else { return try staticValue(type, at: &head) }
        let start = try tail(base: base, head: head)
        head += 32
        return try dynamicValue(type, at: start)
    }

    private func staticValue(_ type: ABIType, at head: inout Int) throws(LocatedFault) -> ABIValue {
        switch type {
        case .fixedArray(let element, let count):
            // No parser makes a type without size; there is no end to an array of it.
            guard element.headSize > 0 else { throw LocatedFault(.mismatch(type: type.description)) }
            var values: [ABIValue] = []
            for index in 0..<max(count, 0) {
                do { values.append(try staticValue(element, at: &head)) } catch {
                    throw error.within(element: index)
                }
            }
            return .array(values)
        case .tuple(let members):
            var values: [ABIValue] = []
            for (index, member) in members.enumerated() {
                do { values.append(try staticValue(member.type, at: &head)) } catch {
                    throw error.within(member.label(index))
                }
            }
            return .tuple(values)
        case .uint, .int, .address, .bool, .fixedBytes, .bytes, .string, .array:
            let word = try word(at: head)
            head += 32
            return try ABIWord.decode(word, type)
        }
    }

    private mutating func dynamicValue(_ type: ABIType, at start: Int) throws(LocatedFault) -> ABIValue {
        switch type {
        case .bytes: return .bytes(try content(at: start))
        case .string: return .string(try content(at: start))
        case .array(let element):
            guard let count = try word(at: start).asUInt256.asUInt64.flatMap({ Int(exactly: $0) }) else {
                throw LocatedFault(.lengthBeyondData)
            }
            return .array(try elements(element, count: count, at: start + 32))
        case .fixedArray(let element, let count):
            return .array(try elements(element, count: max(count, 0), at: start))
        case .tuple(let members): return .tuple(try self.members(members, at: start))
        case .uint, .int, .address, .bool, .fixedBytes: throw LocatedFault(.mismatch(type: type.description))
        }
    }

    /// Where the tail begins whose offset stands at `head`.
    func tail(base: Int, head: Int) throws(LocatedFault) -> Int {
        guard let offset = try word(at: head).asUInt256.asUInt64, offset <= UInt64(data.count - base) else {
            throw LocatedFault(.offsetBeyondData)
        }
        let start = base + Int(offset)
        guard start >= frontier else { throw LocatedFault(.overlap) }
        return start
    }

    /// The bytes of a `bytes` or `string`: length, content, zeros up to a whole word.
    private mutating func content(at start: Int) throws(LocatedFault) -> [UInt8] {
        let length = try word(at: start).asUInt256.asUInt64
        let from = start + 32
        guard let length, length <= UInt64(data.count - from) else { throw LocatedFault(.lengthBeyondData) }
        let end = from + Int(length)
        let paddedEnd = end + (32 - Int(length) % 32) % 32
        guard paddedEnd <= data.count else { throw LocatedFault(.truncated) }
        for index in end..<paddedEnd where data[index] != 0 { throw LocatedFault(.dirtyPadding) }
        frontier = paddedEnd
        return Array(data[from..<end])
    }

    private func word(at offset: Int) throws(LocatedFault) -> Hash32 {
        guard offset <= data.count, data.count - offset >= 32 else { throw LocatedFault(.truncated) }
        return Hash32(data.span, at: offset)
    }
}
