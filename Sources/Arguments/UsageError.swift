/// Wrong usage: what is wrong, with its remedy, and whose help tells more.
package struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program and the commands on the way: `lilypad-relayer jobs show`.
    let command: String
    let message: String

    init(_ path: [String], _ message: String) {
        command = path.joined(separator: " ")
        self.message = message
    }

    /// Two lines, for standard error.
    package var description: String { "\(command): \(message)\nTry '\(command) --help'." }
}
