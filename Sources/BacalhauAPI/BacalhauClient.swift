package import Bacalhau
internal import JSON
package import Transport

/// Bacalhau's REST interface, as far as the relayer needs it.
package struct BacalhauClient: Sendable {
    private let credentials: Credentials
    private let transport: any HTTPTransport

    /// `source`: where the secret is read anew when the orchestrator no longer takes it; nil where it stays as it is.
    package init(transport: any HTTPTransport, endpoint: BacalhauEndpoint, source: CredentialSource? = nil) {
        self.transport = transport
        credentials = Credentials(endpoint, source: source)
    }

    /// Holds the credentials, as they are now: errors name it without them.
    package var endpoint: BacalhauEndpoint { credentials.endpoint }

    // MARK: The server

    /// Which version runs there; needs no credentials.
    package func version() async throws(BacalhauError) -> ServerVersion {
        let exchange = Exchange(method: .get, path: "/agent/version")
        let answer = try await get(exchange)
        guard let version = ServerVersion(answer: answer) else {
            throw exchange.failure(at: endpoint, .badAnswer("the answer names no version of Bacalhau"))
        }
        return version
    }

    /// Whether the server says that it is well; needs no credentials.
    package func alive() async throws(BacalhauError) -> Bool {
        let answer = try await get(Exchange(method: .get, path: "/agent/alive"))
        return (try? JSONValue.parse(answer))?["Status"]?.string == "OK"
    }

    /// The nodes of its network.
    package func nodes() async throws(BacalhauError) -> [NodeSummary] {
        let exchange = Exchange(method: .get, path: "/orchestrator/nodes", bodyLimit: 16 << 20)
        let answer = try await get(exchange)
        do {
            return try NodeSummary.readList(answer)
        } catch {
            throw exchange.failure(at: endpoint, .badAnswer(error.description))
        }
    }

    // MARK: Jobs

    /// The job of a name (or id), with its executions; nil when the orchestrator knows none.
    ///
    /// Only its own "job not found" is nil: a 404 of a proxy or of a wrong path is an error, since nil means that a job may
    /// be submitted.
    package func job(named name: String) async throws(BacalhauError) -> JobSnapshot? {
        let exchange = Exchange(
            method: .get,
            path: "/orchestrator/jobs/\(PercentEncoding.encode(name))",
            query: [("namespace", endpoint.namespace), ("include", "executions")],
            // An answer holds the job's body once, and once more for each execution.
            bodyLimit: 32 << 20
        )
        let response = try await send(exchange)
        if ServerFailure.read(response, ofStatus: 404)?.isUnknownJob(status: response.status) == true { return nil }
        guard response.status == 200 else { throw exchange.failure(at: endpoint, response) }
        do {
            return try JobSnapshot.read(response.body)
        } catch {
            throw exchange.failure(at: endpoint, .badAnswer(error.description))
        }
    }

    /// Submits a body; throws only where there is no answer at all.
    package func submit(body: [UInt8]) async throws(BacalhauError) -> Submission {
        let exchange = Exchange(
            method: .put,
            path: "/orchestrator/jobs",
            body: body,
            // The server's own limit for a request is 30 s.
            totalTimeout: .seconds(35)
        )
        let response = try await send(exchange)
        return Submission.classify(
            status: response.status,
            body: response.body,
            retryAfter: response.retryAfter
        ).cleaned(by: endpoint.mask)
    }

    /// Stops a job; one that is over already, or unknown, is as good as stopped.
    package func stop(id: String, reason: String) async throws(BacalhauError) {
        var writer = JSONWriter()
        writer.object { $0.member("reason", SafeText.line(reason)) }
        let exchange = Exchange(
            method: .delete,
            path: "/orchestrator/jobs/\(PercentEncoding.encode(id))",
            query: [("namespace", endpoint.namespace)],
            body: writer.bytes
        )
        let response = try await send(exchange)
        guard response.status != 200 else { return }
        let failure = ServerFailure.read(response.body)
        let isOver =
            failure.isUnknownJob(status: response.status)
            || (response.status == 500
                && (failure.message.hasPrefix("cannot stop job in state") || failure.code == "ConflictJobState"))
        guard isOver else { throw exchange.failure(at: endpoint, response) }
    }

    // MARK: Sending

    private func get(_ exchange: Exchange) async throws(BacalhauError) -> [UInt8] {
        let response = try await send(exchange)
        guard response.status == 200 else { throw exchange.failure(at: endpoint, response) }
        return response.body
    }

    /// Sends a call, once more where the secret that it carried was replaced meanwhile: nothing was done for it.
    private func send(_ exchange: Exchange) async throws(BacalhauError) -> HTTPResponse {
        let endpoint = endpoint
        let response = try await transmit(exchange, to: endpoint)
        guard response.status == 401 else { return response }
        switch credentials.renew(after: endpoint.authentication) {
        case .unchanged: return response
        case .changed(let endpoint): return try await transmit(exchange, to: endpoint)
        case .unreadable(let reason): throw exchange.failure(at: endpoint, .credentials(reason))
        }
    }

    /// Sends a call, a GET once more when its connection broke: the server closes idle ones after 20 s, and a request can
    /// cross that.
    private func transmit(
        _ exchange: Exchange,
        to endpoint: BacalhauEndpoint
    ) async throws(BacalhauError) -> HTTPResponse {
        let request = exchange.request(to: endpoint)
        do {
            do {
                return try await transport.send(request)
            } catch HTTPError.broken where exchange.method == .get {
                return try await transport.send(request)
            }
        } catch let error {
            throw exchange.failure(
                at: endpoint,
                .transport(error),
                outcomeUnknown: exchange.method != .get && error.outcomeUnknown
            )
        }
    }
}

extension ServerFailure {
    /// The failure of an answer that has `status`, nil for others.
    fileprivate static func read(_ response: HTTPResponse, ofStatus status: Int) -> ServerFailure? {
        response.status == status ? read(response.body) : nil
    }
}

extension Submission {
    /// With nobody's secrets in it: a refusal's words go as far as the chain.
    fileprivate func cleaned(by mask: SecretMask) -> Submission {
        switch self {
        case .refused(let text): .refused(SafeText.line(mask.clean(text, limit: 2_048)))
        case .denied(let text): .denied(mask.clean(text, limit: 2_048))
        case .unknown(let text): .unknown(mask.clean(text, limit: 2_048))
        case .created, .alreadyExists, .busy: self
        }
    }
}
