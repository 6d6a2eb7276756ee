import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Telemetry
import Testing

/// WebSockets that lie by silence: polling finds everything.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AnnouncementTests {
    @Test("case 19: a WebSocket that says nothing, or nothing of logs, hides nothing", arguments: [false, true])
    func silent(headsOnly: Bool) async throws {
        let world = try await RelayWorld.ready(settle: 2) { world in
            world.hasWebSockets = true
            world.options.follow.pollInterval = nil
            world.chain.setManners("chain.test") { $0.socket = headsOnly ? .headsOnly : .silent }
        }
        // It has been quiet for long.
        try await world.run(for: .seconds(600))
        var waits: [Int64] = []
        for _ in 0..<3 {
            let began = world.time.now()
            let request = world.chain.request(spec: RelayWorld.spec)
            try await world.run { try world.state(of: request) != nil }
            waits.append(world.time.now() - began)
        }

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 3)
        // Thirty seconds, a start, and some for each time that the clock of the tests went on too early.
        #expect(waits.allSatisfy { $0 <= 50_000 }, "\(waits) ms")
        #expect(world.chain.socketCount == 0)
    }

    @Test("case 19: while it is connected a silent WebSocket delays a request by no more than the slowest poll")
    func silentMeanwhile() async throws {
        for manner in [NodeManners.Socket.silent, .headsOnly] {
            let world = try await RelayWorld.ready(settle: 2) { world in
                world.hasWebSockets = true
                world.options.follow.pollInterval = nil
                world.chain.setManners("chain.test") { $0.socket = manner }
            }
            let asked = Recorder<(FakeRequest, Int64)>()
            let end = world.time.now() + 330_000
            // In one run, each some time after the last has been found.
            try await world.run(within: .seconds(3_600)) {
                let now = world.time.now()
                if asked.count < 3, asked.last.map({ now - $0.1 > 90_000 }) ?? true {
                    asked.record((world.chain.request(spec: RelayWorld.spec), now))
                }
                return now > end
            }

            try world.expectCanonical(jobs: 3)
            let waits = try asked.all.map { request, at in
                try #require(try world.listed(request)).observedAt.milliseconds - at
            }
            // Thirty seconds, and some for each time that the clock of the tests went on too early.
            #expect(waits.allSatisfy { $0 <= 40_000 }, "\(manner): \(waits) ms")
        }
    }

    @Test("case 19: what comes between the first reading and the subscription is found")
    func handOff() async throws {
        let world = try await RelayWorld.ready(settle: 2) { world in
            world.options.follow.pollInterval = nil
            world.hasWebSockets = true
        }
        // The subscription stands only when the first look is over.
        world.chain.setManners("chain.test") { $0.socket = .refused }
        let requests = Recorder<FakeRequest>()

        try await world.run(
            onReady: {
                requests.record(world.chain.request(spec: RelayWorld.spec))
                world.chain.setManners("chain.test") { $0.socket = .sound }
                requests.record(world.chain.request(spec: RelayWorld.spec))
            },
            until: {
                try requests.count == 2 && world.standing.count == 2
            }
        )

        try await world.runUntilSettled()
        try world.expectCanonical(jobs: 2)
    }

    @Test("case 19: a WebSocket that breaks is opened and subscribed to anew")
    func breaks() async throws {
        let world = try await RelayWorld.ready(settle: 2) { world in
            world.options.follow.pollInterval = nil
            world.hasWebSockets = true
        }
        let began = world.time.now()
        try await world.run(within: .seconds(3_600)) {
            if world.time.now() > began + 60_000, world.time.now() < began + 62_500 { world.chain.closeSockets() }
            return world.time.now() > began + 180_000 && world.chain.socketCount == 1
        }
        world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilSettled()

        try world.expectCanonical(jobs: 1)
    }
}
