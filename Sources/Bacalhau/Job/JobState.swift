/// The state of a job, which Bacalhau writes as a word.
package enum JobState: Sendable, Hashable {
    case undefined
    case pending
    case queued
    case running
    case completed
    case failed
    case stopped
    /// A word of a later release.
    case other(String)

    package init(_ word: String) {
        self = Self.words.first { $0.word == word }?.state ?? .other(SafeText.line(word, limit: 64))
    }

    /// Whether it stays so unless somebody submits the name again.
    package var isTerminal: Bool { self == .completed || self == .failed || self == .stopped }

    package var word: String {
        if case .other(let word) = self { return word }
        return Self.words.first { $0.state == self }?.word ?? ""
    }

    private static let words: [(word: String, state: JobState)] = [
        ("Undefined", .undefined), ("Pending", .pending), ("Queued", .queued), ("Running", .running),
        ("Completed", .completed), ("Failed", .failed), ("Stopped", .stopped),
    ]
}

/// The state of an execution as its compute node reports it: a number in 1.6 to 1.9.3, read as a word too.
package enum ExecutionState: Int64, Sendable, CaseIterable {
    case undefined = 0
    /// Nobody has taken it yet.
    case new = 1
    case askForBid = 2
    case askForBidAccepted = 3
    case askForBidRejected = 4
    /// Running, as the orchestrator sees it.
    case bidAccepted = 5
    case running = 6
    case publishing = 7
    case bidRejected = 8
    case completed = 9
    case failed = 10
    case cancelled = 11

    package init?(word: String) {
        guard let state = Self.allCases.first(where: { "\($0)" == word.prefix(1).lowercased() + word.dropFirst() })
        else { return nil }
        self = state
    }
}
