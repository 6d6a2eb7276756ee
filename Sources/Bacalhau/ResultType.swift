/// What of a job a request wants back, as the contract numbers it.
package enum ResultType: UInt8, Sendable, CaseIterable {
    /// The CID of the published result tree.
    case cid = 0
    /// What the program wrote to standard output, of which Bacalhau keeps 2,048 bytes.
    case stdout = 1
    /// What the program wrote to standard error, of which Bacalhau keeps 2,048 bytes.
    case stderr = 2
    /// The exit code, in decimal.
    case exitCode = 3

    /// Whether it asks for what the program wrote, as much as that may be.
    package var isOutput: Bool { self == .stdout || self == .stderr }
}
