import Glibc
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Two orchestrators, of which the one that is preferred dies while it has jobs.
    struct OrchestratorsTests {
        @Test func settlesEachRequestOnceWhenThePreferredOneDies() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let preferred = try await DevnetServer.compute()
            var settings = RelayerSettingsText()
            settings.bacalhau = [
                "api: \(try preferred.text("api"))", "name: mortal", "fallbacks:",
                "  - {api: '\(network.devnet.bacalhau)', name: spare}",
            ]
            let program = try RelayerProgram(for: bridge, settings)
            let ledger = try await Ledger(for: bridge)
            defer { preferred.process.signal(SIGKILL) }
            try await program.whileRunning { _ in
                let early = try await bridge.request(Spec.greeting("early"), .stdout)
                #expect(try await bridge.waitForAnswers(to: [early])[early]?.content == .result("hello early\n"))
                #expect(try await ledger.newJobs().isEmpty)

                preferred.process.signal(SIGKILL)
                _ = await preferred.process.finished()
                var late: [UInt64] = []
                for number in 0..<8 { late.append(try await bridge.request(Spec.greeting("\(number)"), .stdout)) }
                let answers = try await bridge.waitForAnswers(to: late)
                for (number, job) in late.enumerated() {
                    #expect(answers[job]?.content == .result("hello \(number)\n"))
                }
                try await program.waitForStatus("all are settled") { $0["requests"]?["settled"]?.int64 == 9 }

                #expect(try await ledger.newJobs().count == late.count)
                let status = try await program.command("status")
                #expect(status.output.contains("orchestrator mortal unreachable"), "\(status.output)")
                #expect(status.output.contains("orchestrator spare ok"), "\(status.output)")
                let first = try await program.command("jobs", "show", "\(late[0])")
                #expect(first.output.contains(" at spare"), "\(first.output)")
                let doctor = try await program.command("doctor")
                #expect(doctor.status == 0 && doctor.output.contains("bacalhau.fallbacks[0]"), "\(doctor.output)")
            }
        }

        /// At the start, and by `doctor`, though another orchestrator is well.
        @Test(arguments: ["api", "user"]) func refusesASecretThatCannotBeSent(kind: String) async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            var settings = RelayerSettingsText()
            let access = kind == "api" ? "apiKeyFile: bad.key" : "user: u, passwordFile: bad.key"
            settings.bacalhau = [
                "api: \(network.devnet.bacalhau)", "fallbacks:", "  - {api: 'http://127.0.0.1:1', \(access)}",
            ]
            let program = try RelayerProgram(for: bridge, settings)
            try program.write("the-first\nthe-second\n", to: "bad.key")
            #expect(unsafe chmod(program.directory.file("bad.key"), 0o600) == 0)
            let key = kind == "api" ? "apiKeyFile" : "passwordFile"
            let run = try await program.command("run")
            #expect(run.status == 2 && !run.errors.contains("the-first"))
            #expect(run.errors.contains("bacalhau.fallbacks[0].\(key): the secret holds a line break"), "\(run.errors)")
            let doctor = try await program.command("doctor")
            #expect(doctor.status == 1 && doctor.output.contains("the secret holds a line break"), "\(doctor.output)")
        }

        @Test func namesTheFileOfAKeyThatIsRefusedAndCannotBeReadAnew() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            var settings = RelayerSettingsText()
            settings.bacalhau = ["api: \(network.devnet.bacalhau)", "apiKeyFile: orchestrator.key"]
            let program = try RelayerProgram(for: bridge, settings)
            try program.write("the-first-key", to: "orchestrator.key")
            let file = program.directory.file("orchestrator.key")
            #expect(unsafe chmod(file, 0o600) == 0)
            try await program.whileRunning { _ in
                #expect(unsafe unlink(file) == 0)
                try await network.compute(
                    "fail-next",
                    [
                        "method": "GET", "path-prefix": "/api/v1/orchestrator", "count": 1_000, "status": 401,
                        "body": "no",
                    ]
                )
                let job = try await bridge.request(Spec.named("hello"), .stdout)
                try await program.waitForStatus("the file is named") { status in
                    let reason = status["report"]?["unreachableReasons"]?["orchestrator"]?.string ?? ""
                    return reason.contains("bacalhau.apiKeyFile: ") && !reason.contains("the-first-key")
                }
                try await network.compute("clear", [:])
                #expect(try await bridge.waitForAnswers(to: [job])[job]?.content == .result("hello\n"))
            }
        }
    }
}
