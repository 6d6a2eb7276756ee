import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// What is refused at the start, with its exit status and its remedy.
    struct StartTests {
        @Test func refusesASecondRelayerOnTheSameDatabase() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in
                let second = try await program.command("run")

                #expect(second.status == 1)
                #expect(second.errors.contains("Another relayer runs on this database"))
            }
        }

        @Test func refusesAnotherChainThanTheConfiguredOne() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())

            let run = try await RelayerProgram(for: bridge, RelayerSettingsText(chainID: 5)).command("run")

            #expect(run.status == 2)
            #expect(run.errors.contains("chain.id is 5, but the node serves chain \(bridge.network.devnet.chainID)"))
        }

        @Test func refusesAnAccountThatMayNotAnswer() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(
                settings: RelayerSettingsText().text(for: bridge),
                environment: ["LILYPAD_ACCOUNT__KEY": network.devnet.requester.privateKey]
            )

            let run = try await program.command("run")

            #expect(run.status == 2)
            #expect(run.errors.contains("setRelayer(\(network.devnet.requester.address), true)"))
        }

        @Test func refusesAnAddressWithoutCode() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let nobody = "0x000000000000000000000000000000000000dEaD"

            let run = try await RelayerProgram(for: bridge, RelayerSettingsText(contract: nobody)).command("run")

            #expect(run.status == 2)
            #expect(run.errors.contains("no contract at \(nobody)"))
        }

        @Test func refusesAnOldOrchestrator() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            try await network.compute("version", ["Minor": "7", "GitVersion": "v1.7.0"])
            let run = try await program.command("run")
            try await network.compute("version", ["Minor": "9", "GitVersion": "v1.9.3"])

            #expect(run.status == 2)
            #expect(run.errors.contains("1.7") && run.errors.contains("1.8.0 or newer"), "\(run.errors)")
        }

        @Test func refusesTheDatabaseOfAnotherChain() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in }
            // The same chain id, and another genesis block.
            try await withDevnet { other in
                let network = try Network(other)
                let there = try await Bridge.deploy(on: network)
                try program.write(RelayerSettingsText().text(for: there), to: "relayer.yaml")

                let run = try await program.command("run")

                #expect(run.status == 2)
                #expect(run.errors.contains("another chain") || run.errors.contains("genesis"), "\(run.errors)")
            }
        }

        @Test func saysWhatIsWrongWithItsSettings() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try program.write(program.read("relayer.yaml") + "\ndatabse: x.sqlite\n", to: "relayer.yaml")

            let run = try await program.command("run")

            #expect(run.status == 2)
            #expect(run.errors.contains("relayer.yaml:") && run.errors.contains("database"), "\(run.errors)")
        }
    }
}
