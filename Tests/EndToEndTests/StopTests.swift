import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// SIGTERM, also with work in hand.
    struct StopTests {
        @Test func stopsWithWorkInHandAndFinishesItLater() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            let process = try await program.start()
            // Some submissions take longer than a relayer that stops may wait for.
            try await network.compute("delay-next", ["method": "PUT", "count": 3, "ms": 30_000])
            var jobs: [UInt64] = []
            for index in 0..<8 { jobs.append(try await bridge.request(Spec.greeting("\(index)"), .stdout)) }
            try await program.waitForStatus("work is in hand") { ($0["requests"]?["accepted"]?.int64 ?? 0) > 0 }

            // It waits for eight seconds.
            let ending = await process.end(grace: .seconds(30))
            #expect(ending == .exited(0), "\(process.standardError)")
            #expect(process.standardError.contains("stopped with work in hand"), "\(process.standardError)")

            try await program.whileRunning { _ in
                let answers = try await bridge.waitForAnswers(to: jobs)
                for (index, job) in jobs.enumerated() { #expect(answers[job]?.content == .result("hello \(index)\n")) }
            }
            try await ledger.expectOnce(jobs)
        }

        @Test func stopsWhileItWaitsForTheNode() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let settings = RelayerSettingsText().text(for: bridge)
            // Port 1 answers nobody.
            let unreachable = settings.split(separator: "\n").map { line in
                line.hasPrefix("    - url:") ? "    - url: http://127.0.0.1:1" : String(line)
            }
            let program = try RelayerProgram(
                settings: unreachable.joined(separator: "\n"),
                environment: RelayerProgram.key(of: bridge.network)
            )
            let process = try await program.spawnRun()
            try await eventually("it says that the node is unreachable") {
                process.standardError.contains("chain node") ? true : nil
            }

            #expect(await process.end(grace: .seconds(60)) == .exited(0), "\(process.standardError)")
        }
    }
}
