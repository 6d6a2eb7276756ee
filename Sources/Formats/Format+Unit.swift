/// A whole number with a unit, as in `250ms` or `256KiB`.
private struct Units: Sendable {
    /// Each unit in the first one, from small to large.
    let list: [(name: String, size: Int)]

    var pattern: String { "^[0-9]+(\(list.map(\.name).joined(separator: "|")))$" }

    func parse(_ text: String) -> Int? {
        let digits = text.utf8.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let name = text.dropFirst(digits.count)
        guard let count = Int(text.prefix(digits.count)), let unit = list.first(where: { $0.name == name }) else {
            return nil
        }
        let (value, overflow) = count.multipliedReportingOverflow(by: unit.size)
        return overflow ? nil : value
    }

    /// In the largest unit that leaves a whole number.
    func write(_ value: Int) -> String {
        let unit = list.last { value >= $0.size && value % $0.size == 0 } ?? list.first
        return unit.map { "\(value / $0.size)\($0.name)" } ?? String(value)
    }
}

extension Format<Duration> {
    private static var units: Units {
        Units(list: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    /// A whole number and a unit, as `250ms`, `30s`, `5m`, `2h` or `1d`.
    ///
    /// The bounds are whole milliseconds.
    package static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = (low: text(range.lowerBound), high: text(range.upperBound))
        return Self(
            "a time from \(bounds.low) to \(bounds.high), such as 500ms, 30s, 5m or 2h",
            schema: .text(pattern: units.pattern),
            standIn: range.lowerBound,
            write: text
        ) { (text) throws(Misfit) in
            guard let value = units.parse(text).map({ Duration.milliseconds($0) }), range.contains(value)
            else { throw .plain }
            return value
        }
    }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return units.write(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

/// A number of bytes, a type of its own so that its default reads as `256KiB`.
package struct ByteSize: Sendable, Hashable, Comparable {
    package let bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    /// So many times 1,024 bytes; for the program's own numbers, since a product beyond Int stops it.
    package static func kibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count * 1024) }

    package static func < (one: ByteSize, other: ByteSize) -> Bool { one.bytes < other.bytes }
}

extension Format<ByteSize> {
    private static var units: Units { Units(list: [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]) }

    /// A whole number and a unit: `900000B`, `256KiB`, `1MiB`, `2GiB`.
    package static func byteSize(_ range: ClosedRange<ByteSize>) -> Self {
        let bounds = (low: units.write(range.lowerBound.bytes), high: units.write(range.upperBound.bytes))
        return Self(
            "a size from \(bounds.low) to \(bounds.high), such as 900000B, 256KiB or 1MiB",
            schema: .text(pattern: units.pattern),
            standIn: range.lowerBound,
            write: text
        ) { (text) throws(Misfit) in
            guard let value = units.parse(text).map({ ByteSize(bytes: $0) }), range.contains(value)
            else { throw .plain }
            return value
        }
    }

    private static func text(_ size: ByteSize) -> String { units.write(size.bytes) }
}
