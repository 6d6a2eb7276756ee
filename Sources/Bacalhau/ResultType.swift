/// What of a job a request wants back, as the contract numbers it.
package enum ResultType: UInt8, Sendable, CaseIterable {
    /// The CID of the published result tree.
    case cid = 0
    case stdout = 1
    case stderr = 2
    /// The exit code, in decimal.
    case exitCode = 3
}
