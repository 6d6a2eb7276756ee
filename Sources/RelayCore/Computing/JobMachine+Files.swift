internal import Bacalhau

/// Where a result comes from: the published file where there is one that can be read, the run output otherwise.
///
/// The run output is cut at 2,048 bytes, and of a WASM program it has the first write only.
extension JobMachine {
    /// Why a published file was not read.
    package struct FileFailure: Equatable, Sendable {
        package let reason: String
        /// Whether another try would end the same.
        package let isLasting: Bool

        package init(reason: String, isLasting: Bool) {
            self.reason = reason
            self.isLasting = isLasting
        }
    }

    mutating func completed(_ answer: JobAnswer, _ limits: Limits) -> [Action] {
        guard limits.readsFiles, answer.cid != nil, ResultFile(answer.resultType) != nil else {
            return end(Answer(answer))
        }
        return [.fetch(answer)]
    }

    mutating func fetched(_ answer: JobAnswer, _ content: ResultFileContent, _ limits: Limits) -> [Action] {
        guard isWaitingForJob else { return resume(limits: limits) }
        do {
            return end(Answer(publishedFile: try answer.corrected(by: content)))
        } catch {
            // The content of a CID never changes, so the next try would bring the same.
            return end(Answer(answer, note: error.text))
        }
    }

    mutating func fetchFailed(
        _ answer: JobAnswer,
        _ failure: FileFailure,
        _ now: Timestamp,
        _ limits: Limits
    ) -> [Action] {
        guard isWaitingForJob else { return resume(limits: limits) }
        let tally = Tally.adding(to: files, now)
        files = tally
        let last = tally.since + limits.filePatience
        guard !failure.isLasting, now < last else { return end(Answer(answer, note: failure.reason)) }
        return [.wake(at: min(now + limits.fileBackoff.delay(after: tally.count), last))]
    }

    private var isWaitingForJob: Bool {
        switch phase {
        case .watching, .stopping: true
        case .placing, .pausing, .answered: false
        }
    }
}

extension Answer {
    /// A result as the orchestrator gave it; `note` says why it is not the published file's.
    init(_ answer: JobAnswer, note: String? = nil) {
        self.init(
            kind: .result,
            text: String(decoding: answer.bytes, as: UTF8.self),
            source: answer.resultType == .cid ? "published result" : "run output",
            truncated: answer.isTruncated,
            cid: answer.cid,
            note: Self.joined(answer.agreement, note.map { "the published file was not taken: \($0)" })
        )
    }

    fileprivate init(publishedFile answer: JobAnswer) {
        // Where the output was cut, up to three bytes may be left of a character.
        let cuts = answer.isTruncated ? 0...3 : 0...0
        let text = cuts.lazy.compactMap { String(validating: answer.bytes.dropLast($0), as: UTF8.self) }.first
        self.init(
            kind: .result,
            text: text ?? String(decoding: answer.bytes, as: UTF8.self),
            bytes: text == nil ? answer.bytes : nil,
            source: "published files",
            truncated: answer.isTruncated,
            cid: answer.cid,
            note: answer.agreement
        )
    }

    private static func joined(_ notes: String?...) -> String? {
        let notes = notes.compactMap(\.self)
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }
}
