import JSON
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing
import Transport

/// The published files are the truth where they can be read, the run output is second best, and the history says which.
@Suite(.timeLimit(.minutes(2)))
struct PublishedFilesTests {
    /// A world in which each job ends as this says, and a gateway has the files that it has published.
    private func world(_ run: FakeRun, _ files: [String: String] = [:]) throws -> RelayWorld {
        var run = run
        let tree = PublishedTree(files)
        run.cid = tree.cid
        var world = try RelayWorld { [run] _ in FakeJobScript(.completes(run)) }
        let gateway = FakeGateway(time: world.time)
        gateway.publish(tree)
        world.gateway = gateway
        return world
    }

    private func result(_ world: RelayWorld, _ request: FakeRequest) -> String? {
        if case .fulfilled(_, let result)? = world.answer(to: request) { result } else { nil }
    }

    /// What the history says of the result.
    private func origin(_ world: RelayWorld, _ request: FakeRequest) throws -> String? {
        try world.dossier(of: request)?.history.first { $0.event == "computed" }?.detail
    }

    @Test func answersWithAllWritesAndWithMoreThanBacalhauKeeps() async throws {
        let whole = String(repeating: "line\n", count: 1_000)
        let world = try world(FakeRun(stdout: "line\n"), ["stdout": whole])
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == whole)
        #expect(try origin(world, request) == "published files, 5000 bytes")
        #expect(try world.listed(request)?.answer?.source == "published files")
        // The directory, and the file.
        #expect(world.gateway?.calls.count == 2)
    }

    @Test(arguments: [(2 as UInt8, "stderr", "oops\nagain\n"), (3, "exitCode", "0")])
    func readsTheFileOfTheResultType(type: UInt8, file: String, text: String) async throws {
        let world = try world(FakeRun(stderr: "oops\n", exitCode: -1), ["stderr": "oops\nagain\n", "exitCode": "-1"])
        let spec = RelayWorld.spec.dropLast() + #","Publisher":{"Type":"ipfs"}}"#
        let request = world.chain.request(spec: String(spec), resultType: type)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == text)
        #expect(world.gateway?.calls.count == 2)
        #expect(try origin(world, request)?.hasPrefix("published files") == true)
    }

    @Test func takesTheRunOutputOfAJobThatPublishesNothing() async throws {
        let world = try world(FakeRun(stdout: "one\n"))
        let spec = RelayWorld.spec.dropLast() + #","Publisher":{"Type":"noop"}}"#
        let request = world.chain.request(spec: String(spec))

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n" && world.gateway?.calls == [])
        #expect(try origin(world, request) == "run output, 4 bytes")
    }

    @Test(arguments: [Fault.refused, .status(504, "late"), .late(.seconds(3_600)), .answerDropped])
    func takesTheRunOutputWhenTheGatewayStaysAway(fault: Fault) async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "one\ntwo\n"])
        world.gateway?.setOutage(fault)
        let request = world.chain.request(spec: RelayWorld.spec)
        let start = world.time.now()

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n")
        let origin = try #require(try origin(world, request))
        #expect(
            origin.hasPrefix("run output, 4 bytes; the published file was not taken: stdout at http://"),
            "\(origin)"
        )
        #expect(world.time.now() - start >= 60_000)
        #expect((3...8).contains(world.gateway?.calls.count ?? 0), "\(world.gateway?.calls.count ?? 0) tries")
        #expect(world.bacalhau.callCount("PUT jobs") == 1)
        #expect(world.log.messages.count { $0 == "not reachable" } == 1)
    }

    /// Each try of a server that hangs would hold a hand for as long as it hangs.
    @Test func oneAsksAGatewayThatHangsAndTheOthersWait() async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "one\ntwo\n"])
        world.gateway?.setOutage(.late(.seconds(3_600)))
        let first = world.chain.request(spec: RelayWorld.spec)
        let others = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 30))

        try await world.runUntilClosed([first] + others)

        for request in others { #expect(result(world, request) == "one\n") }
        // Sixteen run at a time, and may have asked when nobody knew.
        #expect((3...60).contains(world.gateway?.calls.count ?? 0), "\(world.gateway?.calls.count ?? 0) tries")
        #expect(try origin(world, others[29])?.contains("the published file was not taken: stdout at ") == true)
    }

    @Test func waitsForAGatewayThatComesBack() async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "one\ntwo\n"])
        world.gateway?.failNext(with: .status(502), count: 3)
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\ntwo\n" && world.gateway?.calls.count == 5)
    }

    @Test func doesNotWaitForAFileThatThereIsNot() async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stderr": ""])
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n" && world.gateway?.calls.count == 1)
        #expect(try origin(world, request)?.hasSuffix("there is no such file") == true)
    }

    /// A gateway that gives other bytes is one that does not answer.
    @Test func doesNotPutOtherBytesOnChain() async throws {
        let files = ["stdout": "one\ntwo\n"]
        let world = try world(FakeRun(stdout: "one\n"), files)
        let tree = PublishedTree(files)
        let forged = PublishedTree(["stdout": "one\nsix\n"])
        world.gateway?.forge(tree.cid, with: try #require(forged.blocks[forged.cid]))
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n")
        let origin = try #require(try origin(world, request))
        #expect(origin.contains("what it gives for \(tree.cid) has another hash"), "\(origin)")
        #expect(world.log.messages.count { $0 == "not reachable" } == 1)
    }

    /// Of a node that publishes something else than it says, the word that all could read counts.
    @Test func doesNotPutAnotherFileOnChain() async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "please log in\n"])
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n")
        #expect(try origin(world, request)?.hasSuffix("the file does not begin as the run output does") == true)
    }

    @Test func keepsItsPatienceOverARestart() async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "one\ntwo\n"])
        world.gateway?.setOutage(.status(503))
        let request = world.chain.request(spec: RelayWorld.spec)
        let gateway = try #require(world.gateway)
        try await world.run { gateway.calls.count >= 3 }
        let began = world.time.now()
        // Its time runs while it is down.
        world.time.advance(by: .seconds(55))

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\n")
        #expect(gateway.calls.count <= 6, "\(gateway.calls.count) tries")
        #expect(world.time.now() - began < 120_000)
        #expect(world.bacalhau.callCount("PUT jobs") == 1)
    }

    @Test(arguments: ["before GET file", "after GET file"]) func readsAgainAfterACrash(point: String) async throws {
        let world = try world(FakeRun(stdout: "one\n"), ["stdout": "one\ntwo\n"])
        let request = world.chain.request(spec: RelayWorld.spec)
        let crash = CrashSwitch(at: point, occurrence: 1)
        let survived = try await world.run(crash: crash) { try world.allSettled([request]) && world.allClosed() }
        #expect(!survived)

        try await world.runUntilClosed([request])

        #expect(result(world, request) == "one\ntwo\n")
        #expect(world.bacalhau.callCount("PUT jobs") == 1 && world.isSettledOnce(request))
    }

    /// So that there is something to read.
    @Test(arguments: [(1 as UInt8, true), (2, true), (3, false)])
    func hasTheOutputPublished(type: UInt8, publishes: Bool) async throws {
        let world = try world(FakeRun(stdout: "one\n"))
        let request = world.chain.request(spec: RelayWorld.spec, resultType: type)

        try await world.runUntilClosed([request])

        let publisher = try #require(world.bacalhau.jobs.first).submitted["Tasks"]?.array?.first?["Publisher"]?["Type"]
        #expect(publisher == (publishes ? "ipfs" : nil))
    }
}
