import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing

/// What other commands ask of a running relayer.
@Suite(.timeLimit(.minutes(2)))
struct InstructionTests {
    /// Whoever wants one request taken up again does not wait for the end of somebody's long replay.
    @Test func takesARequestUpInTheMiddleOfAReplay() async throws {
        var world = try RelayWorld(settle: 1)
        world.options.follow.window = 1
        let request = try await deadRequest(in: world)
        world.chain.mine(100)
        let now = Timestamp(milliseconds: world.time.now())
        let replay = try view(world).instruct("replay", arguments: #"{"from":1}"#, at: now)
        let ready = world
        let id = try #require(try ready.listed(request)?.request.id)
        let retry = Mutex<Int64?>(nil)

        // Each range of one block takes a second.
        try await ready.run(
            onReady: { ready.chain.failNext("eth_getLogs", with: .late(.seconds(1)), count: 10_000) },
            until: {
                guard let number = retry.withLock({ $0 }) else {
                    guard try view(ready).instruction(replay)?.progress != nil else { return false }
                    let given = try view(ready).instruct("retry", arguments: #"{"request":\#(id)}"#, at: now)
                    retry.withLock { $0 = given }
                    return false
                }
                return try view(ready).instruction(number)?.state == .done
            }
        )

        #expect(try view(ready).instruction(replay)?.state == .running)
        try await ready.runUntilClosed([request])
    }

    @Test func closesADeadRequestAndTakesItUpAgain() async throws {
        let world = try RelayWorld(settle: 1)
        let request = try await deadRequest(in: world)
        let id = try #require(try world.listed(request)?.request.id)
        let text = #"{"request":\#(id),"reason":"spam","by":"ann"}"#

        #expect(try await outcome(of: "drop", text, in: world) == "request \(id) is dropped")
        #expect(try world.listed(request)?.request.state == .dropped)
        #expect(try world.listed(request)?.reason == "spam (by ann)")
        #expect(try await outcome(of: "drop", text, in: world) == "request \(id) is not dead")

        #expect(try await outcome(of: "retry", text, in: world) == "request \(id) is answered again")
        try await world.runUntilClosed([request])
        #expect(try await outcome(of: "retry", text, in: world) == "request \(id) is neither dead nor dropped")
        #expect(try await outcome(of: "drop", "{}", in: world).contains("names no request"))
    }

    /// Gives an instruction to a relayer and waits for its words.
    private func outcome(of verb: String, _ arguments: String, in world: RelayWorld) async throws -> String {
        let now = Timestamp(milliseconds: world.time.now())
        let number = try view(world).instruct(verb, arguments: arguments, at: now)
        try await world.run { try view(world).instruction(number)?.outcome != nil }
        return try #require(try view(world).instruction(number)?.outcome)
    }

    private func view(_ world: RelayWorld) throws -> StoreView { try StoreView(path: world.database) }

    private func deadRequest(in world: RelayWorld) async throws -> FakeRequest {
        try await world.run { world.log.messages.contains("ready") }
        let request = world.chain.request(spec: RelayWorld.spec)
        try await world.run(
            blocks: nil,
            onReady: { world.chain.setRelayer(world.account.address, false) },
            until: { try world.state(of: request) == .dead }
        )
        world.chain.setRelayer(world.account.address, true)
        return request
    }
}
