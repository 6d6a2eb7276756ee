import JSON
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// A job that wedges its compute node: nothing more is sent there until one job shows that it is well again.
@Suite(.timeLimit(.minutes(2)))
struct CircuitBreakerTests {
    @Test func stopsSubmittingToABrokenNodeAndGoesOn() async throws {
        let submissions = Mutex(0)
        let world = try RelayWorld { _ in
            let number = submissions.withLock { count in
                count += 1
                return count
            }
            return number == 1 ? FakeJobScript(.wedged) : .prints("well\n")
        }
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run {
            world.log.messages.contains("a compute node does not take a job: nothing more is submitted")
        }
        #expect(world.counters["jobs.circuitOpened"] == 1)
        #expect(world.bacalhau.jobs.count == 1)

        let later = (0..<10).map { _ in world.chain.request(spec: RelayWorld.spec) }
        try await world.runUntilClosed([first] + later)

        for request in [first] + later {
            #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "well\n"))
        }
        // One for each request, the first one's that hung, and the few that found out.
        #expect(world.bacalhau.jobs.count <= 11 + 1 + 4, "\(world.bacalhau.jobs.map(\.name))")
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 })
    }

    /// One whose inputs cannot be found is not taken either, by a node that takes all others.
    @Test func goesOnBesideAJobWhoseInputsCannotBeFound() async throws {
        let world = try RelayWorld { submission in
            let inputs = submission.task?["InputSources"]?.array ?? []
            return inputs.contains { $0["Source"]?["Type"] == "ipfs" } ? FakeJobScript(.seeksInputs) : .prints("well\n")
        }
        let input = #"{"Source":{"Type":"ipfs","Params":{"CID":"\#(FakeRun().cid)"}},"Target":"/in"}"#
        let spec = RelayWorld.spec.replacing(#""InputSources":["#, with: #""InputSources":[\#(input),"#)
        #expect(spec != RelayWorld.spec)
        let slow = world.chain.request(spec: spec)
        let asked = Mutex<[(request: FakeRequest, at: Int64)]>([])
        let waits = Mutex<[Int64]>([])

        // Others keep coming, for as long as it is waited for.
        try await world.run {
            let now = world.time.now()
            if let last = asked.withLock({ $0.last }) {
                let isNew = asked.withLock(\.count) > waits.withLock(\.count)
                if isNew, world.allSettled([last.request]) { waits.withLock { $0.append(now - last.at) } }
                guard now - last.at >= 20_000, asked.withLock(\.count) == waits.withLock(\.count) else { return false }
            }
            let request = world.chain.request(spec: RelayWorld.spec)
            asked.withLock { $0.append((request, now)) }
            return world.answer(to: slow) != nil
        }

        #expect(waits.withLock { $0.count > 20 && $0.allSatisfy { $0 < 30_000 } }, "\(waits.withLock(\.self))")
        #expect(world.counters["jobs.circuitOpened"] == 0)
        let reason = try #require(world.reason(of: slow))
        #expect(reason.hasPrefix("its compute node did not take the job within 300 s"), "\(reason)")
    }

    /// Where several nodes share the work, the others go on, and the operator is told of the one that does nothing.
    @Test func namesTheNodeThatTakesNothingWhileOthersDo() async throws {
        let submissions = Mutex(0)
        let world = try RelayWorld { _ in
            let number = submissions.withLock { count in
                count += 1
                return count
            }
            var script = number == 1 ? FakeJobScript(.seeksInputs) : .prints("well\n")
            script.node = number == 1 ? "silent-node" : "sound-node"
            return script
        }
        let first = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.bacalhau.jobs.count == 1 }
        let asked = Mutex<[FakeRequest]>([])
        let last = Mutex(world.time.now())

        try await world.run {
            guard !world.allSettled([first]) else { return true }
            if world.time.now() - last.withLock(\.self) >= 20_000 {
                last.withLock { $0 = world.time.now() }
                let request = world.chain.request(spec: RelayWorld.spec)
                asked.withLock { $0.append(request) }
            }
            return false
        }

        #expect(world.counters["jobs.circuitOpened"] == 0)
        let down = world.log.records.filter { $0.message == "not reachable" }.map(\.fields["outage.of"])
        #expect(down == ["compute node silent-n"], "\(down)")
    }

    /// One that waits for inputs and is to find out makes the next one wait for some seconds, and not for a minute.
    @Test func doesNotWaitLongForOneThatWaitsForInputs() async throws {
        let world = try RelayWorld { submission in
            let inputs = submission.task?["InputSources"]?.array ?? []
            return inputs.contains { $0["Source"]?["Type"] == "ipfs" } ? FakeJobScript(.seeksInputs) : .prints("well\n")
        }
        let input = #"{"Source":{"Type":"ipfs","Params":{"CID":"\#(FakeRun().cid)"}},"Target":"/in"}"#
        let slow = RelayWorld.spec.replacing(#""InputSources":["#, with: #""InputSources":[\#(input),"#)
        _ = world.chain.request(spec: slow)
        let second = Mutex<FakeRequest?>(nil)
        let plain = Mutex<(request: FakeRequest, at: Int64)?>(nil)

        try await world.run {
            if let asked = plain.withLock(\.self) { return world.allSettled([asked.request]) }
            if second.withLock({ $0 != nil }) {
                guard world.bacalhau.jobs.count == 2 else { return false }
                let request = world.chain.request(spec: RelayWorld.spec)
                plain.withLock { $0 = (request, world.time.now()) }
            } else if world.counters["jobs.circuitOpened"] == 1 {
                let request = world.chain.request(spec: slow)
                second.withLock { $0 = request }
            }
            return false
        }

        let found = plain.withLock(\.self)
        let asked = try #require(found)
        #expect(world.time.now() - asked.at < 45_000, "\(world.time.now() - asked.at) ms")
    }
}
