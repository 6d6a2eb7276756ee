import Ethereum
import EthereumRPC
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Contracts of other shapes than the reference's: those that Lilypad v0 left in the wild, and a dapp's own.
    struct OtherContractsTests {
        // MARK: Lilypad v0

        /// The old contract and a client that asks it.
        private struct Lilypad {
            let contract: Bridge
            let client: Address

            private static let ask = ABIFunction(
                "ask",
                [.address, .string, .uint(bits: 8)],
                returns: [.uint(bits: 256)]
            )

            init(on network: Network, wantsHex: Bool = false, hasRole: Bool = false) async throws {
                let receipt = try await network.requester.send(to: nil, Contracts.testBytecode("LilypadV0"))
                contract = Bridge(
                    network: network,
                    address: try #require(receipt.contractAddress),
                    startBlock: receipt.blockNumber
                )
                let argument = ABIConstructor(inputs: [ABIParameter(name: "", type: .bool)])
                let code = try await Contracts.testBytecode("LilypadV0Client") + argument.encode([.bool(wantsHex)])
                client = try #require(try await network.requester.send(to: nil, code).contractAddress)
                guard hasRole else { return }
                let grant = ABIFunction("grantRole", [.fixedBytes(32), .address])
                let role = keccak256(Array("UPGRADER_ROLE".utf8))
                try await network.requester.send(
                    to: contract.address,
                    grant.encodeCall([.fixedBytes(role.bytes), .address(network.relayer)])
                )
            }

            func ask(_ spec: String, _ type: ResultType) async throws {
                let call = try Self.ask.encodeCall([
                    .address(contract.address), .text(spec), .uint(UInt256(UInt64(type.rawValue))),
                ])
                try await contract.network.requester.send(to: client, call)
            }

            func result(_ id: UInt64) async throws -> String { try await text("results", id) }
            func failure(_ id: UInt64) async throws -> String { try await text("failures", id) }

            /// How often the client was called back for a job.
            func calls(_ id: UInt64) async throws -> UInt64? {
                let view = ABIFunction("calls", [.uint(bits: 256)], returns: [.uint(bits: 256)])
                guard case .uint(let count) = try await contract.call(view, [.uint(UInt256(id))], of: client) else {
                    return nil
                }
                return count.asUInt64
            }

            private func text(_ view: String, _ id: UInt64) async throws -> String {
                let function = ABIFunction(view, [.uint(bits: 256)], returns: [.string])
                guard case .string(let bytes) = try await contract.call(function, [.uint(UInt256(id))], of: client)
                else { return "" }
                return String(decoding: bytes, as: UTF8.self)
            }

            func program(_ keys: [String] = []) throws -> RelayerProgram {
                var settings = RelayerSettingsText()
                settings.contractKeys = ["binding: lilypad-v0-f"] + keys
                return try RelayerProgram(for: contract, settings)
            }
        }

        /// A spec of Bacalhau 0.3 whose program is one of the fixtures'.
        private func oldSpec(_ name: String) throws -> String {
            let spec = try JSONValue.parse(Array(Spec.named(name).utf8))
            let url = try #require(spec["InputSources"]?.array?.first?["Source"]?["Params"]?["URL"]?.string)
            return """
                {"Engine":"Wasm","Verifier":"Noop","PublisherSpec":{"Type":"Ipfs"},"Wasm":{"EntryModule":\
                {"StorageSource":"Inline","URL":"\(url)","path":"/main.wasm"},"EntryPoint":"_start"},"Deal":{"Concurrency":1}}
                """
        }

        /// An answer can be given as often as one likes, so being once is the relayer's work: with an empty database too.
        @Test func answersOldContractsOnce() async throws {
            let lilypad = try await Lilypad(on: Network.shared())
            let program = try lilypad.program()
            try await lilypad.ask(oldSpec("hello"), .stdout)
            try await program.whileRunning { _ in
                try await lilypad.ask(oldSpec("exit-200"), .exitCode)
                try await program.waitForStatus("both are settled") { $0["requests"]?["settled"] == 2 }
            }
            #expect(try await lilypad.result(0) == "hello\n")
            #expect(try await lilypad.result(1) == "200")

            try program.removeDatabase()
            try await program.whileRunning { _ in
                try await lilypad.ask(oldSpec("hello"), .cid)
                try await program.waitForStatus("all three are settled") { $0["requests"]?["settled"] == 3 }
            }
            #expect(try await lilypad.result(2).hasPrefix("Qm"))
            for id in [UInt64(0), 1, 2] { #expect(try await lilypad.calls(id) == 1, "job \(id)") }
            let shown = try await program.command("jobs", "show", "0", "--json").json
            #expect(shown["reason"] == "fulfilled")
            #expect(shown["settlements"]?.array?.isEmpty == true)
        }

        /// Only the role may tell of a failure: without it the request ends in the dead letter, and nothing is paid.
        @Test func tellsFailuresWhereItMay() async throws {
            let network = try Network.shared()
            let without = try await Lilypad(on: network)
            let ledger = try await Ledger(for: without.contract)
            let program = try without.program()
            try await without.ask("{\"Engine\":\"Docker\"", .stdout)
            try await program.whileRunning { _ in
                try await program.waitForStatus("it is dead") { $0["requests"]?["dead"] == 1 }
            }
            let shown = try await program.command("jobs", "show", "0", "--json").json
            #expect(shown["reason"]?.string?.contains("missing role") == true, "\(shown)")
            #expect(try await ledger.newTransactions() == 0)

            let with = try await Lilypad(on: network, hasRole: true)
            let other = try with.program()
            try await with.ask("{\"Engine\":\"Docker\"", .stdout)
            try await other.whileRunning { _ in
                try await other.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }
            }
            #expect(try await with.failure(0).hasPrefix("spec: is no JSON"))
        }

        /// It takes hex digits and nothing else, and its revert is the whole answer's.
        @Test func trimsForAClientThatWantsBareText() async throws {
            let network = try Network.shared()
            let lilypad = try await Lilypad(on: network, wantsHex: true)
            let program = try lilypad.program(["answer:", "  trim: true"])
            try await lilypad.ask(oldSpec("hex"), .stdout)
            try await program.whileRunning { _ in
                try await program.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }
            }
            #expect(try await lilypad.result(0) == "2a")
        }

        // MARK: A dapp's own

        private static let binding = """
            bindings:
              - name: oracle
                abi: Oracle.json
                request:
                  event: Asked
                  id: ticket
                  requester: query.who
                  spec: query.what.task
                  resultType: query.what.kind
                fulfill:
                  function: answer
                  arguments: [event.market, jobId, true, text, 3, '"by lilypad"']
                fail:
                  function: answer
                  arguments: [event.market, jobId, false, text, 3, '"by lilypad"']
                settled:
                  view: tickets
                  value: "#0.done"
                  open: false
            """

        /// No line of code knows this contract: its ABI and a binding in the settings do.
        @Test func answersAContractOfAnotherShape() async throws {
            let network = try Network.shared()
            let argument = ABIConstructor(inputs: [ABIParameter(name: "", type: .address)])
            let code = try await Contracts.testBytecode("Oracle") + argument.encode([.address(network.relayer)])
            let receipt = try await network.requester.send(to: nil, code)
            let oracle = Bridge(
                network: network,
                address: try #require(receipt.contractAddress),
                startBlock: receipt.blockNumber
            )
            var settings = RelayerSettingsText()
            settings.contractKeys = ["binding: oracle"]
            settings.more = Self.binding
            let program = try RelayerProgram(for: oracle, settings)
            try program.write(try await Contracts.testArtifact("Oracle"), to: "Oracle.json")
            let checked = try await program.command("config", "check")
            #expect(checked.status == 0, "\(checked.errors)")

            let ask = ABIFunction("ask", [.bytes, .uint(bits: 8), .fixedBytes(32)])
            for (spec, kind) in [(try Spec.named("hello"), 1), (try Spec.named("trap"), 1), ("{}", 1)] {
                let call = try ask.encodeCall([
                    .bytes(Array(spec.utf8)), .uint(UInt256(UInt64(kind))),
                    .fixedBytes(keccak256(Array(spec.utf8)).bytes),
                ])
                try await network.requester.send(to: oracle.address, call)
            }
            try await program.whileRunning { _ in
                try await program.waitForStatus("all are settled") { $0["requests"]?["settled"] == 3 }
            }

            let closed = ABIEvent(
                name: "Closed",
                inputs: [
                    ABIParameter(name: "", type: .uint(bits: 64), indexed: true), ABIParameter(name: "", type: .bool),
                    ABIParameter(name: "", type: .bytes),
                ]
            )
            let filter = LogFilter(
                addresses: [oracle.address],
                topics: [[closed.topic]],
                blocks: .range(from: oracle.startBlock, to: try await network.client.blockNumber())
            )
            var answers: [UInt64: (good: Bool, text: String)] = [:]
            for log in try await network.client.logs(filter).logs {
                let values = try closed.decode(topics: log.topics, data: log.data)
                guard case .uint(let ticket) = values[0], case .bool(let good) = values[1],
                    case .bytes(let data) = values[2]
                else { continue }
                #expect(answers[ticket.asUInt64 ?? 0] == nil)
                answers[ticket.asUInt64 ?? 0] = (good, String(decoding: data, as: UTF8.self))
            }
            #expect(answers.count == 3)
            #expect(answers[1]?.good == true && answers[1]?.text == "hello\n")
            #expect(answers[2]?.good == false && answers[2]?.text.contains("unreachable") == true)
            #expect(answers[3]?.good == false && answers[3]?.text.contains("\"Engine\" is missing") == true)
        }
    }
}
