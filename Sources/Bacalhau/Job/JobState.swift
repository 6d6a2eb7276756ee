/// The state of a job, which Bacalhau writes as a word.
package enum JobState: Sendable, Hashable {
    /// No answer has been read: `JobSnapshot.read` refuses one that says it.
    case undefined
    /// Taken, and no execution of it runs yet.
    case pending
    /// Waits for a node with room, for as long as its queue time-out lasts.
    case queued
    case running
    /// A program ran to its end, whatever its exit code.
    case completed
    /// No node could run it, or its time was over.
    case failed
    /// Somebody ended it before it was over.
    case stopped
    /// A word of a later release.
    case other(String)

    /// Takes a word in Bacalhau's own spelling; any other is kept in `other`, cleaned and cut to 64 bytes.
    package init(_ word: String) {
        self = Self.words.first { $0.word == word }?.state ?? .other(SafeText.line(word, limit: 64))
    }

    /// Whether it stays so unless somebody submits the name again.
    package var isTerminal: Bool { self == .completed || self == .failed || self == .stopped }

    /// The word in Bacalhau's spelling, or what `other` kept.
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
    /// The compute node is asked whether it would take it.
    case askForBid = 2
    /// It would.
    case askForBidAccepted = 3
    /// It would not, and `JobExecution.message` says why: it is over.
    case askForBidRejected = 4
    /// Running, as the orchestrator sees it.
    case bidAccepted = 5
    /// Running, as the compute node sees it: the orchestrator is seldom told.
    case running = 6
    /// The result is being published, as the compute node sees it.
    case publishing = 7
    /// The orchestrator did not want the node: it is over.
    case bidRejected = 8
    /// The program ran to its end, whatever its exit code, and its result is published.
    case completed = 9
    /// The node could not run it or publish its result; the scheduler may try the job again.
    case failed = 10
    /// Ended from outside: the job was stopped or changed.
    case cancelled = 11

    /// Whether the compute node has taken the job, whatever has become of it there.
    var isTaken: Bool {
        switch self {
        case .bidAccepted, .running, .publishing, .completed, .failed: true
        case .undefined, .new, .askForBid, .askForBidAccepted, .askForBidRejected, .bidRejected, .cancelled: false
        }
    }

    /// The state of a name such as `BidAccepted`, its first letter of either case; nil for any other word.
    package init?(word: String) {
        guard let state = Self.allCases.first(where: { "\($0)" == word.prefix(1).lowercased() + word.dropFirst() })
        else { return nil }
        self = state
    }
}
