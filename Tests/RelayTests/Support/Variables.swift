import Glibc

/// Environment variables that make tests do more.
enum Variables {
    /// `LILYPAD_SEED` alone, or as many as `LILYPAD_SEEDS` says.
    static func seeds(_ count: Int) -> [UInt64] {
        if let seed = number("LILYPAD_SEED") { return [UInt64(max(0, seed))] }
        return Array(0..<UInt64(max(1, number("LILYPAD_SEEDS") ?? count)))
    }

    static func number(_ name: String) -> Int? {
        guard let text = unsafe getenv(name) else { return nil }
        return Int(unsafe String(cString: text))
    }
}
