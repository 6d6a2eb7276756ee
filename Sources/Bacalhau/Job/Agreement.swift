/// How many compute nodes must give the same answer before it counts: verification by redundancy.
///
/// A job runs once on each of `runs` nodes. A run that failed may have its next try on a node that has run the job
/// already, so what is counted are nodes and not runs.
package struct Agreement: Sendable, Equatable {
    /// What must be the same.
    package enum Basis: String, Sendable, CaseIterable {
        /// The CID of what was published, and what is answered.
        case result
        /// What is answered, as the run output has it, and the exit code; never a published file.
        case output
    }

    package static let runsAllowed: ClosedRange<Int> = 2...16

    private static let mostRuns = 1_000_000

    package let runs: Int
    /// More than half of `runs`, so that no two answers can both have so many.
    package let agree: Int
    package let basis: Basis

    /// nil unless `runs` is allowed and `agree` is more than half of it and no more than all.
    package init?(runs: Int, agree: Int? = nil, basis: Basis = .result) {
        let agree = agree ?? Self.majority(of: runs)
        guard Self.runsAllowed ~= runs, Self.majority(of: runs)...runs ~= agree else { return nil }
        self.init(unchecked: runs, agree: agree, basis: basis)
    }

    /// As `forJob` made it: a job's own wish may be more runs than a contract's settings allow.
    package init?(stored runs: Int, agree: Int, basis: Basis) {
        guard Self.runsAllowed.lowerBound...Self.mostRuns ~= runs, Self.majority(of: runs)...runs ~= agree else {
            return nil
        }
        self.init(unchecked: runs, agree: agree, basis: basis)
    }

    private init(unchecked runs: Int, agree: Int, basis: Basis) {
        self.runs = runs
        self.agree = agree
        self.basis = basis
    }

    package static func majority(of runs: Int) -> Int { runs / 2 + 1 }

    /// The rule for a job that runs so often by its own wish: two answers must not both have enough nodes then either.
    package func forJob(count: Int64) -> Agreement {
        guard count > runs else { return self }
        let count = min(Int(clamping: count), Self.mostRuns)
        return Agreement(unchecked: count, agree: max(agree, Self.majority(of: count)), basis: basis)
    }
}

extension Agreement {
    /// What a run has brought, as far as two must be the same to agree.
    struct Value: Hashable {
        /// Of what was published, where it counts and is one.
        var cid: String?
        /// What is answered of the run output.
        var output: [UInt8]?
        var isTruncated = false
        var exitCode: Int64?

        /// Whether there is anything to answer.
        var isUsable: Bool { cid != nil || output != nil }
    }

    /// What the nodes say of which runs are over.
    struct Ballot: Equatable {
        struct Vote: Equatable {
            let value: Value
            /// Sorted by name.
            let nodes: [String]
        }

        /// One for each distinct value, that of most nodes first.
        var votes: [Vote] = []
        /// Those that answered one thing and then another, and so have no vote.
        var undecided: [String] = []
        /// Of the newest run with the first vote's value.
        var first: JobExecution?

        var nodes: Int { votes.reduce(undecided.count) { $0 + $1.nodes.count } }
        /// Whether two runs contradict each other.
        var isDisputed: Bool { votes.count > 1 || !undecided.isEmpty }
        /// Whether a node has brought something that can be answered.
        var isUsable: Bool { !undecided.isEmpty || votes.contains { $0.value.isUsable } }
    }

    func ballot(_ job: JobSnapshot, _ resultType: ResultType) -> Ballot {
        let completed = job.currentExecutions.filter { $0.state == .completed }
            .map { (node: $0.nodeID, value: value(of: $0, resultType, isWASM: job.isWASM), execution: $0) }
        let byNode = Dictionary(grouping: completed, by: \.node).mapValues { Set($0.map(\.value)) }
        var ballot = Ballot()
        ballot.undecided = byNode.filter { $0.value.count > 1 }.keys.sorted()
        var nodes: [Value: [String]] = [:]
        for (node, values) in byNode where values.count == 1 {
            for value in values { nodes[value, default: []].append(node) }
        }
        ballot.votes = nodes.map { Ballot.Vote(value: $0, nodes: $1.sorted()) }
            .sorted { ($1.nodes.count, $0.nodes[0]) < ($0.nodes.count, $1.nodes[0]) }
        if let vote = ballot.votes.first {
            ballot.first = completed.last { $0.value == vote.value && vote.nodes.contains($0.node) }?.execution
        }
        return ballot
    }

    /// The run whose answer enough nodes gave; nil while there is none.
    func agreed(_ ballot: Ballot) -> JobExecution? {
        // A server that shows more runs than were asked for could have two answers with enough nodes.
        guard let best = ballot.votes.first, best.value.isUsable, best.nodes.count >= agree,
            ballot.votes.dropFirst().allSatisfy({ $0.nodes.count < agree })
        else { return nil }
        return ballot.first
    }

    private func value(of execution: JobExecution, _ resultType: ResultType, isWASM: Bool) -> Value {
        let cid = execution.plausibleCID
        let output = execution.output
        switch resultType {
        case .cid: return Value(cid: execution.publishedType.lowercased() == "ipfs" ? cid : nil)
        case .exitCode: return Value(output: Array("\(execution.meantExitCode(isWASM: isWASM))".utf8))
        case .stdout, .stderr:
            let isStdout = resultType == .stdout
            return Value(
                cid: basis == .result ? cid : nil,
                output: Array((isStdout ? output.stdout : output.stderr).utf8),
                isTruncated: isStdout ? output.stdoutTruncated : output.stderrTruncated,
                exitCode: basis == .output ? execution.meantExitCode(isWASM: isWASM) : nil
            )
        }
    }

    /// Whether a published file may be read for the answer: only one that was compared.
    func allowsFiles(_ resultType: ResultType) -> Bool { basis == .result && resultType != .exitCode }
}

extension JobSnapshot {
    var isWASM: Bool { engine.lowercased() == "wasm" }
}

extension JobExecution {
    /// Of what was published, if it can be one.
    var plausibleCID: String? { publishedCID.flatMap { ContentID($0) == nil ? nil : $0 } }

    /// A WASM program that returns without `proc_exit` is reported with -1.
    func meantExitCode(isWASM: Bool) -> Int64 { isWASM && output.exitCode == -1 ? 0 : output.exitCode }
}
