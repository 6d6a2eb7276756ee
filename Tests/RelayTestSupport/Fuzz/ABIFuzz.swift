import Ethereum

/// Damaged data of logs and calls: what is read of it is small, and means the same once it is written again.
package enum ABIFuzz {
    /// The broken rule of a seed; nil where all hold.
    package static func failure(seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let parameters = (0..<(1 + random.below(5))).map { parameter($0, &random, depth: 0) }
        let function = ABIFunction(name: "f", inputs: parameters, outputs: parameters)
        let values = parameters.map { value(of: $0.type, &random) }
        guard let sound = try? function.encodeOutput(values) else { return "its own values cannot be written" }
        guard (try? function.decodeOutput(sound)) == values else { return "its own data reads as something else" }
        let data =
            random.oneIn(4) ? random.bytes(random.below(400)) : random.mutated(sound, changes: 1 + random.below(4))
        if let failure = failure(of: data, function) { return failure }
        return eventFailure(parameters, data, &random)
    }

    /// Whatever is read can be written and read again, and takes no more room than the data.
    private static func failure(of data: [UInt8], _ function: ABIFunction) -> String? {
        guard let values = try? function.decodeOutput(data) else { return nil }
        let size = values.reduce(0) { $0 + Self.size(of: $1) }
        // A word for each value, and content as long as it stands there.
        guard size <= 4 * data.count + 64 else { return "\(data.count) bytes became \(size)" }
        guard let written = try? function.encodeOutput(values) else { return "what was read cannot be written" }
        return (try? function.decodeOutput(written)) == values ? nil : "what was read reads as something else"
    }

    /// The fields of a log, one by one and all together, say the same.
    private static func eventFailure(
        _ parameters: [ABIParameter],
        _ data: [UInt8],
        _ random: inout SeededGenerator
    ) -> String? {
        let event = ABIEvent(name: "e", inputs: parameters)
        var topics = [event.topic]
        if random.oneIn(8) { topics.append(event.topic) }
        let parts = event.decodeParts(topics: topics, data: data)
        guard parts.count == parameters.count else { return "\(parts.count) parts of \(parameters.count)" }
        guard let whole = try? event.decode(topics: topics, data: data) else { return nil }
        for (index, value) in whole.enumerated() {
            guard (try? parts[index].get()) == value else { return "part \(index) is another one" }
            guard (try? event.decodeField(at: [index], topics: topics, data: data)) == value else {
                return "field \(index) is another one"
            }
        }
        return nil
    }

    private static func size(of value: ABIValue) -> Int {
        switch value {
        case .uint, .int, .address, .bool, .fixedBytes: 32
        case .bytes(let bytes), .string(let bytes): 64 + bytes.count
        case .array(let values), .tuple(let values): values.reduce(32) { $0 + size(of: $1) }
        }
    }

    // MARK: Drawing

    private static func parameter(_ index: Int, _ random: inout SeededGenerator, depth: Int) -> ABIParameter {
        ABIParameter(name: random.oneIn(5) ? "" : "p\(index)", type: type(&random, depth: depth))
    }

    private static func type(_ random: inout SeededGenerator, depth: Int) -> ABIType {
        switch random.below(depth < 3 ? 12 : 8) {
        case 0: .uint(bits: 8 * (1 + random.below(32)))
        case 1: .int(bits: 8 * (1 + random.below(32)))
        case 2: .address
        case 3: .bool
        case 4: .fixedBytes(1 + random.below(32))
        case 5: .bytes
        case 6, 7: .string
        case 8: .array(of: type(&random, depth: depth + 1))
        case 9: .fixedArray(of: type(&random, depth: depth + 1), count: 1 + random.below(3))
        default: .tuple((0..<(1 + random.below(4))).map { parameter($0, &random, depth: depth + 1) })
        }
    }

    private static func value(of type: ABIType, _ random: inout SeededGenerator) -> ABIValue {
        switch type {
        case .uint(let bits): .uint(number(bits, &random))
        case .int(let bits): .int(Int256(bits: number(bits - 1, &random)))
        case .address: .address(Address(random.bytes(20)) ?? .zero)
        case .bool: .bool(random.oneIn(2))
        case .fixedBytes(let count): .fixedBytes(random.bytes(count))
        case .bytes: .bytes(random.bytes(random.below(70)))
        case .string: .string(random.bytes(random.below(70)))
        case .array(let element): .array((0..<random.below(4)).map { _ in value(of: element, &random) })
        case .fixedArray(let element, let count): .array((0..<count).map { _ in value(of: element, &random) })
        case .tuple(let members): .tuple(members.map { value(of: $0.type, &random) })
        }
    }

    /// Of at most so many bits.
    private static func number(_ bits: Int, _ random: inout SeededGenerator) -> UInt256 {
        let count = max(0, bits / 8)
        let bytes = random.bytes(count)
        return UInt256(bigEndian: Array(repeating: 0, count: 32 - count) + bytes) ?? .zero
    }
}
