internal import JSON

/// The body that submits a job, byte for byte: what is stored before it is sent and sent again after a doubt.
package struct JobBody: Sendable, Equatable {
    /// Compact JSON, the whole body of `PUT /api/v1/orchestrator/jobs`; within `SpecLimits.body`.
    package let bytes: [UInt8]
    /// The job's own time-out in seconds, from which the relayer's deadline follows.
    package let timeout: Int64
    /// Seconds that the job may wait for a node with room.
    package let queue: Int64
    /// How many compute nodes run it; 0 where the spec wants none.
    package let nodes: Int64

    /// Checks a spec and builds the body of its job; the same arguments give the same bytes.
    package static func build(
        spec: [UInt8],
        resultType: ResultType,
        name: JobName,
        namespace: String,
        labels: [JobLabel],
        limits: SpecLimits = SpecLimits()
    ) throws(SpecRefusal) -> JobBody {
        let task = try TaskSpec.read(spec, limits: limits)
        return try build(
            task: task,
            resultType: resultType,
            name: name,
            namespace: namespace,
            labels: labels,
            limits: limits
        )
    }

    /// Builds the body of a checked task's job, with what the task leaves open filled in; it runs on `runs` nodes, or on
    /// more where the task itself wants that.
    package static func build(
        task: TaskSpec,
        resultType: ResultType,
        name: JobName,
        namespace: String,
        labels: [JobLabel],
        runs: Int = 1,
        limits: SpecLimits = SpecLimits()
    ) throws(SpecRefusal) -> JobBody {
        let complete = try task.completed(for: resultType)
        let nodes = max(complete.count, Int64(runs))
        var writer = JSONWriter()
        writer.object { body in
            body.member("Job") { job in
                job.object { job in
                    job.member("Name", name.text)
                    job.member("Namespace", namespace)
                    job.member("Type", "batch")
                    job.member("Count", nodes)
                    job.member("Labels") { $0.object { for label in labels { $0.member(label.key, label.value) } } }
                    job.member("Tasks") { $0.array { complete.write(to: &$0) } }
                }
            }
        }
        guard writer.bytes.count <= limits.body else {
            throw SpecRefusal(
                .tooLarge,
                "spec: its job has \(writer.bytes.count) bytes, and \(limits.body) are allowed"
            )
        }
        return JobBody(
            bytes: writer.bytes,
            timeout: complete.timeouts.total,
            queue: complete.timeouts.queue,
            nodes: nodes
        )
    }
}

extension TaskSpec {
    /// The task with the defaults that the relayer chooses, since Bacalhau's own would be unsafe or unbounded.
    package func completed(for resultType: ResultType) throws(SpecRefusal) -> TaskSpec {
        var task = self
        if resultType == .cid {
            let type = publisher?.type ?? "ipfs"
            guard type == "ipfs" else {
                throw SpecRefusal(
                    .conflict,
                    "spec: Publisher.Type: \(SafeText.quoted(type)) gives no CID, which result type 0 asks for"
                )
            }
            task.publisher = SpecConfig(type: "ipfs")
        }
        guard results.isEmpty || task.publisher != nil else {
            throw SpecRefusal(.conflict, "spec: ResultPaths: needs a \"Publisher\", such as {\"Type\":\"ipfs\"}")
        }
        task.resources.cpu = resources.cpu ?? Resources.defaultCPU
        task.resources.memory = resources.memory ?? Resources.defaultMemory
        task.timeouts.total = timeouts.effectiveTotal
        return task
    }
}
