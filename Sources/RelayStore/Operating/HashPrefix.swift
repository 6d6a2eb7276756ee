/// The first digits of a hash, as an operator types them.
struct HashPrefix {
    /// The keys (the first 8 bytes) that a hash with these digits can have: one range, since the sign bit is in the first
    /// digit.
    let keys: ClosedRange<Int64>

    /// - Parameter digits: hex digits; what is none counts as 0.
    init(_ digits: String) {
        let values = digits.utf8.prefix(16).map(Self.value)
        let missing = 16 - values.count
        let low = values.reduce(0) { $0 << 4 | UInt64($1) } << UInt64(4 * missing)
        let high = low | (missing == 16 ? .max : (1 << UInt64(4 * missing)) - 1)
        let bounds = [Int64(bitPattern: low), Int64(bitPattern: high)]
        // Without any digit the range has both signs.
        keys = missing == 16 ? .min ... .max : bounds[0]...bounds[1]
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    private static func value(_ byte: UInt8) -> UInt8 {
        guard isDigit(byte) else { return 0 }
        return byte < UInt8(ascii: "a") ? byte - UInt8(ascii: "0") : byte - UInt8(ascii: "a") + 10
    }
}
