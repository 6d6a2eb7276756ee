internal import JSON

/// What came of a PUT that submits a job.
package enum Submission: Sendable, Equatable {
    /// The job runs: it is new, or another body had its name, which this one replaces.
    case created(jobID: String)
    /// There is a job of this name and nothing has changed: look it up.
    case alreadyExists(jobID: String?)
    /// The server will never take this body, with its reason: foreign text of any length.
    case refused(String)
    /// The server does not let us: credentials, rights, a wrong path. That is the operator's to mend, not the request's fault.
    case denied(String)
    /// The job may or may not exist: look it up, and only then send the same bytes again.
    case unknown(String)
    /// Nothing was done; to be sent again after the seconds the server names.
    case busy(retryAfter: Int?)
}

extension Submission {
    /// The meaning of an answer.
    ///
    /// | status | body | outcome |
    /// |---|---|---|
    /// | 200 | with a job id | created |
    /// | 200 | anything else | unknown |
    /// | 400, 413, 422 | | refused |
    /// | 409 | `ResourceInUse` | already exists |
    /// | 429 | | busy |
    /// | 503 | with `Retry-After` | busy |
    /// | 500 | `no changes detected …` | already exists |
    /// | other 5xx | | unknown: `Server Timeout!` may still finish |
    /// | any other | | denied |
    package static func classify(status: Int, body: [UInt8], retryAfter: Int? = nil) -> Submission {
        let failure = ServerFailure.read(body)
        switch status {
        case 200:
            let id = (try? JSONValue.parse(body))?["JobID"]?.string ?? ""
            return id.isEmpty ? .unknown("the answer names no job") : .created(jobID: id)
        case 400, 413, 422: return .refused(described(failure, status))
        case 409: return .alreadyExists(jobID: jobID(in: failure.message))
        case 429: return .busy(retryAfter: retryAfter)
        case 503 where retryAfter != nil: return .busy(retryAfter: retryAfter)
        case 500 where failure.message.hasPrefix("no changes detected"):
            return .alreadyExists(jobID: jobID(in: failure.message))
        case 500...599: return .unknown(described(failure, status))
        default: return .denied(described(failure, status))
        }
    }

    private static func described(_ failure: ServerFailure, _ status: Int) -> String {
        failure.message.isEmpty ? "HTTP status \(status)" : failure.message
    }

    /// The id in `… Job Id: 'j-…'`, the last one: a job's name may say anything.
    private static func jobID(in message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        let pairs = zip(parts, parts.dropFirst())
        return pairs.reversed().first { $0.0.hasSuffix("Job Id: ") }.map { String($0.1) }
    }
}
