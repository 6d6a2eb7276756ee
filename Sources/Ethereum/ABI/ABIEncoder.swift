/// Writes values behind each other into one buffer: heads are reserved and filled in as the tails are written.
struct ABIEncoder {
    private(set) var bytes: [UInt8]

    init(prefix: [UInt8] = []) { bytes = prefix }

    /// Throws `valueCount` and `encoding`.
    static func encode(
        _ values: [ABIValue],
        as parameters: [ABIParameter],
        prefix: [UInt8] = []
    ) throws(ABIError) -> [UInt8] {
        guard values.count == parameters.count else {
            throw .valueCount(expected: parameters.count, actual: values.count)
        }
        var encoder = ABIEncoder(prefix: prefix)
        do { try encoder.appendMembers(values, parameters) } catch {
            throw .encoding(path: error.path, error.fault)
        }
        return encoder.bytes
    }

    private mutating func appendMembers(
        _ values: [ABIValue],
        _ parameters: [ABIParameter]
    ) throws(LocatedFault) {
        let base = bytes.count
        try reserve(headSize: ABIParameter.headSize(parameters))
        var head = base
        for (index, parameter) in parameters.enumerated() {
            do { try append(values[index], parameter.type, base: base, head: &head) } catch {
                throw error.within(parameter.label(index))
            }
        }
    }

    private mutating func appendElements(_ values: [ABIValue], _ type: ABIType) throws(LocatedFault) {
        let base = bytes.count
        try reserve(headSize: saturatingProduct(type.headSize, values.count))
        var head = base
        for (index, value) in values.enumerated() {
            do { try append(value, type, base: base, head: &head) } catch { throw error.within(element: index) }
        }
    }

    /// A type that no parser made may claim any size: no value fits it.
    private mutating func reserve(headSize: Int) throws(LocatedFault) {
        guard headSize <= ABIType.maximumHeadSize else { throw LocatedFault(.lengthBeyondData) }
        appendZeros(headSize)
    }

    private mutating func appendZeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

    private mutating func append(
        _ value: ABIValue,
        _ type: ABIType,
        base: Int,
        head: inout Int
    ) throws(LocatedFault) {
        guard type.isDynamic else { return try put(value, type, at: &head) }
        put(UInt256(UInt64(bytes.count - base)).asHash32, at: &head)
        try appendTail(value, type)
    }

    private mutating func appendTail(_ value: ABIValue, _ type: ABIType) throws(LocatedFault) {
        switch (type, value) {
        case (.bytes, .bytes(let content)), (.string, .string(let content)):
            appendLength(content.count)
            bytes += content
            appendZeros((32 - content.count % 32) % 32)
        case (.array(let element), .array(let values)):
            appendLength(values.count)
            try appendElements(values, element)
        case (.fixedArray(let element, let count), .array(let values)) where values.count == count:
            try appendElements(values, element)
        case (.tuple(let members), .tuple(let values)) where values.count == members.count:
            try appendMembers(values, members)
        default: throw LocatedFault(.mismatch(type: type.description))
        }
    }

    private mutating func appendLength(_ length: Int) { UInt256(UInt64(length)).asHash32.append(to: &bytes) }

    /// Fills in a static value where its head was reserved.
    private mutating func put(_ value: ABIValue, _ type: ABIType, at head: inout Int) throws(LocatedFault) {
        switch (type, value) {
        case (.fixedArray(let element, let count), .array(let values)) where values.count == count:
            for (index, value) in values.enumerated() {
                do { try put(value, element, at: &head) } catch { throw error.within(element: index) }
            }
        case (.tuple(let members), .tuple(let values)) where values.count == members.count:
            for (index, member) in members.enumerated() {
                do { try put(values[index], member.type, at: &head) } catch {
                    throw error.within(member.label(index))
                }
            }
        default: put(try ABIWord.encode(value, type), at: &head)
        }
    }

    private mutating func put(_ word: Hash32, at head: inout Int) {
        for byte in word.bytes {
            bytes[head] = byte
            head += 1
        }
    }
}
