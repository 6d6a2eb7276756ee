import RelayTestSupport
import Testing

/// "No room now" is no answer; any other reason without an execution is one.
@Suite(.timeLimit(.minutes(2)))
struct BusyNodesTests {
    @Test func submitsAgainUnderTheNextName() async throws {
        let world = try RelayWorld { $0.attempt <= 3 ? FakeJobScript(.nodesBusy) : .prints("at last\n") }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "at last\n"))
        let names = world.bacalhau.jobs.map(\.name)
        #expect(names.map { $0.hasSuffix("-r4") } == [false, false, false, true])
        #expect(names.count == 4)
        #expect(world.bacalhau.jobs.allSatisfy { $0.version == 1 })
    }

    @Test func failsOnChainAfterEightTries() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.nodesBusy) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.reason(of: request)?.contains("node busy") == true)
        #expect(world.bacalhau.jobs.count == 8)
    }

    /// Without any node nobody has looked at the job, which says as little of it: the only node may be restarted just now.
    @Test func submitsAgainWhereNoNodeIsConnectedAtAll() async throws {
        let world = try RelayWorld { $0.attempt <= 3 ? FakeJobScript(.noNode) : .prints("at last\n") }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.answer(to: request) == .fulfilled(resultType: 1, result: "at last\n"))
        #expect(world.bacalhau.jobs.count == 4)
    }

    @Test func failsOnChainWhereNoNodeComesBack() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.noNode) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.reason(of: request)?.contains("available: 0, suitable: 0.") == true)
        #expect(world.bacalhau.jobs.count == 8)
    }

    @Test func takesAnotherReasonAsFinal() async throws {
        let world = try RelayWorld { _ in FakeJobScript(.refused("does not support docker, only wasm")) }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([request])

        #expect(world.reason(of: request) != nil)
        #expect(world.bacalhau.jobs.count == 1)
    }
}
