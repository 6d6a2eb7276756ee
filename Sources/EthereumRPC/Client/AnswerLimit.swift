/// Decoded bytes that an answer may have; a longer one is an error before it is read.
enum AnswerLimit {
    /// Of one value, as a header.
    static let value = 4 << 20
    /// With the logs of one transaction.
    static let receipt = 16 << 20
    /// The logs of a range.
    static let logs = 64 << 20
}
