import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// New heads by WebSocket, where polling alone would be far too slow.
    struct HeadTests {
        @Test func looksWhenAHeadIsAnnounced() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(pollInterval: "1h"))
            try await program.whileRunning { _ in
                let job = try await bridge.request(Spec.named("hello"), .stdout)

                let answers = try await bridge.waitForAnswers(to: [job], within: .seconds(60))

                #expect(answers[job]?.content == .result("hello\n"))
            }
        }

        @Test func subscribesAgainWhenItIsCutOff() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(pollInterval: "1h"))
            try await program.whileRunning { _ in
                _ = try await network.rpc("devnet_closeWebSockets")
                let job = try await bridge.request(Spec.named("hello"), .stdout)

                // A subscription that comes back looks once, so that nothing between is missed.
                let answers = try await bridge.waitForAnswers(to: [job], within: .seconds(90))

                #expect(answers[job]?.content == .result("hello\n"))
            }
        }
    }
}
