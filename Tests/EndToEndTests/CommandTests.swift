import Ethereum
import FoundationEssentials
import Glibc
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// The commands, as people and scripts use them.
    struct CommandTests {
        @Test(arguments: [
            "", "run", "replay", "status", "jobs", "jobs show", "jobs retry", "jobs drop", "chain", "chain show",
            "chain accept",
            "doctor", "config", "config init", "config check", "config reference", "policy", "policy test", "key",
            "key new",
            "key address", "request", "version",
        ])
        func helps(command: String) async throws {
            let program = try RelayerProgram(settings: nil)
            let words = command.split(separator: " ").map(String.init)

            let help = try await program.command(words: words + ["--help"])

            #expect(help.status == 0)
            #expect(help.output.hasPrefix("Usage: lilypad-relayer \(command)"))
            #expect(command.isEmpty || help.output.contains("\nExamples:\n"), "\(help.output)")
            #expect(help.errors.isEmpty)
        }

        @Test(arguments: [
            ("status --jsn", "--json"), ("replay --from-blok 1", "--from-block"), ("jbos", "jobs"),
            ("jobs shwo 1", "show"), ("config init --rcp http://127.0.0.1", "--rpc"),
        ])
        func namesTheNearestWord(line: String, nearest: String) async throws {
            let program = try RelayerProgram(settings: nil)

            let outcome = try await program.command(words: line.split(separator: " ").map(String.init))

            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("did you mean") && outcome.errors.contains(nearest), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }

        @Test func checksTheExampleFile() async throws {
            let program = try RelayerProgram(settings: nil)

            let check = try await program.command(
                "config",
                "check",
                "--config",
                "\(PackageRoot.path)/config/relayer.example.yaml"
            )

            #expect(check.status == 0, "\(check.errors)")
        }

        @Test func readsTheSettingsThatTheEnvironmentNames() async throws {
            let program = try RelayerProgram(settings: nil)
            let example = "\(PackageRoot.path)/config/relayer.example.yaml"

            let named = try await program.command(words: ["config", "check"], environment: ["LILYPAD_CONFIG": example])
            let other = try await program.command(
                words: ["config", "check", "-c", "nowhere.yaml"],
                environment: ["LILYPAD_CONFIG": example]
            )

            #expect(named.status == 0, "\(named.errors)")
            #expect(other.status == 2 && other.errors.contains("nowhere.yaml"), "\(other.errors)")
        }

        @Test func reportsTheProblemsOfSettingsAsJSON() async throws {
            let program = try RelayerProgram(settings: "chain: {id: ten}\n")

            let check = try await program.command("config", "check", "--json")

            #expect(check.status == 2 && check.errors.isEmpty, "\(check.errors)")
            let report = try check.json
            #expect(report["fine"] == false && report["notes"] == [])
            let problem = report["problems"]?.array?.first { $0["key"] == "chain.id" }
            #expect(problem?["place"] == "relayer.yaml:1:13")
            #expect(problem?["message"]?.string?.contains(#"found "ten""#) == true, "\(check.output)")
        }

        /// It is fine all the same.
        @Test func notesWhatMayNotBeMeant() async throws {
            let bindings = """
                bindings:
                  - name: tight
                    abi: \(PackageRoot.path)/abi/lilypad-v0-c.json
                    request: {event: NewBacalhauJobSubmitted, id: id, requester: requestorContract, spec: spec}
                    fulfill: {function: returnBacalhauResults, arguments: [requester, jobId, text]}
                    resultLimit: 32

                """
            let example = URL(filePath: "\(PackageRoot.path)/config/relayer.example.yaml")
            let program = try RelayerProgram(
                settings: String(decoding: try Data(contentsOf: example), as: UTF8.self) + bindings,
                environment: ["LILYPAD_CONTRACTS__0__BINDING": "tight"]
            )

            let plain = try await program.command("config", "check")
            let json = try await program.command("config", "check", "--json")

            #expect(plain.status == 0 && json.status == 0, "\(plain.errors)\(json.errors)")
            #expect(plain.errors.contains("note: contracts[0]: the binding tight takes results of 32 bytes"))
            #expect(try json.json["fine"] == true && json.json["notes"]?.array?.count == 1, "\(json.output)")
        }

        @Test func makesNoKeyWhereItCannotBeKept() async throws {
            let program = try RelayerProgram(settings: nil)

            let same = try await program.command("key", "new", "--keystore", "k", "--password-file", "k")
            let folder = try await program.command("key", "new", "--keystore", "nowhere/k", "--password-file", "p")

            #expect(same.status == 2 && same.errors.contains("the same file"), "\(same.errors)")
            #expect(folder.status == 2 && folder.errors.contains("nowhere: No such file"), "\(folder.errors)")
            #expect(throws: (any Error).self) { try program.read("p") }
        }

        /// What is wrong with the database is said with its key and the remedy, and without SQL.
        @Test func saysWhatIsWrongWithTheDatabase() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let text = RelayerSettingsText(more: "database: nowhere/relayer.sqlite").text(for: bridge)
            let program = try RelayerProgram(settings: text, environment: RelayerProgram.key(of: bridge.network))

            for command in ["run", "config check"] {
                let outcome = try await program.command(words: command.split(separator: " ").map(String.init))
                #expect(outcome.status == 2, "\(outcome.errors)")
                #expect(outcome.errors.contains("database: "), "\(outcome.errors)")
                #expect(outcome.errors.contains("No such file or directory"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("PRAGMA"), "\(outcome.errors)")
            }
        }

        @Test func saysWhatAnEmptyDatabaseLacks() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try program.write("", to: "relayer.sqlite")

            let status = try await program.command("status")

            #expect(status.status == 2, "\(status.errors)")
            #expect(status.errors.contains("the file is empty, and no database yet"), "\(status.errors)")
            #expect(status.errors.contains("'lilypad-relayer run' makes the database in it"), "\(status.errors)")
            try await program.whileRunning { _ in }
            #expect(try await program.command("status").status == 0)
        }

        @Test func saysHowToMakeMissingSettings() async throws {
            let outcome = try await RelayerProgram(settings: nil).command("status")

            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("config init"), "\(outcome.errors)")
        }

        @Test func placesEveryProblemOfAFile() async throws {
            let settings = """
                chain:
                  id: 1
                  rpc:
                    - url: http://127.0.0.1:8545
                  startBlok: 0
                  confirmations:
                    settle: none
                contracts:
                  - address: 0x5FbDB2315678afecb367f032d93F642f64180aa4
                bacalhau:
                  api: http://127.0.0.1:1234
                """
            let check = try await RelayerProgram(settings: settings).command("config", "check")

            #expect(check.status == 2)
            #expect(check.errors.contains("relayer.yaml:5:3") && check.errors.contains("startBlock"), "\(check.errors)")
            #expect(check.errors.contains("relayer.yaml:7:13"), "\(check.errors)")
            #expect(check.errors.contains("relayer.yaml:9:14"), "\(check.errors)")
        }

        /// As the devnet tells a dapp's author to do it.
        @Test func writesSettingsForAKeyOfADevnet() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(settings: nil)
            try program.write(network.devnet.relayer.privateKey + "\n", to: "relayer.key")
            let changed = unsafe chmod(program.directory.file("relayer.key"), 0o600)
            #expect(changed == 0)

            let initial = try await program.command(
                words: ["config", "init", "--contract", bridge.address.checksummed, "--rpc", network.devnet.rpc]
                    + ["--ws", network.devnet.webSocket, "--bacalhau", network.devnet.bacalhau]
                    + ["--key-file", "relayer.key"]
            )

            #expect(initial.status == 0, "\(initial.errors)")
            #expect(!initial.errors.contains("key new"), "\(initial.errors)")
            try await program.whileRunning { _ in }
        }

        @Test func writesSettingsThatRunAccepts() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(settings: nil)

            let initial = try await program.command(
                words: ["config", "init", "--contract", bridge.address.checksummed, "--rpc", network.devnet.rpc]
                    + ["--ws", network.devnet.webSocket, "--bacalhau", network.devnet.bacalhau]
            )
            #expect(initial.status == 0, "\(initial.errors)")
            let again = try await program.command(
                words: ["config", "init", "--contract", bridge.address.checksummed, "--rpc", network.devnet.rpc]
                    + ["--bacalhau", network.devnet.bacalhau]
            )
            #expect(again.status == 2)
            #expect(again.errors.contains("--force"))

            let new = try await program.command("key", "new")
            #expect(new.status == 0, "\(new.errors)")
            let address = try await program.command("key", "address")
            #expect(address.output == new.output, "\(address.errors)")
            let second = try await program.command("key", "new")
            #expect(second.status == 2)

            let account = try #require(Address(hex: String(new.output.dropLast())))
            let allow = try ABIFunction("setRelayer", [.address, .bool]).encodeCall([.address(account), .bool(true)])
            try await network.requester.send(to: bridge.address, allow)
            #expect(try await program.command("config", "check").status == 0)
            try await program.whileRunning { _ in }
        }

        @Test func reportsAsJSON() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in
                let job = try await bridge.request(Spec.named("hello"), .stdout)
                _ = try await bridge.waitForAnswers(to: [job])
                try await program.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }

                let status = try await program.command("status", "--json").json
                #expect(status["running"] == true)
                #expect(status["chainId"]?.int64 == Int64(network.devnet.chainID))
                let listed = try #require(try await program.command("jobs", "--json").jsonLines.first)
                #expect(listed["jobId"] == "1")
                #expect(listed["state"] == "settled")
                let hash = try #require(listed["hash"]?.string)
                for id in ["1", String(hash.prefix(10)), "\(bridge.address.checksummed):1"] {
                    let shown = try await program.command("jobs", "show", id, "--json")
                    #expect(shown.status == 0, "\(shown.errors)")
                    let dossier = try shown.json
                    #expect(dossier["hash"] == listed["hash"])
                    #expect(dossier["answer"]?["text"] == "hello\n")
                    #expect(dossier["settlements"]?.array?.count == 1)
                    #expect((dossier["history"]?.array?.count ?? 0) >= 5)
                }
                #expect(try await program.command("jobs", "show", "1").output.contains("history"))
                #expect(try await program.command("jobs", "show", "99").status == 1)
                #expect(try await program.command("jobs", "show", "xyz").status == 2)
                #expect(try await program.command("jobs", "retry", "1").status == 1)
                #expect(try await program.command("version", "--json").json["version"]?.string != nil)
            }
        }

        @Test func saysThatAKilledRelayerIsGone() async throws {
            let program = try RelayerProgram(for: try await Bridge.deploy(on: Network.shared()))
            let process = try await program.start()
            try await program.waitForStatus("it runs") { $0["running"] == true }
            process.signal(SIGKILL)
            _ = await process.finished()

            #expect(try await program.command("status", "--json").json["running"] == false)
            #expect(try await program.command("status", "--check").status == 1)
        }

        @Test func failsWhenItsOutputCannotBeWritten() async throws {
            let process = try await ChildProcess.start(
                "/bin/sh",
                ["-c", #""$0" version > /dev/full"#, try PackageRoot.relayer()]
            )

            #expect(await process.finished() == .exited(1))
            #expect(process.standardError.contains("No space left on device"), "\(process.standardError)")
        }
    }
}
