import Bacalhau
import FoundationEssentials
import JSON
import RelayCore
import RelayTestSupport
import Testing

/// Each deviation that was tried on a real orchestrator, and what the relayer makes of the answer.
@Suite struct TranscriptActionTests {
    enum Outcome: Sendable {
        /// Failed on chain with a reason that begins so.
        case fails(String)
        /// Tried again under the next name.
        case triesAgain
        /// Looked up again before anything else: it may have been taken.
        case doubts
        /// Waited for, until its stage's time is over.
        case waits(JobStage)
        /// Answered with what the program wrote.
        case answers(String)
    }

    /// The action beside each case.
    static let outcomes: [(name: String, outcome: Outcome)] = [
        // Refused at once.
        ("bad-job-count-negative", .fails("the orchestrator refused the job: job count must be >= 0")),
        ("bad-job-cpu-nonsense", refused("task main validation failed: invalid resources: invalid CPU value: many")),
        ("bad-job-engine-missing", refused("task main validation failed: invalid engine: nil spec config")),
        ("bad-job-env-bacalhau", refused("task main validation failed: environment variable 'BACALHAU_X'")),
        ("bad-job-env-empty", refused("task main validation failed: environment variable 'A' cannot have empty")),
        ("bad-job-env-lower", refused("task main validation failed: environment variable 'lower' must be")),
        ("bad-job-input-no-target", refused("task main validation failed: invalid input sources: input source is")),
        ("bad-job-input-twice", refused("task main validation failed: input source with target '/main.wasm'")),
        ("bad-job-memory-nonsense", refused("task main validation failed: invalid resources: invalid memory value")),
        ("bad-job-network-domains-none", refused("task main validation failed: invalid network: domains can only")),
        ("bad-job-network-unknown", refused("code=400, message=models.Network: unknown type 'Everything'")),
        ("bad-job-no-tasks", refused("missing job tasks")),
        ("bad-job-no-type", refused("missing job type")),
        ("bad-job-resources-numbers", refused("code=400, message=Unmarshal type error: expected=string, got=number")),
        ("bad-job-result-path-relative", refused("task main validation failed: invalid output: result path")),
        ("bad-job-results-without-publisher", refused("task main validation failed: publisher must be set")),
        ("bad-job-task-no-name", refused("task validation failed: missing task name")),
        ("bad-job-timeout-negative", refused("task main validation failed: invalid timeouts: invalid total")),
        ("bad-job-timeout-string", refused("code=400, message=Unmarshal type error: expected=int64, got=string")),
        ("bad-job-timeouts-contradict", refused("task main validation failed: task timeouts validation failed")),
        ("bad-job-type-unknown", refused("invalid job type: \"Batch\"")),
        ("body-too-large", refused("Request Entity Too Large")),
        // An answer that says nothing.
        ("bad-job-legacy-wasm-form", .doubts),
        // Taken, and never looked at by the scheduler.
        ("bad-job-constraint-bad", .waits(.pending)),
        ("bad-job-constraint-operator", .waits(.pending)),
        // No node will ever take it.
        ("bad-job-constraint-unmet", .fails("not enough nodes to run job")),
        ("bad-job-engine-docker-not-offered", .fails("not enough nodes to run job")),
        ("bad-job-engine-unknown", .fails("not enough nodes to run job")),
        ("bad-job-input-unknown-type", .fails("not enough nodes to run job")),
        ("bad-job-local-directory", .fails("not enough nodes to run job")),
        ("bad-job-publisher-unknown", .fails("not enough nodes to run job")),
        // No node has room: the words are the same where no node is big enough, so a few tries, then a failure.
        ("bad-job-gpu", .triesAgain),
        // Nor is there any node: the job that may wait for one waits.
        ("no-compute-node", .waits(.queued)),
        ("bad-job-memory-too-much", .triesAgain),
        // It ran and failed, with the execution's own cause.
        ("bad-job-entry-missing", .fails("unable to find the entrypoint '' in the WASM module")),
        ("bad-job-entry-wrong", .fails("unable to find the entrypoint 'nope' in the WASM module")),
        ("bad-job-module-garbage", .fails("failed to load entry module /main.wasm: failed to compile module")),
        ("bad-job-module-not-a-url", .fails("calculating resource usage of job: error getting job disk space")),
        ("timeout-both", .fails("Execution timed out after 2s")),
        ("timeout-execution", .fails("Execution timed out after 3s")),
        ("timeout-total", .fails("Execution timed out after 3s")),
        ("run-trap", .fails("wasm error: unreachable")),
        // A server that does not answer may be back.
        ("bad-job-url-unreachable", .triesAgain),
        // Nothing ran at all.
        ("bad-job-count-zero", .fails("the job is completed, and no execution of it is")),
        ("queue-timeout", .fails("not enough nodes to run job")),
        // Odd, and run all the same.
        ("bad-job-label-long", .answers("hello\n")),
        ("bad-job-name-with-slash", .answers("hello\n")),
        ("bad-job-name-with-space", .answers("hello\n")),
        ("bad-job-network-http", .answers("hello\n")),
        ("bad-job-two-tasks", .answers("hello\n")),
        ("run-hello", .answers("hello\n")),
        ("run-quiet", .answers("")),
    ]

    private static func refused(_ words: String) -> Outcome { .fails("the orchestrator refused the job: \(words)") }

    private let now = Sample.time(1_000)

    @Test(arguments: outcomes.indices) func takesTheActionBesideIt(index: Int) throws {
        let (name, expected) = Self.outcomes[index]
        let steps = try jsonFile("Tests/Devnet/fixtures/bacalhau/no-publisher/\(name).json").list("steps")
        var machine = JobMachine(resultType: .stdout, timeoutSeconds: 60, startedAt: now)
        #expect(machine.apply(.notFound, at: now) == [.submit])
        let put = try #require(steps.first { $0["request"]?["method"] == "PUT" }?["response"])
        let submission = Submission.classify(
            status: try #require(put["status"]?.int64.flatMap { Int(exactly: $0) }),
            body: put["body"].map { $0.string.map { Array($0.utf8) } ?? JSONWriter.bytes(of: $0) } ?? []
        )
        var actions = machine.apply(.submitted(submission), at: now)
        if case .created = submission, let job = try Self.job(steps) {
            let verdict = JobVerdict.judge(job, resultType: .stdout)
            let sighting = JobMachine.Sighting(
                jobID: job.id,
                isOurs: true,
                verdict: verdict,
                cause: JobVerdict.cause(of: job)
            )
            actions = machine.apply(.found(sighting), at: now)
        }
        Self.check(machine, actions, expected, name)
    }

    /// And the one that may not wait, which is the first of the recording, is tried again.
    @Test func triesAgainWhereThereIsNoNode() throws {
        let steps = try jsonFile("Tests/Devnet/fixtures/bacalhau/no-publisher/no-compute-node.json").list("steps")
        let end = try #require(steps.firstIndex { $0["response"]?["body"]?["Job"]?["State"]?["StateType"] == "Failed" })
        let job = try #require(try Self.job(Array(steps[...end])))
        var machine = JobMachine(resultType: .stdout, timeoutSeconds: 60, startedAt: now)
        _ = machine.apply(.submitted(.created(jobID: job.id)), at: now)
        let verdict = JobVerdict.judge(job, resultType: .stdout)
        let actions = machine.apply(
            .found(JobMachine.Sighting(jobID: job.id, isOurs: true, verdict: verdict)),
            at: now
        )
        Self.check(machine, actions, .triesAgain, "no-compute-node")
    }

    /// The job as the last steps show it, with the executions that were asked for beside it.
    private static func job(_ steps: [JSONValue]) throws -> JobSnapshot? {
        let bodies = steps.compactMap { step in
            step["request"]?["method"] == "GET" ? step["response"]?["body"] : nil
        }
        guard let job = bodies.last(where: { $0["Job"] != nil })?["Job"] else { return nil }
        let asked = steps.last { $0["request"]?["path"]?.string?.contains("/executions?") == true }
        let executions = asked?["response"]?["body"]
        let answer: JSONValue = ["Job": job, "Executions": ["Items": executions?["Items"] ?? .array([])]]
        return try JobSnapshot.read(JSONWriter.bytes(of: answer))
    }

    private static func check(
        _ machine: JobMachine,
        _ actions: [JobMachine.Action],
        _ expected: Outcome,
        _ name: String
    ) {
        switch (expected, machine.phase) {
        case (.fails(let words), .answered(let answer)):
            #expect(answer.kind == .failure && answer.text.hasPrefix(words), "\(name): \(answer.text)")
        case (.answers(let text), .answered(let answer)):
            #expect(answer.kind == .result && answer.text == text, "\(name): \(answer.text)")
        case (.triesAgain, .pausing): #expect(machine.attempt == 1, "\(name)")
        case (.doubts, .placing):
            guard case .wake? = actions.first else {
                Issue.record("\(name): \(actions)")
                return
            }
        case (.waits(let stage), .watching): #expect(machine.stage?.stage == stage, "\(name)")
        default: Issue.record("\(name): \(machine.phase)")
        }
    }

    /// None is left out.
    @Test func hasEachOfTheBadJobs() throws {
        let folder = PackageRoot.path + "/Tests/Devnet/fixtures/bacalhau/no-publisher"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("bad-job-") }.map
        { String($0.dropLast(5)) }
        #expect(names.count == 43)
        let known = Set(Self.outcomes.map(\.name))
        #expect(names.filter { !known.contains($0) } == [])
    }
}
