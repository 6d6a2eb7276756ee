import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// The failures of chain nodes that hurt most, against a real EVM chain: numbers as in `Tests/RelayTests/Following`.
    struct FollowingTests {
        private func switched(_ network: Network, _ view: JSONValue) async throws {
            _ = try await network.rpc("devnet_view", [view])
        }

        private func wait(for state: String, _ program: RelayerProgram, count: Int64 = 1) async throws {
            try await program.waitForStatus("\(count) \(state)") { $0["requests"]?[state]?.int64 == count }
        }

        @Test("case 3: a fresh block whose logs the node does not have yet")
        func freshBlocks() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(settle: 3))
            let ledger = try await Ledger(for: bridge)
            try await program.whileRunning { _ in
                try await switched(network, ["hideLogs": 2])
                let jobs = [
                    try await bridge.request(Spec.greeting("1"), .stdout),
                    try await bridge.request(Spec.greeting("2"), .stdout),
                ]
                try await network.mine(4)
                try await wait(for: "settling", program, count: 2)
                // From the test too.
                try await switched(network, ["hideLogs": 0])
                _ = try await bridge.waitForAnswers(to: jobs)
                try await network.mine(3)
                try await wait(for: "settled", program, count: 2)
                try await ledger.expectOnce(jobs)
            }
        }

        @Test("case 9: a log that moves, vanishes, and comes back")
        func reorganisations() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            try await network.mine(8)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(settle: 6))
            let ledger = try await Ledger(for: bridge)
            try await program.whileRunning { _ in
                // To another block: the first new one is empty, and the second takes what waits.
                let moved = try await bridge.request(Spec.greeting("moved"), .stdout)
                try await wait(for: "answered", program)
                _ = try await network.rpc("devnet_reorg", [["depth": 1, "blocks": 1, "transactions": [[]]]])
                try await network.mine(1)
                try await wait(for: "answered", program)
                try await network.mine(7)
                _ = try await bridge.waitForAnswers(to: [moved])

                // Away, and back under the same id.
                let first = try await bridge.request(Spec.greeting("again"), .stdout)
                try await wait(for: "answered", program)
                _ = try await network.rpc("devnet_reorg", [["depth": 1, "blocks": 2, "keep": false]])
                try await wait(for: "orphaned", program)
                try await network.mine(6)
                let second = try await bridge.request(Spec.greeting("again"), .stdout)
                #expect(first == second)
                try await wait(for: "answered", program)
                try await network.mine(7)
                let answers = try await bridge.waitForAnswers(to: [moved, second])
                #expect(answers[second]?.content == .result("hello again\n"))

                // Away for good: another one has its id.
                _ = try await bridge.request(Spec.greeting("gone"), .stdout)
                try await wait(for: "answered", program)
                _ = try await network.rpc("devnet_reorg", [["depth": 1, "blocks": 2, "keep": false]])
                try await wait(for: "orphaned", program)
                let other = try await bridge.request(Spec.greeting("other"), .stdout)
                try await network.mine(7)
                #expect(try await bridge.waitForAnswers(to: [other])[other]?.content == .result("hello other\n"))
                #expect(try await bridge.answers().count == 3)
                #expect(try await ledger.newTransactions() == 3)
                #expect(try await ledger.newJobs().count == 4)
            }
        }

        @Test("case 9: deeper than finality: halted, exit status 5, shown, accepted, and on it goes")
        func halt() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            try await network.mine(8)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(settle: 2))
            let process = try await program.start()
            let job = try await bridge.request(Spec.greeting("1"), .stdout)
            try await network.mine(2)
            _ = try await bridge.waitForAnswers(to: [job])
            try await network.mine(2)
            try await wait(for: "settled", program)

            _ = try await network.rpc("devnet_reorg", [["depth": 6, "blocks": 7, "keep": false]])

            #expect(await process.finished() == .exited(5))
            #expect(process.standardError.contains("lilypad-relayer chain show"))
            let status = try await program.command("status", "--json")
            #expect(try status.json["halt"]?["reason"]?.string?.contains("was final as") == true, "\(status.output)")
            let words = try await program.command("status")
            #expect(words.output.contains("HALTED"), "\(words.output)")
            let again = try await program.command("run")
            #expect(again.status == 5, "\(again.errors)")
            let shown = try await program.command("chain", "show", "--json")
            #expect(try shown.json["requestsAbove"]?["settled"]?.int64 == 1, "\(shown.output)")

            let accepted = try await program.command("chain", "accept", "--yes")
            #expect(accepted.status == 0, "\(accepted.errors)")
            #expect(accepted.output.contains("accepted: waits for the next"), "\(accepted.output)")
            let twice = try await program.command("chain", "accept", "--yes")
            #expect(twice.status == 0 && twice.output.contains("accepted already"), "\(twice.output)\(twice.errors)")
            #expect(try await program.command("status", "--json").json["openInstructions"] == 1)
            #expect(try await program.command("chain", "show").output.contains("waits for the next"))
            try await program.whileRunning { _ in
                let back = try await bridge.request(Spec.greeting("1"), .stdout)
                #expect(back == job)
                try await network.mine(2)
                #expect(try await bridge.waitForAnswers(to: [back])[back]?.content == .result("hello 1\n"))
                try await network.mine(2)
                try await wait(for: "settled", program)
            }
            let after = try await program.command("chain", "accept", "--yes")
            #expect(after.status == 1 && after.errors.contains("not halted"), "\(after.errors)")
        }

        @Test("case 19: a WebSocket that never says anything")
        func silentWebSocket() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            // Of a chain that stands still.
            let silent = try await DevnetServer.chain(["--no-mining"])
            let settings = RelayerSettingsText(webSocketURL: try silent.text("ws"), pollInterval: "1s")
            let program = try RelayerProgram(for: bridge, settings)
            do {
                try await program.whileRunning { _ in
                    let job = try await bridge.request(Spec.greeting("1"), .stdout)
                    _ = try await bridge.waitForAnswers(to: [job])
                }
                await silent.process.end()
            } catch {
                await silent.process.end()
                throw error
            }
        }

        @Test("case 23: null rounds, in each of the three words that nodes have for them")
        func nullRounds() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(settle: 3))
            let ledger = try await Ledger(for: bridge)
            var jobs: [UInt64] = []
            try await program.whileRunning { _ in
                for style in ["error", "null", "previous"] {
                    try await switched(network, ["nullRoundsAs": .string(style)])
                    for skipped in [1, 3] {
                        _ = try await network.rpc("devnet_mine", [1, .number(JSONNumber(skipped))])
                        jobs.append(try await bridge.request(Spec.greeting("\(jobs.count)"), .stdout))
                        _ = try await network.rpc("devnet_mine", [2, .number(JSONNumber(skipped))])
                    }
                    _ = try await bridge.waitForAnswers(to: jobs)
                    try await network.mine(3)
                }
                try await wait(for: "settled", program, count: Int64(jobs.count))
            }
            try await switched(network, ["nullRoundsAs": "error"])
            try await ledger.expectOnce(jobs)
        }
    }
}
