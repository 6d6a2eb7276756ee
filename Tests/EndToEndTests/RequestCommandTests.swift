import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// `request`: asks as any requester does.
    struct RequestCommandTests {
        @Test func tellsTheCostAndBringsTheAnswer() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in
                let hello = try await request(program, network, [Spec.path("hello"), "--yes"])
                #expect(hello.status == 0, "\(hello.errors)")
                #expect(hello.output == "hello\n")
                #expect(hello.errors.contains("fee        0.001 ether"))
                #expect(hello.errors.contains("gas        at most"))

                let exit = try await request(
                    program,
                    network,
                    [Spec.path("exit"), "-y", "--type", "exit-code", "--json"]
                )
                #expect(exit.status == 0, "\(exit.errors)")
                #expect(try exit.json["state"] == "fulfilled")
                #expect(try exit.json["text"] == "3")

                let trap = try await request(program, network, [Spec.path("trap"), "--yes"])
                #expect(trap.status == 3)
                #expect(trap.output.isEmpty)
                #expect(trap.errors.contains("unreachable"))
            }
        }

        @Test func givesUpInTime() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)

            let outcome = try await request(program, network, [Spec.path("hello"), "--yes", "--timeout", "1s"])

            #expect(outcome.status == 4)
            #expect(outcome.errors.contains("no answer"))
        }

        @Test func sendsNothingUnasked() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)

            let unasked = try await request(program, network, [Spec.path("hello")])
            let keyless = try await program.command(words: ["request", Spec.path("hello"), "--yes"])

            #expect(unasked.status == 1)
            #expect(unasked.errors.contains("--yes"))
            #expect(keyless.status == 2)
            #expect(keyless.errors.contains("--key-file"))
            #expect(try await bridge.call(JobBridgeABI.jobCount) == .uint(.zero))
        }

        @Test func refusesTheRelayersOwnKey() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)

            let outcome = try await program.command(
                words: ["request", Spec.path("hello"), "--yes"],
                environment: ["LILYPAD_REQUEST_KEY": network.devnet.relayer.privateKey]
            )

            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("is a relayer of the contract"), "\(outcome.errors)")
            #expect(try await bridge.call(JobBridgeABI.jobCount) == .uint(.zero))
        }

        @Test func saysWhatAPoorAccountLacks() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)

            let outcome = try await program.command(
                words: ["request", Spec.path("hello"), "--yes"],
                environment: ["LILYPAD_REQUEST_KEY": String(repeating: "1", count: 64)]
            )

            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains("has 0 ether, and the request needs up to \(Ether.text(UInt256(Bridge.fee)))"),
                "\(outcome.errors)"
            )
        }

        /// Its fee would be lost: there, or for an answer that is sure to be a refusal.
        @Test func sendsNothingThatIsInVain() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let elsewhere = try RelayerProgram(for: bridge, RelayerSettingsText(chainID: 5))
            try program.write("once upon a time", to: "tale.json")

            let chain = try await request(elsewhere, network, [Spec.path("hello"), "--yes"])
            let tale = try await request(program, network, ["tale.json", "--yes"])
            let twoKeys = try await request(program, network, [Spec.path("hello"), "--yes", "--key-file", "my.key"])

            #expect(chain.status == 2)
            #expect(chain.errors.contains("chain.id is 5, but the node serves chain"), "\(chain.errors)")
            #expect(tale.status == 2)
            #expect(tale.errors.contains("the relayer would refuse this") && tale.errors.contains("--unchecked"))
            #expect(twoKeys.status == 2)
            #expect(twoKeys.errors.contains("two keys to pay with"), "\(twoKeys.errors)")
            #expect(try await bridge.call(JobBridgeABI.jobCount) == .uint(.zero))

            try await program.whileRunning { _ in
                let anyway = try await request(program, network, ["tale.json", "--yes", "--unchecked"])
                #expect(anyway.status == 3)
                #expect(anyway.errors.contains("JSON"), "\(anyway.errors)")
            }
        }

        /// Whoever scripts it must know what has been paid for, mined or not.
        @Test func namesATransactionThatIsNotMinedInTime() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)

            let outcome = try await network.whileSet("devnet_setInterval", to: [60], andBackTo: [0]) {
                try await request(program, network, [Spec.path("hello"), "--yes", "--timeout", "1s", "--json"])
            }

            #expect(outcome.status == 4, "\(outcome.errors)")
            #expect(try outcome.json["transaction"]?.string?.count == 66)
            #expect(try outcome.json["state"] == "sent")
        }

        private func request(
            _ program: RelayerProgram,
            _ network: Network,
            _ arguments: [String]
        ) async throws -> RelayerProgram.Outcome {
            try await program.command(
                words: ["request"] + arguments,
                environment: ["LILYPAD_REQUEST_KEY": network.devnet.requester.privateKey]
            )
        }
    }
}
