import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// Logs that no honest contract emits.
    struct DamagedLogTests {
        @Test func failsDamagedRequestsOnChainAndKeepsWhatIsNone() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network, bytecode: Contracts.testBytecode("MalformedBridge"))
            let program = try RelayerProgram(for: bridge)
            let before = try await bridge.request(Spec.greeting("before"), .stdout)
            var damaged: [UInt64] = []
            for data in try Self.damagedData() { damaged.append(try await requestRaw(data, bridge)) }
            try await logWithoutJob(bridge)
            let after = try await bridge.request(Spec.greeting("after"), .stdout)
            try await program.whileRunning { _ in
                let answers = try await bridge.waitForAnswers(to: [before, after] + damaged)

                #expect(answers[before]?.content == .result("hello before\n"))
                #expect(answers[after]?.content == .result("hello after\n"))
                for job in damaged {
                    guard case .failure(let reason)? = answers[job]?.content else {
                        Issue.record("job \(job): \(String(describing: answers[job]))")
                        continue
                    }
                    #expect(!reason.isEmpty)
                }
                let rejected = try await program.command("jobs", "--rejected", "--json").jsonLines
                #expect(rejected.count == 1)
                #expect(rejected.first?["reason"]?.string?.isEmpty == false)
                #expect(rejected.first?["bytes"]?.string?.hasPrefix("0x") == true)
                let status = try await program.command("status", "--json").json
                #expect(status["rejectedLogs"] == 1)
                let shown = try await program.command("jobs", "--rejected")
                #expect(shown.status == 0)
                #expect(shown.output.hasPrefix("block "))
            }
        }

        /// The data of a request that is sound in address, topics and id, each damaged in its own way.
        private static func damagedData() throws -> [[UInt8]] {
            let types: [ABIType] = [.string, .uint(bits: 8)]
            let sound = Array(
                try ABIFunction("f", types).encodeCall([.string(Array("{}".utf8)), .uint(UInt256(1))]).dropFirst(4)
            )
            let huge = [UInt8](repeating: 0xff, count: 32)
            let noText = try ABIFunction("f", types).encodeCall([.string([0xff, 0xfe, 0x22]), .uint(UInt256(1))])
            return [
                [], Array(sound.prefix(70)), huge + sound.dropFirst(32),
                Array(sound.prefix(64)) + huge + sound.dropFirst(96), Array(noText.dropFirst(4)),
            ]
        }

        private func requestRaw(_ data: [UInt8], _ bridge: Bridge) async throws -> UInt64 {
            let call = try ABIFunction("requestRaw", [.bytes, .uint(bits: 8)]).encodeCall([
                .bytes(data), .uint(UInt256(1)),
            ])
            return try await bridge.requests(to: bridge.address, call, wei: 0)[0]
        }

        /// A log of the request's kind without its other topics: nobody can say which job it asks for.
        private func logWithoutJob(_ bridge: Bridge) async throws {
            let call = try ABIFunction("log1", [.fixedBytes(32), .bytes])
                .encodeCall([.fixedBytes(JobBridgeABI.requested.topic.bytes), .bytes([1, 2, 3])])
            try await bridge.network.requester.send(to: bridge.address, call)
        }
    }
}
