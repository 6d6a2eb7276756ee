import FoundationEssentials
package import JSON
package import Transport

/// What a real Bacalhau answered, as recorded under `Tests/Devnet/fixtures/bacalhau`.
package struct Transcript: Sendable {
    /// A request and its answer.
    package struct Step: Sendable {
        package let note: String
        package let method: String
        /// With its query.
        package let path: String
        package let requestBody: JSONValue?
        package let response: HTTPResponse
        /// The body, when it is JSON.
        package let answer: JSONValue?

        package var status: Int { response.status }
        package var body: [UInt8] { response.body }
    }

    package let steps: [Step]

    /// A case by its folder and name, such as `no-publisher/run-hello`.
    package static func bacalhau(_ name: String) throws -> Transcript {
        try read("\(PackageRoot.path)/Tests/Devnet/fixtures/bacalhau/\(name).json")
    }

    /// What a real kubo answered: `gateway` or `api`.
    package static func kubo(_ name: String) throws -> Transcript {
        try read("\(PackageRoot.path)/Tests/Devnet/fixtures/kubo/\(name).json")
    }

    package static func read(_ path: String) throws -> Transcript {
        let text = try [UInt8](Data(contentsOf: URL(filePath: path)))
        let steps = try JSONValue.parse(text)["steps"]?.array ?? []
        return Transcript(steps: steps.compactMap(Step.init))
    }

    /// The first step of this method whose path begins so behind `/api/v1`.
    package func step(_ method: String, _ path: String) -> Step? {
        steps.first { $0.method == method && $0.path.hasPrefix("/api/v1\(path)") }
    }

    /// The job as one call would answer it: the first job that was read, with the first executions.
    package var jobWithExecutions: [UInt8]? {
        let reads = steps.filter { $0.method == "GET" && $0.path.hasPrefix("/api/v1/orchestrator/jobs/") }
        guard let job = reads.first(where: { $0.answer?["Job"] != nil })?.answer?["Job"] else { return nil }
        let executions = reads.first { $0.path.contains("/executions") }?.answer
        return JSONWriter.bytes(of: ["Job": job, "Executions": executions ?? ["Items": []]])
    }
}

extension Transcript.Step {
    init?(_ step: JSONValue) {
        guard let request = step["request"], let response = step["response"], let status = response["status"]?.int64
        else {
            return nil
        }
        let headers = response["headers"]?.object ?? []
        let body = response["body"] ?? ""
        note = step["note"]?.string ?? ""
        method = request["method"]?.string ?? ""
        path = request["path"]?.string ?? ""
        requestBody = request["body"]
        self.response = HTTPResponse(
            status: Int(status),
            headers: headers.map { HTTPRequest.Header($0.name, $0.value.string ?? "") },
            body: body.string.map { Array($0.utf8) } ?? JSONWriter.bytes(of: body)
        )
        answer = body.object == nil ? nil : body
    }
}
