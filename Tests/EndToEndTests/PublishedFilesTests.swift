import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Output that Bacalhau keeps only the beginning of is read from what the job published.
    struct PublishedFilesTests {
        @Test(arguments: ["gateway", "api"]) func answersWithTheWholeOutput(key: String) async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            var settings = RelayerSettingsText()
            settings.more = "results: {\(key): '\(network.devnet.bacalhau)'}"
            let program = try RelayerProgram(for: bridge, settings)
            try await program.whileRunning { _ in
                let writes = try await bridge.request(Spec.named("writes-100"), .stdout)
                let bytes = try await bridge.request(Spec.named("bytes-8192"), .stdout)
                let stderr = try await bridge.request(Spec.named("stderr"), .stderr)
                let empty = try await bridge.request(Spec.named("bytes-0"), .stdout)
                let plainReturn = try await bridge.request(Spec.named("return"), .exitCode)
                let all = [writes, bytes, stderr, empty, plainReturn]

                let answers = try await bridge.waitForAnswers(to: all)

                #expect(answers[writes]?.content == .result(String(repeating: "line\n", count: 100)))
                // Of one write of 8,192 bytes Bacalhau itself publishes the first 2,049: the rest is nowhere.
                guard case .result(let cut)? = answers[bytes]?.content else {
                    Issue.record("\(answers)")
                    return
                }
                #expect(cut.utf8.count == 2_049 + "…".utf8.count && cut.hasSuffix("…"))
                #expect(answers[stderr]?.content == .result("oops\n"))
                #expect(answers[empty]?.content == .result(""))
                #expect(answers[plainReturn]?.content == .result("0"))
                let shown = try await program.command("jobs", "show", "\(writes)", "--json").json
                #expect(shown["answer"]?["source"] == "published files", "\(shown)")
                let computed = shown["history"]?.array?.first { $0["event"] == "computed" }
                #expect(computed?["detail"] == "published files, 500 bytes", "\(shown)")
            }
        }

        /// What a gateway says for itself is not put on chain.
        @Test func answersNothingThatAGatewayMakesUp() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            var settings = RelayerSettingsText()
            settings.more = "results: {gateway: '\(network.devnet.bacalhau)', patience: 0s}"
            let program = try RelayerProgram(for: bridge, settings)
            try await program.whileRunning { _ in
                try await network.compute(
                    "fail-next",
                    ["method": "GET", "path-prefix": "/ipfs/", "count": 1_000, "status": 200, "body": "line\nstolen\n"]
                )
                let job = try await bridge.request(Spec.named("writes-100"), .stdout)
                let answers = try await bridge.waitForAnswers(to: [job])
                try await network.compute("clear", [:])
                #expect(answers[job]?.content == .result("line\n"))
                let shown = try await program.command("jobs", "show", "\(job)", "--json").json
                let computed = shown["history"]?.array?.first { $0["event"] == "computed" }?["detail"]?.string
                #expect(computed?.contains("has another hash") == true, "\(shown)")
            }
        }
    }
}
