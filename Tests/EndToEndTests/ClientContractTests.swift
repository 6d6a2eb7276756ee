import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Contracts that ask, and what their callbacks do to the answer.
    struct ClientContractTests {
        @Test func bringsTheAnswerIntoTheAskingContract() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let client = try await client("ExampleClient", of: bridge, Contracts.bytecode("ExampleClient"))
            try await program.whileRunning { _ in
                let hello = try await ask(client, bridge, Spec.named("hello"), .stdout)
                let trap = try await ask(client, bridge, Spec.named("trap"), .stdout)

                let answers = try await bridge.waitForAnswers(to: [hello, trap])

                #expect(answers[hello]?.callbackSucceeded == true)
                #expect(answers[trap]?.callbackSucceeded == true)
                #expect(try await stored("answers", hello, client, bridge) == "hello\n")
                #expect(try await stored("failures", trap, client, bridge).contains("unreachable"))
            }
        }

        /// What `HostileClient` does when it is called back, and how long the result is.
        ///
        /// Bacalhau cuts the one of 8,192 bytes to 2,048; that the contract takes 8,192 is tested with the contract itself.
        @Test(arguments: [
            (0 as UInt64, "bytes-0", true), (0, "bytes-2048", true), (0, "bytes-8192", true), (1, "bytes-2048", false),
            (2, "bytes-0", false), (2, "bytes-2048", false), (2, "bytes-8192", false), (4, "bytes-2048", false),
        ])
        func settlesWhateverTheClientDoes(behaviour: UInt64, spec: String, succeeds: Bool) async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            let client = try await client("HostileClient", of: bridge, Contracts.testBytecode("HostileClient"))
            let behave = try ABIFunction("behave", [.uint(bits: 256)]).encodeCall([.uint(UInt256(behaviour))])
            try await network.requester.send(to: client, behave)
            try await program.whileRunning { _ in
                let job = try await ask(client, bridge, Spec.named(spec), .stdout)

                let answer = try await bridge.waitForAnswers(to: [job])[job]

                let text = String(repeating: "a", count: spec == "bytes-0" ? 0 : 2_048)
                #expect(answer?.content == .result(text + (spec == "bytes-8192" ? "…" : "")))
                #expect(answer?.callbackSucceeded == succeeds)
                try await ledger.expectOnce([job])
                try await program.waitForStatus("the request is settled") { $0["requests"]?["settled"] == 1 }
                let shown = try await program.command("jobs", "show", "\(job)", "--json").json
                let settlement = shown["settlements"]?.array?.first
                #expect(settlement?["callbackSucceeded"] == .bool(succeeds))
                #expect(shown["answer"]?["truncated"] == .bool(spec == "bytes-8192"))
            }
        }

        private func client(_ name: String, of bridge: Bridge, _ bytecode: [UInt8]) async throws -> Address {
            let argument = ABIConstructor(inputs: [ABIParameter(name: "", type: .address)])
            let code = try bytecode + argument.encode([.address(bridge.address)])
            return try #require(try await bridge.network.requester.send(to: nil, code).contractAddress, "\(name)")
        }

        private func ask(
            _ client: Address,
            _ bridge: Bridge,
            _ spec: String,
            _ type: ResultType
        ) async throws -> UInt64 {
            let call = try ABIFunction("ask", [.string, .uint(bits: 8)])
                .encodeCall([.string(Array(spec.utf8)), .uint(UInt256(UInt64(type.rawValue)))])
            return try await bridge.requests(to: client, call, wei: Bridge.fee)[0]
        }

        private func stored(
            _ variable: String,
            _ job: UInt64,
            _ client: Address,
            _ bridge: Bridge
        ) async throws -> String {
            let view = ABIFunction(variable, [.uint(bits: 256)], returns: [.string])
            guard case .string(let text) = try await bridge.call(view, [.uint(UInt256(job))], of: client) else {
                return ""
            }
            return String(decoding: text, as: UTF8.self)
        }
    }
}
