import JSON
import RelayTestSupport
import Testing
import Transport

/// What it answers is held against the recordings of a real server of version 1.9.3.
@Suite(.timeLimit(.minutes(1)))
struct FakeBacalhauTests {
    private let time = ManualTime()

    private func bacalhau(_ script: FakeJobScript = .prints("hello\n")) -> FakeBacalhau {
        FakeBacalhau(time: time) { _ in script }
    }

    @Test func runsAJobOnce() async throws {
        let bacalhau = bacalhau()

        let created = try await bacalhau.put(name: "a")
        let answer = try await bacalhau.get("a", include: "executions")

        #expect(created.status == 200)
        #expect(answer.tree["Job"]?["ID"] == created.tree["JobID"])
        #expect(answer.tree["Job"]?["State"] == ["StateType": "Completed"])
        let execution = answer.tree["Executions"]?["Items"]?.array?.first
        #expect(execution?["ComputeState"]?["StateType"] == 9)
        #expect(execution?["RunOutput"]?["Stdout"] == "hello\n")
        #expect(execution?["PublishedResult"] == ["Type": ""])
        #expect(bacalhau.job(named: "a")?.version == 1)
    }

    @Test func refusesTheSameBodyAgain() async throws {
        let bacalhau = bacalhau()
        let id = try await bacalhau.put(name: "a").tree["JobID"]?.string ?? ""

        let again = try await bacalhau.put(name: "a")

        #expect(again.status == 500)
        #expect(
            again.tree["Message"]
                == .string("no changes detected for new job spec. Job Name: 'a', Job Id: '\(id)'")
        )
        #expect(bacalhau.jobs.count == 1)
        #expect(bacalhau.job(named: "a")?.version == 1)
        #expect(bacalhau.job(named: "a")?.submissions == 2)
    }

    @Test func runsAnotherBodyUnderTheSameNameAgain() async throws {
        let bacalhau = bacalhau()
        let first = try await bacalhau.put(name: "a")

        let second = try await bacalhau.put(name: "a", module: "data:2")

        #expect(second.status == 200)
        #expect(second.tree["JobID"] == first.tree["JobID"])
        #expect(bacalhau.job(named: "a")?.version == 2)
    }

    @Test func runsTheSameBodyAgainByForce() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "a")

        #expect(try await bacalhau.put(name: "a", force: true).status == 200)

        #expect(bacalhau.job(named: "a")?.version == 2)
    }

    @Test func breaksOnALabelThatWasNotThereAtFirst() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "a")

        let answer = try await bacalhau.put(name: "a", labels: ["attempt": "2"])

        #expect(answer.status == 500)
        #expect(answer.tree["Message"] == "Internal server error")
        #expect(bacalhau.job(named: "a")?.version == 1)
    }

    @Test func knowsNamesOnlyInTheirNamespace() async throws {
        let bacalhau = bacalhau()
        let id = try await bacalhau.put(name: "a").tree["JobID"]?.string ?? ""

        let elsewhere = try await bacalhau.get("a", namespace: "other")

        #expect(elsewhere.status == 404)
        #expect(elsewhere.tree["Message"] == "job not found: a")
        #expect(elsewhere.tree["Component"] == "JobStore")
        #expect(try await bacalhau.get(id, namespace: "other").status == 200)
    }

    @Test func takesVirtualTimeAndPolls() async throws {
        let bacalhau = bacalhau(FakeJobScript(.completes(FakeRun(exitCode: 3)), after: .seconds(60), polls: 2))
        _ = try await bacalhau.put(name: "a")

        time.advance(by: .seconds(59))
        #expect(try await bacalhau.state("a") == "Running")
        time.advance(by: .seconds(1))
        #expect(try await bacalhau.state("a") == "Completed")
    }

    @Test func runsATrappingJobTwiceAndFailsIt() async throws {
        let bacalhau = bacalhau(FakeJobScript(.traps("wasm error: unreachable")))
        _ = try await bacalhau.put(name: "a")

        let answer = try await bacalhau.get("a", include: "executions")

        #expect(answer.tree["Job"]?["State"]?["StateType"] == "Failed")
        let executions = answer.tree["Executions"]?["Items"]?.array ?? []
        #expect(executions.count == 2)
        #expect(executions.allSatisfy { $0["ComputeState"]?["Message"] == "wasm error: unreachable" })
        #expect(executions.allSatisfy { $0["RunOutput"]?["ExitCode"] == 0 })
    }

    @Test func sendsBusyJobsAwayWithoutAnExecution() async throws {
        let bacalhau = FakeBacalhau(time: time) { submission in
            submission.attempt < 3 ? FakeJobScript(.nodesBusy) : .prints("at last")
        }
        for name in ["a", "a-r2", "a-r3"] { _ = try await bacalhau.put(name: name) }

        let busy = try await bacalhau.get("a-r2", include: "executions")

        let message = busy.tree["Job"]?["State"]?["Message"]?.string ?? ""
        #expect(message.hasPrefix("not enough nodes to run job. requested: 1, available: 1, suitable: 0.\n• Node "))
        #expect(message.contains(": node busy with available capacity {"))
        #expect(busy.tree["Executions"]?["Items"] == [])
        #expect(try await bacalhau.state("a-r3") == "Completed")
        #expect(bacalhau.jobs(named: "a").count == 3)
    }

    @Test func stopsWhatStillRuns() async throws {
        let bacalhau = bacalhau(FakeJobScript(.neverEnds))
        _ = try await bacalhau.put(name: "a")
        time.advance(by: .seconds(86_400))
        #expect(try await bacalhau.state("a") == "Running")

        let stopped = try await bacalhau.delete("a", reason: "no longer wanted")
        let again = try await bacalhau.delete("a", reason: "x")

        #expect(stopped.status == 200)
        #expect(again.tree["EvaluationID"] == "")
        let job = try await bacalhau.get("a").tree["Job"]
        #expect(job?["State"] == ["StateType": "Stopped", "Message": "no longer wanted"])
        #expect(try await bacalhau.put(name: "a").status == 500)
    }

    @Test func refusesToStopWhatHasEnded() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "a")

        let answer = try await bacalhau.delete("a", reason: "x")

        #expect(answer.status == 500)
        #expect(answer.tree["Message"] == "cannot stop job in state Completed")
    }

    @Test func timesOutByTheJobsOwnTotal() async throws {
        let bacalhau = bacalhau(FakeJobScript(.timesOut))
        _ = try await bacalhau.put(name: "a")
        #expect(try await bacalhau.state("a") == "Running")

        time.advance(by: .seconds(60))

        #expect(try await bacalhau.state("a") == "Failed")
    }

    @Test func wedgesWhenABodyIsTooLargeForItsMessages() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "large", module: String(repeating: "x", count: 1_100_000))
        _ = try await bacalhau.put(name: "next")

        let answer = try await bacalhau.get("next", include: "executions")

        #expect(answer.tree["Job"]?["State"]?["StateType"] == "Pending")
        #expect(answer.tree["Executions"]?["Items"]?.array?.first?["ComputeState"]?["StateType"] == 1)
    }

    @Test func cutsLongOutputAndSaysSo() async throws {
        let bacalhau = bacalhau(.prints(String(repeating: "x", count: 5000)))
        _ = try await bacalhau.put(name: "a")

        let items = try await bacalhau.get("a", include: "executions").tree["Executions"]?["Items"]
        let output = items?.array?.first?["RunOutput"]

        #expect(output?["Stdout"]?.string?.utf8.count == 2048)
        #expect(output?["StdoutTruncated"] == true)
    }

    @Test func publishesForAJobThatAsks() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "a", publisher: "ipfs")

        let items = try await bacalhau.get("a", include: "executions").tree["Executions"]?["Items"]

        let cid = JSONValue.string(FakeRun().cid)
        #expect(items?.array?.first?["PublishedResult"] == ["Type": "ipfs", "Params": ["CID": cid]])
    }

    @Test func losesTheAnswerButNotTheJob() async throws {
        let bacalhau = bacalhau()
        bacalhau.failNext("PUT jobs", with: .answerDropped)

        await #expect(throws: HTTPError.broken("Connection reset by peer")) { try await bacalhau.put(name: "a") }

        #expect(bacalhau.jobs.count == 1)
        #expect(try await bacalhau.put(name: "a").status == 500)
    }

    @Test func losesTheRequest() async throws {
        let bacalhau = bacalhau()
        bacalhau.failNext("PUT jobs", with: .requestDropped)

        await #expect(throws: HTTPError.self) { try await bacalhau.put(name: "a") }

        #expect(bacalhau.jobs.isEmpty)
        #expect(bacalhau.callCount("PUT jobs") == 1)
    }

    @Test func answersLateOrNotInTime() async throws {
        let bacalhau = bacalhau()
        bacalhau.failNext("PUT jobs", with: .late(.seconds(3)))
        bacalhau.failNext("PUT jobs", with: .late(.seconds(30)))

        async let first = bacalhau.put(name: "a")
        try await time.waitForSleepers()
        time.advance(by: .seconds(3))
        #expect(try await first.status == 200)

        let second = Task { try await bacalhau.put(name: "b") }
        try await time.waitForSleepers()
        time.advance(by: .seconds(10))
        await #expect(throws: HTTPError.timedOut) { try await second.value }
        #expect(bacalhau.jobs.count == 2)
    }

    @Test func isGoneDuringAnOutage() async throws {
        let bacalhau = bacalhau()
        bacalhau.setOutage(.refused)
        await #expect(throws: HTTPError.connectFailed("Couldn't connect to server")) { try await bacalhau.get("a") }

        bacalhau.setOutage(nil)

        #expect(try await bacalhau.get("a").status == 404)
    }

    @Test func tellsItsVersionAndNodes() async throws {
        let bacalhau = bacalhau()
        bacalhau.setVersion("v1.7.0")

        let version = try await bacalhau.ask(.get, "agent/version")
        let nodes = try await bacalhau.ask(.get, "orchestrator/nodes")

        #expect(version.tree["Minor"] == "7")
        #expect(nodes.tree["Nodes"]?.array?.count == 1)
        bacalhau.setNodeConnected(false)
        #expect(try await bacalhau.ask(.get, "orchestrator/nodes").tree["Nodes"] == [])
        _ = try await bacalhau.put(name: "a")
        #expect(try await bacalhau.state("a") == "Failed")
    }

    @Test(arguments: [
        ("{\"Job\":", "code=400, message=unexpected EOF, internal=unexpected EOF"), ("null", "empty/nil job"),
        (#"{"Job":{"Name":"a","Type":"batch"}}"#, "missing job tasks"),
        (#"{"Job":{"Name":"a","Tasks":[]}}"#, "missing job type"),
    ])
    func refusesWhatIsNoJob(body: String, message: String) async throws {
        let answer = try await bacalhau().ask(.put, "orchestrator/jobs", body: Array(body.utf8))

        #expect(answer.status == 400)
        #expect(answer.tree["Message"] == .string(message))
    }

    @Test func findsJobsByLabel() async throws {
        let bacalhau = bacalhau()
        _ = try await bacalhau.put(name: "a", labels: ["k": "1"])
        _ = try await bacalhau.put(name: "b", labels: ["k": "2"])

        let found = try await bacalhau.ask(.get, "orchestrator/jobs?namespace=lilypad&labels=k%3D2")

        #expect(found.tree["Items"]?.array?.map { $0["Name"] } == ["b"])
    }
}

extension FakeBacalhau {
    fileprivate func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: [UInt8]? = nil
    ) async throws -> HTTPResponse {
        let headers = body == nil ? [] : [HTTPRequest.Header("Content-Type", "application/json")]
        return try await send(
            HTTPRequest(method, "http://compute.test:1234/api/v1/\(path)", headers: headers, body: body)
        )
    }

    fileprivate func put(
        name: String,
        module: String = "data:1",
        labels: [String: String] = [:],
        publisher: String? = nil,
        force: Bool = false
    ) async throws -> HTTPResponse {
        var task: [JSONMember] = [
            JSONMember("Name", "main"),
            JSONMember("Engine", ["Type": "wasm", "Params": ["EntryModule": .string(module)]]),
            JSONMember("Timeouts", ["TotalTimeout": 60]),
        ]
        if let publisher { task.append(JSONMember("Publisher", ["Type": .string(publisher)])) }
        let labels = labels.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
        let job: JSONValue = [
            "Name": .string(name), "Namespace": "lilypad", "Type": "batch", "Labels": .object(labels),
            "Tasks": [.object(task)],
        ]
        let body: JSONValue = force ? ["Job": job, "Force": true] : ["Job": job]
        return try await ask(.put, "orchestrator/jobs", body: JSONWriter.bytes(of: body))
    }

    fileprivate func get(
        _ name: String,
        namespace: String = "lilypad",
        include: String = ""
    ) async throws -> HTTPResponse {
        try await ask(.get, "orchestrator/jobs/\(name)?namespace=\(namespace)&include=\(include)")
    }

    fileprivate func state(_ name: String) async throws -> String? {
        try await get(name).tree["Job"]?["State"]?["StateType"]?.string
    }

    fileprivate func delete(_ name: String, reason: String) async throws -> HTTPResponse {
        let body = JSONWriter.bytes(of: ["reason": .string(reason)])
        return try await ask(.delete, "orchestrator/jobs/\(name)?namespace=lilypad", body: body)
    }
}

extension HTTPResponse {
    fileprivate var tree: JSONValue { (try? JSONValue.parse(body)) ?? .null }
}
