import JSON
import Transport

/// The fake orchestrator as a value: one request in, one answer out, at a given time.
struct FakeBacalhauStore: Sendable {
    /// In the order of their first submission.
    var jobs: [FakeJob] = []
    var version = "v1.9.3"
    var publishers = ["ipfs", "noop"]
    var engines = ["wasm"]
    var hasNode = true
    var isNodeAway = false
    /// As `MaxJobRequirements`; nil is one that says not all of it.
    var largestJob: JSONValue?
    let script: @Sendable (FakeSubmission) -> FakeJobScript
    private var nextID = 1

    init(script: @escaping @Sendable (FakeSubmission) -> FakeJobScript) {
        self.script = script
    }

    mutating func answer(_ request: HTTPRequest, _ target: RequestTarget, now: Int64) -> HTTPResponse {
        for index in jobs.indices { jobs[index].advance(to: now, nodeID: "46813ad9") }
        jobs.removeAll {
            $0.script.outcome == .lost && now - $0.startedAt >= $0.script.duration.roundedUpToMilliseconds
        }
        let path = Array(target.path.dropFirst(2))
        switch (request.method, path.count) {
        case _ where target.path.prefix(2) != ["api", "v1"]: return .notServed
        case (.get, 2) where path == ["agent", "alive"]: return .json(["Status": "OK"])
        case (.get, 2) where path == ["agent", "version"]: return .json(versionJSON)
        case (.get, 2) where path == ["orchestrator", "nodes"]: return .json(nodesJSON)
        case (.put, 2) where path == ["orchestrator", "jobs"]: return submit(request, now)
        case (.get, 2) where path == ["orchestrator", "jobs"]: return list(target)
        case (.get, 3) where path.starts(with: ["orchestrator", "jobs"]): return get(path[2], target, now)
        case (.delete, 3) where path.starts(with: ["orchestrator", "jobs"]): return stop(path[2], request, target, now)
        case (.get, 4) where path.starts(with: ["orchestrator", "jobs"]) && path[3] == "executions":
            guard let index = poll(path[2], target, now) else { return .unknownJob(path[2]) }
            return .json(jobs[index].executionsJSON)
        default: return .notServed
        }
    }

    // MARK: - Submitting

    private mutating func submit(_ request: HTTPRequest, _ now: Int64) -> HTTPResponse {
        let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        guard type.hasPrefix("application/json") else {
            return .problem(400, "code=415, message=Unsupported Media Type")
        }
        let body = request.body ?? []
        guard body.count <= 10_000_000 else { return .problem(413, "Request Entity Too Large") }
        guard let tree = try? JSONValue.parse(body, limits: JSONLimits(bytes: 10_000_000)) else {
            return .problem(400, "code=400, message=unexpected EOF, internal=unexpected EOF")
        }
        guard let job = tree["Job"], job.object != nil else { return .problem(400, "empty/nil job") }
        if let problem = problem(of: job) { return .problem(400, problem) }
        return submit(job, isForced: tree["Force"]?.bool == true, isTooLargeForANode: body.count > 1_000_000, now)
    }

    private mutating func submit(
        _ job: JSONValue,
        isForced: Bool,
        isTooLargeForANode: Bool,
        _ now: Int64
    ) -> HTTPResponse {
        let name = job["Name"]?.string ?? ""
        let namespace = job["Namespace"]?.string ?? "default"
        guard let index = jobs.firstIndex(where: { $0.name == name && $0.namespace == namespace }) else {
            return create(job, name, namespace, isTooLargeForANode, now)
        }
        jobs[index].submissions += 1
        let known = jobs[index]
        if !isForced, isSame(job, known.submitted) {
            let text = "no changes detected for new job spec. Job Name: '\(name)', Job Id: '\(known.id)'"
            return .problem(
                500,
                text,
                code: "",
                component: "Bacalhau",
                hint: "Use the --force flag to override this warning"
            )
        }
        guard labelKeys(job).isSubset(of: labelKeys(known.submitted)) else {
            return .problem(500, "Internal server error", component: "Unknown")
        }
        let submission = FakeSubmission(name: name, job: job, version: known.version + 1)
        jobs[index].startAgain(job, script(submission), now)
        return .json(["JobID": .string(known.id), "EvaluationID": "evaluation", "Warnings": .null])
    }

    private mutating func create(
        _ job: JSONValue,
        _ name: String,
        _ namespace: String,
        _ isTooLargeForANode: Bool,
        _ now: Int64
    ) -> HTTPResponse {
        let id = newID()
        let isWedged = jobs.contains { $0.script.outcome == .wedged && !$0.state.isTerminal }
        var script = script(FakeSubmission(name: name, job: job, version: 1))
        if isTooLargeForANode || isWedged { script = FakeJobScript(.wedged) }
        if !hasNode { script = FakeJobScript(.noNode) }
        let job = FakeJob(
            id: id,
            name: name.isEmpty ? id : name,
            namespace: namespace,
            submitted: job,
            script: script,
            createdAt: now,
            modifiedAt: now,
            startedAt: now
        )
        jobs.append(job)
        return .json(["JobID": .string(id), "EvaluationID": "evaluation", "Warnings": .null])
    }

    private mutating func newID() -> String {
        defer { nextID += 1 }
        let digits = String(nextID, radix: 16)
        return "j-00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private func problem(of job: JSONValue) -> String? {
        guard job["Type"]?.string?.isEmpty == false else { return "missing job type" }
        guard let task = job["Tasks"]?.array?.first else { return "missing job tasks" }
        guard task["Name"]?.string?.isEmpty == false else {
            return "task  validation failed: missing task name"
        }
        guard task["Engine"]?["Type"]?.string?.isEmpty == false else {
            return "task \(task["Name"]?.string ?? "") validation failed: invalid engine: missing spec type"
        }
        let hasPublisher = task["Publisher"]?["Type"]?.string?.isEmpty == false
        let hasResults = task["ResultPaths"]?.array?.isEmpty == false
        return hasResults && !hasPublisher ? "publisher must be set if result paths are set" : nil
    }

    private func labelKeys(_ job: JSONValue) -> Set<String> {
        Set((job["Labels"]?.object ?? []).map(\.name))
    }

    private func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        JSONWriter.bytes(of: one.sorted) == JSONWriter.bytes(of: other.sorted)
    }

    // MARK: - Asking and stopping

    private mutating func poll(_ name: String, _ target: RequestTarget, _ now: Int64) -> Int? {
        guard let index = index(of: name, target) else { return nil }
        jobs[index].polls += 1
        jobs[index].advance(to: now, nodeID: "46813ad9")
        return index
    }

    private func index(of name: String, _ target: RequestTarget) -> Int? {
        let namespace = target.value("namespace") ?? "default"
        return jobs.firstIndex { $0.name == name && $0.namespace == namespace } ?? jobs.firstIndex { $0.id == name }
    }

    private mutating func get(_ name: String, _ target: RequestTarget, _ now: Int64) -> HTTPResponse {
        guard let index = poll(name, target, now) else { return .unknownJob(name) }
        let included = (target.value("include") ?? "").split(separator: ",")
        var members = [JSONMember("Job", jobs[index].json)]
        if included.contains("history") {
            members.append(JSONMember("History", ["NextToken": "", "Items": []]))
        }
        if included.contains("executions") { members.append(JSONMember("Executions", jobs[index].executionsJSON)) }
        return .json(.object(members))
    }

    private func list(_ target: RequestTarget) -> HTTPResponse {
        let wanted = target.query.filter { $0.name == "labels" }.map { label in
            label.value.split(separator: "=", maxSplits: 1).map(String.init)
        }
        let namespace = target.value("namespace") ?? "*"
        let items = jobs.filter { job in
            (namespace == "*" || job.namespace == namespace)
                && wanted.allSatisfy { $0.count == 2 && job.submitted["Labels"]?[$0[0]]?.string == $0[1] }
        }
        return .json(["NextToken": "", "Items": .array(items.map(\.json))])
    }

    private mutating func stop(
        _ name: String,
        _ request: HTTPRequest,
        _ target: RequestTarget,
        _ now: Int64
    ) -> HTTPResponse {
        guard let index = index(of: name, target) else { return .unknownJob(name) }
        switch jobs[index].state {
        case .completed:
            return .problem(500, "cannot stop job in state Completed", code: "", component: "Bacalhau")
        case .failed:
            let text = "job \(jobs[index].id) is in terminal state Failed and cannot transition to Stopped"
            return .problem(500, text, code: "ConflictJobState", component: "JobStore")
        case .stopped:
            return .json(["EvaluationID": ""])
        case .pending, .queued, .running:
            let body = request.body.flatMap { try? JSONValue.parse($0) }
            jobs[index].stop(body?["reason"]?.string ?? "job stopped", now)
            return .json(["EvaluationID": "evaluation"])
        }
    }

    // MARK: - The server itself

    private var versionJSON: JSONValue {
        let parts = version.drop { $0 == "v" }.split(separator: ".").map(String.init)
        return [
            "Major": .string(parts.first ?? ""), "Minor": .string(parts.count > 1 ? parts[1] : ""),
            "GitVersion": .string(version), "GitCommit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "BuildDate": "1970-01-01T00:00:00Z", "GOOS": "linux", "GOARCH": "amd64",
        ]
    }

    private var nodesJSON: JSONValue {
        let capacity: JSONValue = ["CPU": .number(JSONNumber(text: "1.6") ?? JSONNumber(1)), "Memory": 20_221_211_443]
        let status = isNodeAway ? "DISCONNECTED" : "CONNECTED"
        let node: JSONValue = [
            "Info": [
                "NodeID": "46813ad9-8222-4a7c-add7-5f5959b562d7", "NodeType": "Compute", "Labels": [:],
                "SupportedProtocols": ["bprotocol/v2", "ncl/v1"],
                "ComputeNodeInfo": [
                    "ExecutionEngines": .array(engines.map { .string($0) }),
                    "Publishers": .array(publishers.map { .string($0) }), "StorageSources": ["urldownload", "inline"],
                    "MaxCapacity": capacity, "QueueCapacity": [:], "AvailableCapacity": capacity,
                    "MaxJobRequirements": largestJob ?? capacity, "RunningExecutions": 0, "EnqueuedExecutions": 0,
                    "address": "",
                ],
                "BacalhauVersion": versionJSON,
            ],
            "Membership": "APPROVED", "Connection": .string(status), "ConnectionState": ["Status": .string(status)],
        ]
        return ["NextToken": "", "Nodes": .array(hasNode ? [node] : [])]
    }
}

extension HTTPResponse {
    fileprivate static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [HTTPRequest.Header("Content-Type", "application/json")],
            body: JSONWriter.bytes(of: value)
        )
    }

    fileprivate static func problem(
        _ status: Int,
        _ message: String,
        code: String = "InternalError",
        component: String = "APIServer",
        hint: String? = nil
    ) -> HTTPResponse {
        var members = [
            JSONMember("Status", .number(JSONNumber(status))), JSONMember("Message", .string(message)),
            JSONMember("RequestID", ""), JSONMember("Code", .string(code)), JSONMember("Component", .string(component)),
        ]
        if let hint { members.append(JSONMember("Hint", .string(hint))) }
        return .json(.object(members), status: status)
    }

    fileprivate static func unknownJob(_ name: String) -> HTTPResponse {
        .problem(404, "job not found: \(name)", code: "NotFound", component: "JobStore")
    }

    fileprivate static let notServed = problem(404, "The requested resource/URL was not found.", code: "NotFound")
}

extension JSONValue {
    /// With the members of every object in the order of their names.
    fileprivate var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(members.map { JSONMember($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
        case .array(let elements): .array(elements.map(\.sorted))
        case .null, .bool, .number, .string: self
        }
    }
}
