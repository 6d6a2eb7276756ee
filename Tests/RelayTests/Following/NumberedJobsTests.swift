import Ethereum
import EthereumRPC
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// Contracts that count their jobs and have no view that says so, as Lilypad v0's: holes between known ids.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct NumberedJobsTests {
    /// A contract like the reference one without its views.
    private static func world(_ hosts: [String] = ["chain.test"], window: UInt64? = nil) async throws -> RelayWorld {
        try await RelayWorld.ready(settle: 2) { world in
            var binding = ContractBinding.reference
            binding.views = ContractViews(callbackGas: binding.views.callbackGas)
            binding.countsJobs = true
            world.options.contracts = [Relayer.Contract(address: world.chain.bridge, startBlock: 0, binding: binding)]
            world.options.follow.readAgain(each: .seconds(5))
            world.hosts = hosts
            if let window { world.options.follow.window = window }
        }
    }

    /// Leaves out these logs of each block.
    private static func hide(_ index: String, _ world: RelayWorld, at host: String) {
        world.chain.setManners(host) { manners in
            manners.bloom = .full
            manners.lie = { method, _, result in
                guard method == "eth_getLogs" else { return result }
                return .array((result.array ?? []).filter { $0["logIndex"]?.string != index })
            }
        }
    }

    private static let message = "requests that the contract has, and no node shows"

    @Test("case 8: a hole between two ids is said with its blocks, and filled when a node shows it")
    func holeBetweenNeighbours() async throws {
        let world = try await Self.world()
        Self.hide("0x1", world, at: "chain.test")
        let before = world.chain.head.number
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 3))
        let left = Recorder<Int>()
        // The same relayer, for which the hole has been given up before.
        try await world.run {
            if world.gauge("requests.unaccounted") == 1, world.allSettled([requests[0], requests[2]]), left.count == 0 {
                left.record(try world.standing.count)
                world.chain.setManners("chain.test") { $0.lie = nil }
            }
            return left.count == 1 && world.allSettled(requests) && world.gauge("requests.unaccounted") == 0
        }
        #expect(left.last == 2)
        let block = try #require(try world.standing.first?.request.observed.place.blockNumber)
        #expect(block > before)
        let said = world.log.records.first { $0.message == Self.message }
        #expect(
            said?.fields["remedy"]
                == "add a node to chain.rpc that keeps logs for longer, then lilypad-relayer replay"
                + " --from-block \(block) --to-block \(block)"
        )

        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 3)
        #expect(world.counter("requests.foundByCount") == 1)
    }

    @Test("case 8: each node is asked for what lies between")
    func everyNodeIsAsked() async throws {
        let world = try await Self.world(["a.test", "b.test", "c.test"])
        for host in ["a.test", "b.test"] { Self.hide("0x1", world, at: host) }
        world.chain.setManners("c.test") { $0.bloom = .full }
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 4))

        try await world.runUntilSettled()

        #expect(world.allSettled(requests))
        try world.expectCanonical(jobs: 4)
        #expect(!world.log.messages.contains(Self.message))
    }

    @Test("case 8: the newest id has nothing above it, and a contract that is not said to count has no holes")
    func noHole() async throws {
        let world = try await Self.world()
        Self.hide("0x2", world, at: "chain.test")
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: 3))
        try await world.run { world.allSettled([requests[0], requests[1]]) }
        try await world.run(for: .seconds(60))
        #expect(world.gauge("requests.unaccounted") == 0)
        // The next one is above it.
        let next = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.gauge("requests.unaccounted") == 1 && world.allSettled([next]) }
        var other = world
        other.options.contracts[0] = Relayer.Contract(
            address: world.chain.bridge,
            startBlock: 0,
            binding: {
                var binding = world.options.contracts[0].binding
                binding.countsJobs = false
                return binding
            }()
        )
        try await other.run(for: .seconds(60))
        #expect(other.gauge("requests.unaccounted") == 0)
    }

    @Test("case 8: blocks between far neighbours are read in ranges that the node takes")
    func farNeighbours() async throws {
        let world = try await Self.world(window: 100)
        let first = world.chain.request(spec: RelayWorld.spec)
        world.chain.mine(400)
        let hidden = world.chain.request(spec: RelayWorld.spec)
        let place = world.chain.head.number
        world.chain.setManners("chain.test") { manners in
            manners.bloom = .full
            manners.lie = { method, _, result in
                guard method == "eth_getLogs" else { return result }
                let number = "0x" + String(place, radix: 16)
                return .array((result.array ?? []).filter { $0["blockNumber"]?.string != number })
            }
        }
        world.chain.mine(700)
        let last = world.chain.request(spec: RelayWorld.spec)
        try await world.run { world.gauge("requests.unaccounted") == 1 && world.allSettled([first, last]) }
        world.chain.setManners("chain.test") { $0.lie = nil }
        world.chain.limitLogRange(blocks: 30)
        try await world.runUntilSettled()
        #expect(world.allSettled([hidden]))
    }
}
