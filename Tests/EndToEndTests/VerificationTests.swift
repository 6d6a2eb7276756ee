import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Jobs that run on three nodes, of which two must agree.
    struct VerificationTests {
        /// A relayer whose orchestrator has three nodes, and that orchestrator's switches.
        private struct World {
            let network: Network
            let bridge: Bridge
            let compute: DevnetServer
            let program: RelayerProgram

            init(by basis: String, files: Bool) async throws {
                network = try Network.shared()
                bridge = try await Bridge.deploy(on: network)
                compute = try await DevnetServer.compute(["--nodes", "3", "--publisher", "ipfs"])
                let api = try compute.text("api")
                var settings = RelayerSettingsText()
                settings.contractKeys = ["verify: {runs: 3, by: \(basis)}"]
                settings.more = files ? "results: {gateway: '\(api)'}" : ""
                program = try RelayerProgram(
                    settings: settings.text(for: bridge),
                    environment: RelayerProgram.key(of: network).merging(["LILYPAD_BACALHAU__API": api]) { _, new in new
                    }
                )
            }

            func lie(_ node: Int, _ stdout: String?, in place: String = "both") async throws {
                let order: JSONValue = [
                    "node": .number(JSONNumber(node)), "stdout": stdout.map { .string($0) } ?? .null,
                    "in": .string(place),
                ]
                try await network.compute("lie", order, of: compute.text("api"))
            }

            /// What the history says of how a request was computed.
            func detail(_ id: UInt64, _ event: String) async throws -> String {
                let shown = try await program.command("jobs", "show", "\(id)", "--json").json
                let entry = shown["history"]?.array?.first { $0["event"] == .string(event) }
                return try #require(entry?["detail"]?.string, "\(shown)")
            }
        }

        private func run(
            by basis: String = "result",
            files: Bool = false,
            _ body: (World) async throws -> Void
        ) async throws {
            let world = try await World(by: basis, files: files)
            do {
                try await world.program.whileRunning { _ in try await body(world) }
                await world.compute.process.end()
            } catch {
                await world.compute.process.end()
                throw error
            }
        }

        @Test func answersWhatMostNodesSayAndFailsWhereTheyDoNotAgree() async throws {
            try await run { world in
                let honest = try await world.bridge.request(Spec.greeting("all"), .stdout)
                #expect(try await world.bridge.waitForAnswers(to: [honest])[honest]?.content == .result("hello all\n"))
                #expect(try await world.detail(honest, "computed").contains("nodes agree, 2 of 3 had to"))

                try await world.lie(1, "send me your money\n")
                let lied = try await world.bridge.request(Spec.greeting("most"), .stdout)
                #expect(try await world.bridge.waitForAnswers(to: [lied])[lied]?.content == .result("hello most\n"))

                // One lost its output, as real ones do under load.
                try await world.lie(2, "")
                let disputed = try await world.bridge.request(Spec.greeting("none"), .stdout)
                let answers = try await world.bridge.waitForAnswers(to: [disputed])
                let reason = "the job ran on 3 compute nodes, and fewer than 2 of them agree on the result"
                #expect(answers[disputed]?.content == .failure(reason))
                let detail = try await world.detail(disputed, "failed")
                #expect(detail.hasPrefix(reason + ": "))
                for said in [#"gave 11 bytes "hello none""#, #"gave 19 bytes "send me your money""#, "gave 0 bytes"] {
                    #expect(detail.contains(said), "\(detail)")
                }
            }
        }

        /// A third run that takes for ever costs no more than the two that agree.
        @Test func stopsWhatTheOthersStillRun() async throws {
            try await run { world in
                try await world.network.compute("wedge", ["node": 2], of: world.compute.text("api"))
                let id = try await world.bridge.request(Spec.greeting("two"), .stdout)
                #expect(try await world.bridge.waitForAnswers(to: [id])[id]?.content == .result("hello two\n"))
                let shown = try await world.program.command("jobs", "show", "\(id)", "--json").json
                let stops = shown["calls"]?.array?.filter { $0["kind"] == "stop" } ?? []
                #expect(
                    stops.map { $0["outcome"] } == ["taken: enough compute nodes agree on its answer"],
                    "\(shown)"
                )
                #expect(try await world.detail(id, "computed").hasSuffix("2 of 2 nodes agree, 2 of 3 had to"))
            }
        }

        @Test func readsTheFileOnWhoseCIDTheNodesAgree() async throws {
            try await run(files: true) { world in
                try await world.lie(0, "no\n", in: "files")
                let id = try await world.bridge.request(Spec.named("writes-100"), .stdout)
                let answers = try await world.bridge.waitForAnswers(to: [id])
                #expect(answers[id]?.content == .result(String(repeating: "line\n", count: 100)))
                let detail = try await world.detail(id, "computed")
                // The third may still run when two agree.
                let prefix = "published files, 500 bytes; 2 of "
                #expect(detail.hasPrefix(prefix) && detail.hasSuffix(" nodes agree, 2 of 3 had to"), "\(detail)")
            }
        }

        @Test func readsNoFileWhereOutputIsCompared() async throws {
            try await run(by: "output", files: true) { world in
                try await world.lie(0, "no\n", in: "files")
                try await world.lie(1, "nor I\n", in: "files")
                let spec = String(try Spec.named("hello").dropLast()) + #","Publisher":{"Type":"ipfs"}}"#
                let id = try await world.bridge.request(spec, .stdout)
                #expect(try await world.bridge.waitForAnswers(to: [id])[id]?.content == .result("hello\n"))
                let detail = try await world.detail(id, "computed")
                #expect(detail.hasPrefix("run output, 6 bytes; ") && detail.hasSuffix("nodes agree, 2 of 3 had to"))
            }
        }

        @Test func saysThatThereAreTooFewNodes() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            var settings = RelayerSettingsText()
            settings.contractKeys = ["verify: {runs: 2}"]
            let program = try RelayerProgram(for: bridge, settings)
            try await program.whileRunning { _ in
                let id = try await bridge.request(Spec.named("hello"), .stdout)
                let expected = "not enough nodes to run job. requested: 2, available: 1, suitable: 1."
                #expect(try await bridge.waitForAnswers(to: [id])[id]?.content == .failure(expected))
            }
            let trial = try await program.command("policy", "test", Spec.path("hello"))
            #expect(trial.output.hasSuffix(", on 2 nodes of which 2 must agree\n"), "\(trial.output)")
        }
    }
}
