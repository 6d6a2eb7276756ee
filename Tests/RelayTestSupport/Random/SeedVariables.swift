import Glibc

/// Which seeds a simulation plays, as the environment says.
package enum SeedVariables {
    /// `LILYPAD_SEED` alone, or as many as `LILYPAD_SEEDS` says, from `LILYPAD_START` on.
    package static func seeds(_ count: Int) -> [UInt64] {
        if let seed = number("LILYPAD_SEED") { return [UInt64(max(0, seed))] }
        let start = UInt64(max(0, number("LILYPAD_START") ?? 0))
        return Array(start..<(start + UInt64(max(1, number("LILYPAD_SEEDS") ?? count))))
    }

    private static func number(_ name: String) -> Int? {
        guard let text = unsafe getenv(name) else { return nil }
        return Int(unsafe String(cString: text)).flatMap { $0 < 1 << 62 ? $0 : nil }
    }
}
