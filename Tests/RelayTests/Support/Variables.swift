import Glibc

/// Environment variables that make tests do more.
enum Variables {
    static func number(_ name: String) -> Int? {
        guard let text = unsafe getenv(name) else { return nil }
        return Int(unsafe String(cString: text))
    }
}
