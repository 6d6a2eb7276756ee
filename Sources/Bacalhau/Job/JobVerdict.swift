/// What a job's state means for the request that asked for it.
package enum JobVerdict: Sendable, Equatable {
    /// Not over yet, and how far it is.
    case running(JobStage)
    /// Over, with the result that was asked for.
    case answer(JobAnswer)
    /// No compute node had room at that moment: to be tried again under another name.
    case busy(String)
    /// Over without a result, for a cause that may pass: to be tried again under another name, a few times.
    case passing(JobFailure)
    /// Over without one, which is what the contract is told.
    case failed(JobFailure)
    /// Stopped by somebody, with the reason that was given.
    case stopped(String)
    /// The orchestrator does not know the job.
    case lost
}

/// What the contract is answered.
package struct JobAnswer: Sendable, Equatable {
    /// The result exactly as the program gave it.
    package let bytes: [UInt8]
    /// Whether Bacalhau has cut it.
    package let isTruncated: Bool
    package let resultType: ResultType
    /// The execution it is taken from.
    package let executionID: String
    /// Of what the execution published to IPFS, if it did and it can be one.
    package let cid: String?
    /// Whether a WASM program ran, whose output and exit code have their own quirks.
    package let isWASM: Bool
    /// How many nodes gave it, where that counts: for the history.
    package let agreement: String?

    package init(
        bytes: [UInt8],
        isTruncated: Bool,
        resultType: ResultType,
        executionID: String,
        cid: String? = nil,
        isWASM: Bool = false,
        agreement: String? = nil
    ) {
        self.bytes = bytes
        self.isTruncated = isTruncated
        self.resultType = resultType
        self.executionID = executionID
        self.cid = cid
        self.isWASM = isWASM
        self.agreement = agreement
    }
}

/// Why there is no result.
package struct JobFailure: Sendable, Equatable {
    /// The server's own words, as a rule.
    package let cause: String
    /// In a line for the history, where there is more to say than the contract is told.
    package let detail: String?

    package init(cause: String, detail: String? = nil) {
        self.cause = cause
        self.detail = detail
    }

    /// One line of at most 1,024 bytes, fit for the chain.
    package var reason: String { SafeText.line(cause) }
}

extension JobVerdict {
    /// Judges a job for the result that was asked for; nil is a job that the orchestrator does not know.
    ///
    /// With a rule for agreement the answer is what enough nodes gave, as soon as they did, whatever becomes of the rest.
    package static func judge(
        _ job: JobSnapshot?,
        resultType: ResultType,
        agreement: Agreement? = nil
    ) -> JobVerdict {
        guard let job else { return .lost }
        guard let agreement else { return judge(job, resultType, dispute: nil) }
        let ballot = agreement.ballot(job, resultType)
        if let execution = agreement.agreed(ballot) {
            return answer(
                execution,
                resultType,
                isWASM: job.isWASM,
                filesCount: agreement.allowsFiles(resultType),
                agreement: agreement.words(ballot)
            )
        }
        let dispute = JobFailure(cause: agreement.refusal(ballot), detail: agreement.disagreement(ballot))
        // A job that is completed has no more to say, even where the few nodes that ran it agree.
        let counts = ballot.isUsable && (ballot.isDisputed || job.state == .completed)
        return judge(job, resultType, dispute: counts ? dispute : nil)
    }

    /// `dispute` takes the place of whatever a job that is over came to, unless another try may bring more.
    private static func judge(_ job: JobSnapshot, _ resultType: ResultType, dispute: JobFailure?) -> JobVerdict {
        switch job.state {
        case .undefined, .pending, .queued, .running, .other: return .running(JobStage(job))
        case .stopped: return .stopped(SafeText.line(job.message))
        case .completed: return dispute.map { .failed($0) } ?? completed(job, resultType)
        case .failed:
            if job.executions.isEmpty, NodeLines(job.message).isNotNow { return .busy(SafeText.line(job.message)) }
            let failure = JobFailure(cause: cause(of: job) ?? Self.silent(job))
            return mayPass(job) ? .passing(failure) : .failed(dispute ?? failure)
        }
    }

    private static func completed(_ job: JobSnapshot, _ resultType: ResultType) -> JobVerdict {
        guard let execution = job.currentExecutions.last(where: { $0.state == .completed }) else {
            return .failed(JobFailure(cause: "the job is completed, and no execution of it is"))
        }
        return answer(execution, resultType, isWASM: job.isWASM)
    }

    private static func answer(
        _ execution: JobExecution,
        _ resultType: ResultType,
        isWASM: Bool,
        filesCount: Bool = true,
        agreement: String? = nil
    ) -> JobVerdict {
        let output = execution.output
        let text: String
        var isTruncated = false
        switch resultType {
        case .cid:
            guard execution.publishedType.lowercased() == "ipfs", let cid = execution.publishedCID else {
                let what = execution.publishedType.isEmpty ? "nothing" : SafeText.quoted(execution.publishedType)
                return .failed(JobFailure(cause: "the job published no CID, but \(what)"))
            }
            guard ContentID(cid) != nil else {
                return .failed(JobFailure(cause: "the job published \(SafeText.quoted(cid)), which is no CID"))
            }
            text = cid
        case .stdout: (text, isTruncated) = (output.stdout, output.stdoutTruncated)
        case .stderr: (text, isTruncated) = (output.stderr, output.stderrTruncated)
        case .exitCode: text = String(execution.meantExitCode(isWASM: isWASM))
        }
        return .answer(
            JobAnswer(
                bytes: Array(text.utf8),
                isTruncated: isTruncated,
                resultType: resultType,
                executionID: execution.id,
                cid: filesCount || resultType == .cid ? execution.plausibleCID : nil,
                isWASM: resultType == .cid ? false : isWASM,
                agreement: agreement
            )
        )
    }

    /// The newest failed execution's own words; the job's message says only that there are no more nodes to try.
    package static func cause(of job: JobSnapshot) -> String? { failures(of: job).last?.message }

    private static func failures(of job: JobSnapshot) -> [JobExecution] {
        job.currentExecutions.filter { execution in
            (execution.state == .failed || execution.state == .askForBidRejected) && !execution.message.isEmpty
        }
    }

    private static func silent(_ job: JobSnapshot) -> String {
        job.message.isEmpty ? "the job failed, and Bacalhau does not say why" : job.message
    }

    /// Whether each execution failed for a cause that is not the job's: its node was restarted, or an input could not be
    /// fetched.
    private static func mayPass(_ job: JobSnapshot) -> Bool {
        let failures = failures(of: job)
        return !failures.isEmpty
            && failures.allSatisfy { failure in
                failure.message.hasPrefix("Failing due to node restart")
                    || isUnreachable(failure.message)
            }
    }

    /// `HEAD http://host/x giving up after 4 attempt(s): …`, as the node's client says of a server that does not answer.
    private static func isUnreachable(_ message: String) -> Bool {
        guard let words = message.firstRange(of: "giving up after ") else { return false }
        return message[words.upperBound...].first?.isNumber == true
    }
}

/// The lines of a scheduler's message that say why each node was not taken.
struct NodeLines {
    /// Whether each says that its node is busy, and nothing else is said; or no node is connected at all, so that there is none
    /// to say anything.
    let isNotNow: Bool

    init(_ message: String) {
        let lines = message.split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty }
        isNotNow = lines.isEmpty ? Self.hasNoNode(message) : lines.allSatisfy(Self.isBusy)
    }

    /// `not enough nodes to run job. requested: 1, available: 0, suitable: 0.`, as it is of an orchestrator without nodes.
    private static func hasNoNode(_ message: String) -> Bool {
        message.hasPrefix("not enough nodes to run job.") && message.contains("available: 0,")
    }

    /// Whether a line is of the form `• Node 46813ad9: node busy with available capacity {…}`.
    private static func isBusy(_ line: Substring) -> Bool {
        guard line.hasPrefix("•"), let colon = line.firstIndex(of: ":") else { return false }
        return line[colon...].dropFirst().drop(while: \.isWhitespace).hasPrefix("node busy")
    }
}
