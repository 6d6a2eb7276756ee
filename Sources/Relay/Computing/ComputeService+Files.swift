internal import Bacalhau
internal import BacalhauAPI
internal import RelayCore

extension ComputeService {
    /// Reads the published file in which an answer stands; whatever comes of it is an event.
    func fetch(_ answer: JobAnswer, of job: inout RunningJob) async -> JobMachine.Event {
        guard let files, let file = ResultFile(answer.resultType), let cid = answer.cid else {
            return .fetchFailed(answer, JobMachine.FileFailure(reason: "it cannot be read", isLasting: true))
        }
        // A server that hangs would hold a hand of every job that ends.
        guard filesGate.enters(at: environment.now) else {
            let others = environment.outages.reasons.first { $0.what == Outages.files }?.cause
            let reason = others ?? "the server of published files does not answer"
            job.trouble = reason
            return .fetchFailed(answer, JobMachine.FileFailure(reason: reason, isLasting: false))
        }
        defer { filesGate.ended() }
        do {
            let content = try await files.content(of: file, in: cid)
            filesGate.passed()
            environment.outages.recovered(Outages.files)
            note(.fetch, "\(content.bytes.count) bytes\(content.isCut ? ", cut" : "")", of: &job)
            return .fetched(answer, content)
        } catch {
            if error.isOutage {
                environment.outages.failed(Outages.files, error)
                filesGate.failed(at: environment.now, retryAfter: nil)
            } else if error.showsBlocks {
                environment.outages.recovered(Outages.files)
                filesGate.passed()
            }
            job.trouble = "\(error)"
            note(.fetch, "\(error)", of: &job)
            let failure = JobMachine.FileFailure(reason: "\(error)", isLasting: error.isLasting)
            return .fetchFailed(answer, failure)
        }
    }
}

extension Answer {
    /// Where a result comes from, as its history says it.
    func origin(_ note: String?) -> String {
        let size = "\(source), \(content.count) bytes"
        let cut = truncated ? size + ", cut" : size
        return note.map { "\(cut); \($0)" } ?? cut
    }
}
