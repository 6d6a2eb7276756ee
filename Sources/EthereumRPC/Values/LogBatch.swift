package import Ethereum

/// All logs of one answer, in its order, and what was among them that is no log.
package struct LogBatch: Sendable, Equatable {
    /// Well formed; nothing else about them has been checked.
    package var logs: [Log]
    package var malformed: [MalformedLog]

    package init(logs: [Log] = [], malformed: [MalformedLog] = []) {
        self.logs = logs
        self.malformed = malformed
    }
}

/// A log whose JSON is well formed but says no log, kept with its text: its neighbours must not be lost with it.
package struct MalformedLog: Sendable, Equatable {
    /// What is wrong, as `bad topics`.
    package var reason: String
    /// The log's own claim, where that much could be read.
    package var blockNumber: UInt64?
    /// The log's own claim, where that much could be read.
    package var logIndex: UInt64?
    /// Its JSON as it came.
    package var text: [UInt8]

    package init(reason: String, blockNumber: UInt64? = nil, logIndex: UInt64? = nil, text: [UInt8]) {
        self.reason = reason
        self.blockNumber = blockNumber
        self.logIndex = logIndex
        self.text = text
    }
}
