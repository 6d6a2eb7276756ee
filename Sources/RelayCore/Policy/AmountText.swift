/// Amounts of resources for people.
enum AmountText {
    /// Of thousandths of a core.
    static func cores(_ thousandths: UInt64) -> String {
        thousandths % 1_000 == 0 ? "\(thousandths / 1_000)" : "\(thousandths)m"
    }

    /// In a unit that leaves a whole number.
    static func bytes(_ count: UInt64) -> String {
        let units: [(name: String, size: UInt64)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        let unit = units.first { count >= $0.size && count % $0.size == 0 }
        return unit.map { "\(count / $0.size) \($0.name)" } ?? "\(count) bytes"
    }
}
