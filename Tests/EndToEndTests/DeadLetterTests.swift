import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// What cannot be answered on chain waits in the dead letter until an operator has decided.
    struct DeadLetterTests {
        /// The contract's owner gives the account its role, or takes it away.
        private func allow(_ bridge: Bridge, _ mayAnswer: Bool) async throws {
            let function = ABIFunction("setRelayer", [.address, .bool])
            try await bridge.network.requester.send(
                to: bridge.address,
                function.encodeCall([.address(bridge.network.relayer), .bool(mayAnswer)])
            )
        }

        @Test func takesUpWhatDiedForWantOfARoleAndClosesTheRest() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try await program.whileRunning { _ in
                try await allow(bridge, false)
                for name in ["one", "two"] { try await bridge.request(Spec.greeting(name), .stdout) }
                try await program.waitForStatus("both are dead") { $0["requests"]?["dead"] == 2 }

                let listed = try await program.command("jobs", "--state", "dead")
                #expect(listed.output.contains("s ago") && listed.output.contains("revert"), "\(listed.output)")
                let status = try await program.command("status")
                #expect(status.output.contains("2 dead, 0 dropped"), "\(status.output)")
                #expect(status.output.contains("jobs drop ID --reason"), "\(status.output)")

                let dropped = try await program.command("jobs", "drop", "1", "--reason", "nobody needs it")
                #expect(dropped.status == 0, "\(dropped.errors)")
                #expect(dropped.output.contains("(job 1) is closed for good: dropped"), "\(dropped.output)")
                let again = try await program.command("jobs", "drop", "1", "--reason", "nobody needs it")
                #expect(again.status == 1 && again.errors.contains("is dropped, not dead"), "\(again.errors)")
                let shown = try await program.command("jobs", "show", "1", "--json").json
                #expect(shown["state"] == "dropped")
                #expect(shown["reason"]?.string?.hasPrefix("nobody needs it (by ") == true, "\(shown)")
                #expect(shown["history"]?.array?.last?["event"] == "dropped")

                try await allow(bridge, true)
                let retried = try await program.command("jobs", "retry", "2", "--json")
                #expect(retried.status == 0, "\(retried.errors)")
                let outcome = try retried.json
                #expect(outcome["done"] == true && outcome["running"] == true, "\(retried.output)")
                let answers = try await bridge.waitForAnswers(to: [2])
                #expect(answers[2]?.content == .result("hello two\n"))
                try await program.waitForStatus("one is settled, one is dropped") {
                    $0["requests"]?["settled"] == 1 && $0["requests"]?["dropped"] == 1 && $0["requests"]?["dead"] == 0
                }
                let settled = try await program.command("jobs", "retry", "2")
                #expect(settled.status == 1 && settled.errors.contains("is settled, not dead"), "\(settled.errors)")
            }

            // Nobody is there to do it, so nobody waits; given twice it is done once, by the next run.
            for _ in 0..<2 {
                let noted = try await program.command("jobs", "retry", "1")
                #expect(noted.status == 0 && noted.output.contains("no relayer is running"), "\(noted.output)")
            }
            #expect(try await program.command("status", "--json").json["openInstructions"] == 1)
            try await program.whileRunning { _ in
                #expect(try await bridge.waitForAnswers(to: [1])[1]?.content == .result("hello one\n"))
                try await program.waitForStatus("both are settled") { $0["requests"]?["settled"] == 2 }
            }
        }

        @Test func saysWhatItCannotDo() async throws {
            let program = try RelayerProgram(for: try await Bridge.deploy(on: Network.shared()))
            try await program.whileRunning { _ in }

            let unknown = try await program.command("jobs", "drop", "99", "--reason", "spam")
            #expect(unknown.status == 1 && unknown.errors.contains("no request 99"), "\(unknown.errors)")
            for reason in [
                [], ["--reason", ""], ["--reason", "  "], ["--reason", String(repeating: "x", count: 1_001)],
            ] {
                let outcome = try await program.command(words: ["jobs", "drop", "1"] + reason)
                #expect(outcome.status == 2 && outcome.errors.contains("--reason"), "\(outcome.errors)")
            }
        }
    }
}
