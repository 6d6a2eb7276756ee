import RelayTestSupport
import Synchronization
import Transport

/// Answers in turn, and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    private struct Script {
        var answers: [Result<HTTPResponse, HTTPError>]
        var requests: [HTTPRequest] = []
    }

    private let script: Mutex<Script>

    init(_ answers: Result<HTTPResponse, HTTPError>...) { script = Mutex(Script(answers: answers)) }

    /// Answers with a recorded step.
    convenience init(_ step: Transcript.Step) { self.init(.success(step.response)) }

    var requests: [HTTPRequest] { script.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let answer = script.withLock { script -> Result<HTTPResponse, HTTPError> in
            script.requests.append(request)
            return script.answers.isEmpty ? .failure(.shutDown) : script.answers.removeFirst()
        }
        return try answer.get()
    }
}

extension Result where Success == HTTPResponse, Failure == HTTPError {
    static func answer(_ status: Int, _ body: String, _ headers: HTTPRequest.Header...) -> Self {
        .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }
}
