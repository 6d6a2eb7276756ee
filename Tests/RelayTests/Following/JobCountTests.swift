import Ethereum
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// The contract's own count, where nodes are asked for it that slip, hide or invent.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct JobCountTests {
    private static let host = "chain.test"

    /// Whether this is the question for the contract's record of a job.
    private static func asks(for job: UInt64, _ method: String, _ parameters: [JSONValue]) -> Bool {
        let call = parameters.first?["data"]?.string ?? parameters.first?["input"]?.string ?? ""
        let number = Hex.encode(UInt256(job).bigEndianBytes)
        return method == "eth_call" && call == "0x" + Hex.encode(JobBridgeABI.job.selector) + number
    }

    /// What is said once of a job: that there is none, as of a node that has not counted it yet, or nothing.
    static let slips: [(job: UInt64, isNothing: Bool)] = [(3, false), (4, true)]

    @Test("case 8: a slip about one job loses none of those that were looked for", arguments: slips.indices)
    func slip(index: Int) async throws {
        let slip = Self.slips[index]
        let world = try await RelayWorld.ready(settle: 2) { world in
            world.options.contracts[0] = Relayer.Contract(address: world.chain.bridge, startBlock: 2)
        }
        let told = Recorder<UInt64>()
        world.chain.setManners(Self.host) { manners in
            manners.silentLimit = 2
            manners.bloom = .full
            manners.lie = { method, parameters, result in
                guard told.count == 0, Self.asks(for: slip.job, method, parameters) else { return result }
                told.record(slip.job)
                return .string(
                    slip.isNothing ? "0x" : "0x" + String(repeating: "0", count: (result.string?.count ?? 2) - 2)
                )
            }
        }
        world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 5))

        try await world.runUntilSettled(within: .seconds(1_200))

        #expect(told.count == 1)
        try world.expectCanonical(jobs: 5)
        #expect(world.counter("requests.missedAtFirst") == 3)
    }

    @Test("case 8: what the first node does not show to the contract's count the next one may")
    func anotherNodeFillsTheHole() async throws {
        let world = try await RelayWorld.ready(settle: 3) { world in
            world.hosts = ["a.test", "b.test"]
            world.options.follow.longestTail = 0
            world.options.follow.readAgain(each: .seconds(5))
            // The same node comes first all the time.
            world.options.follow.stillTime = .seconds(3_600)
        }
        world.chain.setManners("a.test") { $0.bloom = .full }
        world.chain.setManners("b.test") { manners in
            manners.bloom = .full
            manners.lie = { method, _, result in method == "eth_getLogs" ? [] : result }
        }
        world.chain.failNext("eth_getLogs", with: .result([]), at: "a.test")
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled(within: .seconds(1_200))

        try world.expectCanonical(jobs: 1)
        #expect(world.counter("requests.missedAtFirst") == 1)
    }

    @Test("case 8: a count of jobs that cannot be stops nothing")
    func absurdCount() async throws {
        let world = try await RelayWorld.ready(settle: 3) { $0.options.follow.readAgain(each: .seconds(5)) }
        let told = Recorder<String>()
        let count = "0x" + String(repeating: "0", count: 48) + String(repeating: "f", count: 16)
        world.chain.setManners(Self.host) { manners in
            manners.lie = { method, parameters, result in
                let call = parameters.first?["data"]?.string ?? parameters.first?["input"]?.string
                guard method == "eth_call", call == "0x" + Hex.encode(JobBridgeABI.jobCount.selector) else {
                    return result
                }
                told.record(method)
                return .string(count)
            }
        }
        let request = world.chain.request(spec: RelayWorld.spec)

        try await world.run { told.count > 2 && world.allSettled([request]) }

        world.chain.setManners(Self.host) { $0.lie = nil }
        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 1)
    }

    @Test("case 32: a job that is said to be from before the first block that counts is none to be filled")
    func beforeTheStart() async throws {
        var old: FakeRequest?
        let world = try await RelayWorld.ready(settle: 3, blocks: 12) { world in
            world.options.contracts[0] = Relayer.Contract(address: world.chain.bridge, startBlock: 10)
            world.options.follow.readAgain(each: .seconds(5))
            old = world.chain.request(spec: RelayWorld.spec)
        }
        let lie = try InventedJob(like: try #require(old), in: world.chain)
        let began = world.time.now()

        try await world.run {
            // Not before the count has been looked at once.
            if world.time.now() - began > 30_000 { world.chain.setManners(Self.host) { $0.lie = lie.tell } }
            return world.time.now() - began > 120_000
        }

        #expect(lie.told.all.contains("eth_call"))
        #expect(try world.requests.isEmpty)
        #expect(world.gauge("requests.unaccounted") == 0)
    }
}
