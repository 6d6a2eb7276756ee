import FoundationEssentials
import Glibc
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// The program is killed again and again while requests come in.
    struct KillTests {
        private static let kills = 30
        /// At least so many.
        private static let requests = 48

        /// `LILYPAD_TEST_SEED` draws other times.
        private static let seed = ProcessInfo.processInfo.environment["LILYPAD_TEST_SEED"].flatMap(UInt64.init) ?? 1

        @Test(arguments: [seed])
        func losesAndDoublesNothing(seed: UInt64) async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            var random = SeededGenerator(seed: seed)
            let askersRandom = random.split()

            // Submissions act at once and are answered late, so that many a kill falls between.
            try await network.compute("delay-next", ["method": "PUT", "count": 40, "ms": 250, "after": true])

            var hits = 0
            let killed = Recorder<Int>()
            async let asked = ask(bridge, askersRandom) { killed.count == Self.kills }
            for round in 0..<Self.kills {
                let process = try await program.spawnRun()
                // Every second one may be hit while it starts, the others while they work.
                if round.isMultiple(of: 2) { try await program.waitUntilReady(process) }
                try await Task.sleep(for: .milliseconds(random.below(900)))
                process.signal(SIGKILL)
                #expect(await process.finished() == .killed(signal: SIGKILL), "seed \(seed): \(process.standardError)")
                if try await hasWorkInHand(program) { hits += 1 }
                killed.record(round)
            }
            // Most kills have to meet somebody at work, or they prove nothing.
            #expect(hits >= Self.kills / 2, "\(hits) of \(Self.kills) kills, seed \(seed)")
            let jobs = try await asked
            try await program.whileRunning { _ in
                let answers = try await bridge.waitForAnswers(to: jobs, within: .seconds(600))
                for (index, job) in jobs.enumerated() {
                    #expect(answers[job]?.content == .result("hello \(index)\n"), "seed \(seed)")
                }
                try await program.waitForStatus("all are settled, seed \(seed)") {
                    $0["requests"]?["settled"]?.int64 == Int64(jobs.count)
                }
            }

            try await ledger.expectOnce(jobs, "seed \(seed)")
        }

        private func hasWorkInHand(_ program: RelayerProgram) async throws -> Bool {
            let status = try await program.command("status", "--json")
            guard status.status == 0, let counts = try status.json["requests"] else { return false }
            return ["accepted", "submitted", "answered", "settling"].contains { (counts[$0]?.int64 ?? 0) > 0 }
        }

        /// Goes on until the last kill, however long the kills take on this machine, but more seldom than before.
        private func ask(
            _ bridge: Bridge,
            _ random: SeededGenerator,
            until isOver: @Sendable () -> Bool
        ) async throws -> [UInt64] {
            var random = random
            var jobs: [UInt64] = []
            while jobs.count < Self.requests || !isOver() {
                jobs.append(try await bridge.request(Spec.greeting("\(jobs.count)"), .stdout))
                try await Task.sleep(for: .milliseconds(random.below(jobs.count < Self.requests ? 600 : 2_000)))
            }
            return jobs
        }
    }
}
