/// The `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
package enum RetryAfter {
    /// Who asks for more is asked again all the same.
    package static let longest: Duration = .seconds(600)

    /// The wait that it asks for at `now`, in milliseconds since 1970.
    ///
    /// `nil` when it is neither form; a date that has passed is zero.
    package static func parse(_ value: String, now: Int64) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(Int32(value) ?? Int32.max)
        }
        guard let seconds = HTTPDate.seconds(value) else { return nil }
        return .milliseconds(max(0, seconds * 1000 - now))
    }
}

extension HTTPResponse {
    /// What the server asks for by `Retry-After`, at `now` (milliseconds since 1970).
    package func retryAfter(now: Int64) -> Duration? {
        header("Retry-After").flatMap { RetryAfter.parse($0, now: now) }
    }
}
