internal import JSON

extension JSONKey {
    fileprivate static let job: JSONKey = "Job"
    fileprivate static let executions: JSONKey = "Executions"
    fileprivate static let items: JSONKey = "Items"
    fileprivate static let id: JSONKey = "ID"
    fileprivate static let name: JSONKey = "Name"
    fileprivate static let namespace: JSONKey = "Namespace"
    fileprivate static let version: JSONKey = "Version"
    fileprivate static let count: JSONKey = "Count"
    fileprivate static let jobVersion: JSONKey = "JobVersion"
    fileprivate static let state: JSONKey = "State"
    fileprivate static let stateType: JSONKey = "StateType"
    fileprivate static let message: JSONKey = "Message"
    fileprivate static let createTime: JSONKey = "CreateTime"
    fileprivate static let labels: JSONKey = "Labels"
    fileprivate static let tasks: JSONKey = "Tasks"
    fileprivate static let engine: JSONKey = "Engine"
    fileprivate static let type: JSONKey = "Type"
    fileprivate static let nodeID: JSONKey = "NodeID"
    fileprivate static let computeState: JSONKey = "ComputeState"
    fileprivate static let publishedResult: JSONKey = "PublishedResult"
    fileprivate static let params: JSONKey = "Params"
    fileprivate static let cid: JSONKey = "CID"
    fileprivate static let runOutput: JSONKey = "RunOutput"
}

extension JobSnapshot {
    /// Reads an answer; members of a wrong kind count as absent, and without id and state it is no job.
    package static func read(_ answer: [UInt8]) throws(SnapshotError) -> JobSnapshot {
        var snapshot = JobSnapshot()
        do {
            var reader = JSONReader(answer.span)
            try reader.enterObject()
            while let key = try reader.nextKey() {
                switch key {
                case .job: try snapshot.readJob(&reader)
                case .executions: snapshot.executions = try reader.executionList()
                default: try reader.skip()
                }
            }
            try reader.finish()
        } catch {
            throw .notJSON(reason: error.reason.words, offset: error.offset)
        }
        guard !snapshot.id.isEmpty else { throw .missing("Job.ID") }
        guard snapshot.state != .undefined else { throw .missing("Job.State.StateType") }
        return snapshot
    }

    private mutating func readJob(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObjectIfAny() else { return }
        while let key = try reader.nextKey() {
            switch key {
            case .id: id = try reader.textIfAny() ?? ""
            case .name: name = try reader.textIfAny() ?? ""
            case .namespace: namespace = try reader.textIfAny() ?? ""
            case .version: version = try reader.integerIfAny() ?? 0
            case .count: count = try reader.integerIfAny()
            case .state: try readState(&reader)
            case .createTime: createTime = try reader.integerIfAny() ?? 0
            case .labels: labels = try reader.textsByName()
            case .tasks: engine = try reader.firstEngine()
            default: try reader.skip()
            }
        }
    }

    private mutating func readState(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObjectIfAny() else { return }
        while let key = try reader.nextKey() {
            switch key {
            case .stateType: if let word = try reader.textIfAny() { state = JobState(word) }
            case .message: message = try reader.textIfAny() ?? ""
            default: try reader.skip()
            }
        }
    }
}

extension JSONReader {
    /// The executions under `Items`.
    fileprivate mutating func executionList() throws(JSONError) -> [JobExecution] {
        var executions: [JobExecution] = []
        guard try enterObjectIfAny() else { return [] }
        while let key = try nextKey() {
            guard key == .items, try enterArrayIfAny() else {
                if key != .items { try skip() }
                continue
            }
            while try nextElement() { if let execution = try execution() { executions.append(execution) } }
        }
        return executions
    }

    private mutating func execution() throws(JSONError) -> JobExecution? {
        guard try enterObjectIfAny() else { return nil }
        var execution = JobExecution()
        while let key = try nextKey() {
            switch key {
            case .id: execution.id = try textIfAny() ?? ""
            case .nodeID: execution.nodeID = try textIfAny() ?? ""
            case .jobVersion: execution.jobVersion = try integerIfAny() ?? 0
            case .computeState: try readComputeState(&execution)
            case .publishedResult: try readPublished(&execution)
            case .runOutput: execution.output = try runOutput()
            case .createTime: execution.createTime = try integerIfAny() ?? 0
            default: try skip()
            }
        }
        return execution
    }

    private mutating func readComputeState(_ execution: inout JobExecution) throws(JSONError) {
        guard try enterObjectIfAny() else { return }
        while let key = try nextKey() {
            switch key {
            case .stateType: execution.state = try executionState()
            case .message: execution.message = try textIfAny() ?? ""
            default: try skip()
            }
        }
    }

    private mutating func executionState() throws(JSONError) -> ExecutionState? {
        if try peek() == UInt8(ascii: "\"") { return ExecutionState(word: try text()) }
        return try integerIfAny().flatMap { ExecutionState(rawValue: $0) }
    }

    private mutating func readPublished(_ execution: inout JobExecution) throws(JSONError) {
        guard try enterObjectIfAny() else { return }
        while let key = try nextKey() {
            switch key {
            case .type: execution.publishedType = try textIfAny() ?? ""
            case .params: execution.publishedCID = try publishedCID()
            default: try skip()
            }
        }
    }

    private mutating func publishedCID() throws(JSONError) -> String? {
        var cid: String?
        guard try enterObjectIfAny() else { return nil }
        while let key = try nextKey() {
            if key == .cid { cid = try textIfAny() } else { try skip() }
        }
        return cid
    }

    /// Names of any case: 1.9.3 says `stderr` beside `Stdout`.
    private mutating func runOutput() throws(JSONError) -> RunOutput {
        var output = RunOutput()
        guard try enterObjectIfAny() else { return output }
        while let name = try nextName() {
            switch name.lowercased() {
            case "stdout": output.stdout = try textIfAny() ?? ""
            case "stdouttruncated": output.stdoutTruncated = try boolIfAny() ?? false
            case "stderr": output.stderr = try textIfAny() ?? ""
            case "stderrtruncated": output.stderrTruncated = try boolIfAny() ?? false
            case "exitcode": output.exitCode = try integerIfAny() ?? 0
            default: try skip()
            }
        }
        return output
    }

    fileprivate mutating func textsByName() throws(JSONError) -> [String: String] {
        var texts: [String: String] = [:]
        guard try enterObjectIfAny() else { return [:] }
        while let name = try nextName() { texts[name] = try textIfAny() }
        return texts
    }

    /// The engine's type of the first element that has one.
    fileprivate mutating func firstEngine() throws(JSONError) -> String {
        var first: String?
        guard try enterArrayIfAny() else { return "" }
        while try nextElement() {
            guard try enterObjectIfAny() else { continue }
            while let key = try nextKey() {
                guard key == .engine, try enterObjectIfAny() else {
                    if key != .engine { try skip() }
                    continue
                }
                while let key = try nextKey() {
                    if key == .type, first == nil { first = try textIfAny() } else { try skip() }
                }
            }
        }
        return first ?? ""
    }
}
