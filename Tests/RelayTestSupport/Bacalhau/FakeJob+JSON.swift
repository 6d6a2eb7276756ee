import JSON

extension FakeJob {
    /// As the API shows it, defaults filled in.
    var json: JSONValue {
        var state: [JSONMember] = [JSONMember("StateType", .string(state.rawValue))]
        if !message.isEmpty { state.append(JSONMember("Message", .string(message))) }
        return [
            "ID": .string(id), "Name": .string(name), "Namespace": .string(namespace),
            "Type": submitted["Type"] ?? "batch", "Priority": submitted["Priority"] ?? 0,
            "Count": submitted["Count"] ?? 1, "Constraints": submitted["Constraints"] ?? [],
            "Meta": submitted["Meta"] ?? ["bacalhau.org/orchestrator.id": "46813ad9-8222-4a7c-add7-5f5959b562d7"],
            "Labels": submitted["Labels"] ?? [:], "Tasks": .array(tasks),
            "State": .object(state), "Version": .number(JSONNumber(version)),
            "Revision": .number(JSONNumber(revision)), "CreateTime": nanoseconds(createdAt),
            "ModifyTime": nanoseconds(modifiedAt),
        ]
    }

    /// The executions of the latest version, as the API lists them.
    var executionsJSON: JSONValue {
        let publisher = submitted["Tasks"]?.array?.first?["Publisher"]?["Type"]?.string
        let items = executions.filter { $0.jobVersion == version }.map { json($0, publishes: publisher == "ipfs") }
        return ["NextToken": "", "Items": .array(items)]
    }

    private var tasks: [JSONValue] {
        (submitted["Tasks"]?.array ?? []).prefix(1).map { task in
            var members = task.object ?? []
            if task["Publisher"] == nil { members.append(JSONMember("Publisher", ["Type": ""])) }
            if task["Resources"] == nil {
                members.append(JSONMember("Resources", ["CPU": "500m", "Memory": "512mb"]))
            }
            return .object(members)
        }
    }

    private func json(_ execution: FakeExecution, publishes: Bool) -> JSONValue {
        let run = execution.run
        let published: JSONValue =
            if let run, publishes { ["Type": "ipfs", "Params": ["CID": .string(run.cid)]] } else { ["Type": ""] }
        return [
            "ID": .string(execution.id), "Namespace": .string(namespace), "EvalID": "", "Name": "",
            "NodeID": .string(script.node), "JobID": .string(id), "Job": json,
            "JobVersion": .number(JSONNumber(execution.jobVersion)), "AllocatedResources": ["Tasks": [:]],
            "DesiredState": ["StateType": .number(JSONNumber(state.isTerminal ? 2 : 1)), "Message": ""],
            "ComputeState": [
                "StateType": .number(JSONNumber(execution.state.rawValue)), "Message": .string(execution.message),
            ],
            "PublishedResult": published, "RunOutput": runOutput(run), "PreviousExecution": "", "NextExecution": "",
            "FollowupEvalID": "", "Revision": 4, "CreateTime": nanoseconds(startedAt),
            "ModifyTime": nanoseconds(modifiedAt),
        ]
    }

    /// Zeros where the run did not complete; the first 2,048 bytes of each stream, so that a character may be cut.
    private func runOutput(_ run: FakeRun?) -> JSONValue {
        let limit = 2048
        let stdout = Array((run?.stdout ?? "").utf8)
        let stderr = Array((run?.stderr ?? "").utf8)
        return [
            "Stdout": .string(String(decoding: stdout.prefix(limit), as: UTF8.self)),
            "StdoutTruncated": .bool(stdout.count > limit),
            "stderr": .string(String(decoding: stderr.prefix(limit), as: UTF8.self)),
            "StderrTruncated": .bool(stderr.count > limit),
            "ExitCode": .number(JSONNumber(run?.exitCode ?? 0)), "ErrorMsg": "",
        ]
    }

    private func nanoseconds(_ milliseconds: Int64) -> JSONValue {
        .number(JSONNumber(milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue))
    }
}
