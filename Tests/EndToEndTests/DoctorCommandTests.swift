import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// `doctor` at a real chain and a compute node that really runs jobs.
    struct DoctorCommandTests {
        @Test func findsNothingWrongBesideARelayerThatRuns() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in
                let before = try await program.command("status", "--json").json["requests"]

                let doctor = try await program.command("doctor")

                #expect(doctor.status == 0, "\(doctor.output)\(doctor.errors)")
                #expect(doctor.output.contains("a relayer runs on it"), "\(doctor.output)")
                #expect(doctor.output.contains("0 errors"), "\(doctor.output)")
                #expect(doctor.output.contains("the subscription is confirmed"), "\(doctor.output)")
                #expect(try await program.command("status", "--json").json["requests"] == before)
            }
        }

        @Test func tellsMachinesWhatItFinds() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)

            let doctor = try await program.command("doctor", "--json")

            #expect(doctor.status == 0, "\(doctor.output)\(doctor.errors)")
            let report = try doctor.json
            // There is no database yet, which is worth a word and no more.
            #expect(report["level"] == "warning")
            let database = try finding("database", "file", in: report)
            #expect(database["level"] == "warning")
            #expect(database["remedy"]?.string?.contains("first run") == true)
            for subject in ["config", "chain", "chain.rpc[0]", "contracts[0]", "account", "bacalhau", "clock"] {
                let levels = findings(report).filter { $0["subject"]?.string == subject }.map { $0["level"]?.string }
                #expect(!levels.isEmpty && !levels.contains("error"), "\(subject): \(doctor.output)")
            }
            #expect(throws: (any Error).self) { try program.read("relayer.sqlite") }
        }

        @Test func runsAJobWhenItIsTold() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let jobs = try await network.jobs().count

            _ = try await program.command("doctor")
            #expect(try await network.jobs().count == jobs)
            let doctor = try await program.command("doctor", "--run")

            #expect(doctor.status == 0, "\(doctor.output)\(doctor.errors)")
            #expect(doctor.output.contains("said hello"), "\(doctor.output)")
            #expect(try await network.jobs().count == jobs + 1)
        }

        @Test func namesAnotherChain() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(chainID: 5))

            let doctor = try await program.command("doctor", "--json")

            #expect(doctor.status == 1)
            let node = try finding("chain.rpc[0]", "chain", in: doctor.json)
            #expect(node["level"] == "error")
            #expect(node["seen"]?.string?.contains("chain.id is 5") == true)
            // The others were looked at all the same.
            #expect(try finding("bacalhau", "version", in: doctor.json)["level"] == "ok")
        }

        @Test func namesAnAccountWithoutItsRole() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(
                settings: RelayerSettingsText().text(for: bridge),
                environment: ["LILYPAD_ACCOUNT__KEY": network.devnet.requester.privateKey]
            )

            let doctor = try await program.command("doctor")

            #expect(doctor.status == 1)
            #expect(doctor.output.contains("setRelayer(\(network.devnet.requester.address), true)"), "\(doctor.output)")
        }

        @Test func namesAMissingKey() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(settings: RelayerSettingsText().text(for: bridge))

            let doctor = try await program.command("doctor", "--json")

            #expect(doctor.status == 1)
            #expect(try finding("account", "key", in: doctor.json)["remedy"]?.string?.contains("key new") == true)
            #expect(try finding("contracts[0]", "binding", in: doctor.json)["level"] == "ok")
        }

        /// Neither a node nor an orchestrator, and keys in both addresses.
        @Test func showsNoSecretsOfWhatIsAway() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            let secrets = ["hunter2secret", "0123456789abcdef0123456789abcdef", "fedcba9876543210"]

            for words in [["doctor"], ["doctor", "--json"]] {
                let doctor = try await program.command(
                    words: words,
                    environment: [
                        "LILYPAD_CHAIN__RPC__0__URL": "http://user:\(secrets[0])@127.0.0.1:9/v2/\(secrets[1])",
                        "LILYPAD_CHAIN__RPC__0__WS": "ws://127.0.0.1:9/?apikey=\(secrets[2])",
                        "LILYPAD_BACALHAU__API": "http://user:\(secrets[0])@127.0.0.1:9/\(secrets[1])",
                    ]
                )

                #expect(doctor.status == 1)
                #expect(doctor.output.contains("127.0.0.1:9"), "\(doctor.output)")
                for secret in secrets {
                    #expect(!doctor.output.contains(secret) && !doctor.errors.contains(secret), "\(doctor.output)")
                }
            }
        }

        @Test func placesTheProblemsOfItsSettings() async throws {
            let program = try RelayerProgram(settings: "chain: {id: ten}\n")

            let doctor = try await program.command("doctor", "--json")

            #expect(doctor.status == 2)
            let problem = try finding("chain.id", "settings", in: doctor.json)
            #expect(problem["level"] == "error")
            #expect(problem["seen"]?.string?.hasPrefix("relayer.yaml:1:13: ") == true, "\(doctor.output)")
        }

        @Test func proposesSettingsThatCanBePasted() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge, RelayerSettingsText(pollInterval: "1h"))
            try await network.mine(10)

            let doctor = try await program.command("doctor")

            let lines = doctor.output.components(after: "proposed settings, as measured:\n")
            #expect(lines.hasPrefix("chain:\n  pollInterval: "), "\(doctor.output)")
            let pasted = lines.prefix { $0 != "#" }.split(separator: "\n").last.map { $0.split(separator: " ") }
            let interval = try #require(pasted?.last)
            try program.write(RelayerSettingsText(pollInterval: String(interval)).text(for: bridge), to: "relayer.yaml")
            let again = try await program.command("doctor")
            #expect(again.status == 0 && !again.output.contains("proposed settings"), "\(again.output)")
        }

        private func findings(_ report: JSONValue) -> [JSONValue] { report["findings"]?.array ?? [] }

        private func finding(_ subject: String, _ check: String, in report: JSONValue) throws -> JSONValue {
            try #require(
                findings(report).first { $0["subject"]?.string == subject && $0["check"]?.string == check },
                "\(report)"
            )
        }
    }
}

extension String {
    fileprivate func components(after words: String) -> String {
        firstRange(of: words).map { String(self[$0.upperBound...]) } ?? ""
    }
}
