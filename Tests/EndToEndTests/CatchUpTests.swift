import EthereumRPC
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Requests that were made while no relayer ran, and blocks that are read again.
    struct CatchUpTests {
        @Test func findsWhatWasAskedMeanwhileAndDoesNothingTwice() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            try await program.whileRunning { _ in }
            let jobs = try await ask(50, bridge, blocksApart: 10)

            try await expectPlan(program, jobs: Int64(jobs.count), settled: 0, known: 0)
            try await program.whileRunning { _ in
                let answers = try await bridge.waitForAnswers(to: jobs)
                for (index, job) in jobs.enumerated() { #expect(answers[job]?.content == .result("hello \(index)\n")) }
                try await waitUntilSettled(jobs, program)
                // By the relayer that runs.
                try await expectReplay(program, found: 0, known: 50)
            }
            try await ledger.expectOnce(jobs)

            // By the command itself.
            try await expectReplay(program, found: 0, known: 50)
            try await program.whileRunning { _ in }
            try await ledger.expectOnce(jobs)

            // With an empty database, by the command itself.
            try program.removeDatabase()
            try await expectReplay(program, found: 50, known: 0)
            try await program.whileRunning { _ in try await waitUntilSettled(jobs, program) }
            try await ledger.expectOnce(jobs)

            // With an empty database, by a relayer that starts where nothing is left to find.
            let late = try RelayerProgram(
                for: bridge,
                RelayerSettingsText(startBlock: try await network.client.blockNumber())
            )
            try await late.whileRunning { _ in
                try await expectReplay(late, found: 50, known: 0)
                try await waitUntilSettled(jobs, late)
            }
            try await ledger.expectOnce(jobs)
        }

        /// The replay is the relayer's, and so is the wait for it.
        @Test func tellsThatTheRelayerIsGoneThatWouldReplay() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let process = try await program.start()
            // Each call takes twenty seconds, so that the replay is not over before it is seen.
            let outcome = try await network.whileSet(
                "devnet_delayNext",
                to: ["eth_getLogs", 1_000, 20_000],
                andBackTo: ["eth_getLogs", 0, 0]
            ) {
                async let replay = program.command("replay", "--from-block", "0")
                try await program.waitForStatus("the replay is noted") { $0["openInstructions"] == 1 }
                process.signal(9)
                _ = await process.finished()
                return try await replay
            }

            #expect(outcome.status == 4, "\(outcome.errors)")
            #expect(outcome.errors.contains("its next run goes on with the replay"), "\(outcome.errors)")
        }

        private func ask(_ count: Int, _ bridge: Bridge, blocksApart: Int) async throws -> [UInt64] {
            var jobs: [UInt64] = []
            for index in 0..<count {
                jobs.append(try await bridge.request(Spec.greeting("\(index)"), .stdout))
                try await bridge.network.mine(blocksApart - 1)
            }
            return jobs
        }

        /// Nothing is done by a plan: so twice.
        private func expectPlan(_ program: RelayerProgram, jobs: Int64, settled: Int64, known: Int64) async throws {
            for _ in 0..<2 {
                let plan = try await program.command("replay", "--from-block", "0", "--dry-run", "--json")
                #expect(plan.status == 0, "\(plan.errors)")
                #expect(try plan.json["jobs"]?.int64 == jobs, "\(plan.output)")
                #expect(try plan.json["new"]?["fulfilled"]?.int64 == settled, "\(plan.output)")
                #expect(try plan.json["requests"]?.int64 == jobs + settled + known, "\(plan.output)")
                #expect(try (plan.json["maxCostWei"]?.string == nil) == (jobs == 0), "\(plan.output)")
            }
        }

        private func expectReplay(_ program: RelayerProgram, found: Int64, known: Int64) async throws {
            // Told first: what the contract has settled already is skipped.
            try await expectPlan(program, jobs: 0, settled: found, known: known)
            let words = try await program.command("replay", "--from-block", "0", "--dry-run")
            #expect(words.output.contains("would read   blocks 0 to "), "\(words.output)")
            let replay = try await program.command("replay", "--from-block", "0", "--json")
            #expect(replay.status == 0, "\(replay.errors)")
            #expect(try replay.json["found"]?.int64 == found, "\(replay.output)")
            #expect(try replay.json["known"]?.int64 == known, "\(replay.output)")
        }

        private func waitUntilSettled(_ jobs: [UInt64], _ program: RelayerProgram) async throws {
            try await program.waitForStatus("all are settled") {
                $0["requests"]?["settled"]?.int64 == Int64(jobs.count)
            }
        }
    }
}
