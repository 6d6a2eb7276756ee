import Ethereum
import EthereumRPC
import JSON
import Testing

/// The real client over what real nodes answered.
@Suite(.timeLimit(.minutes(1)))
struct TranscriptReplayTests {
    private static let contract = Address(hex: "0xcf75462c9e7fff4eeb0c50185087a0fb9a056d2b")
    private static let transaction = Hash32(hex: "0x615ac55f82d839b18bc2d6d880939e27f606bb201780a01e456abd878ecee264")

    // MARK: The chain

    @Test
    func readsWhatGethSaysOfItself() async throws {
        let chain = try Transcript("geth/chain")
        let id = try #require(chain.calls("eth_chainId").first)
        let version = try #require(chain.calls("web3_clientVersion").first)
        let number = try #require(chain.calls("eth_blockNumber").first)

        #expect(try await EthereumClient.replaying(id).chainID() == 1337)
        #expect(
            try await EthereumClient.replaying(version).clientVersion() == "Geth/v1.17.10-stable/linux-amd64/go1.26.8"
        )
        #expect(try await EthereumClient.replaying(number).blockNumber() == 1)
    }

    @Test(arguments: ["geth/chain", "anvil/chain"])
    func readsTheLatestHeader(name: String) async throws {
        let step = try #require(Transcript(name).calls("eth_getBlockByNumber").first)
        let expected = try #require(step.body["result"])
        let header = try #require(await EthereumClient.replaying(step).header(at: .latest))

        #expect(header.hash.hex == expected["hash"]?.string)
        #expect(header.parentHash.hex == expected["parentHash"]?.string)
        #expect(header.baseFeePerGas?.hexQuantity == expected["baseFeePerGas"]?.string)
        #expect(UInt256(header.timestamp).hexQuantity == expected["timestamp"]?.string)
        #expect(UInt256(header.gasLimit).hexQuantity == expected["gasLimit"]?.string)
        #expect(UInt256(header.gasUsed).hexQuantity == expected["gasUsed"]?.string)
        #expect(header.number == 1)
    }

    @Test
    func aBlockThatIsNotThereIsNone() async throws {
        let chain = try Transcript("geth/chain")
        let byNumber = try #require(chain.calls("eth_getBlockByNumber").last)
        let byHash = try #require(chain.calls("eth_getBlockByHash").first)

        #expect(try await EthereumClient.replaying(byNumber).header(at: .number(0xff_ffff)) == nil)
        #expect(try await EthereumClient.replaying(byHash).header(at: .hash(.zero)) == nil)
    }

    @Test
    func aTagWithoutABlockIsNone() async throws {
        let steps = try Transcript("geth/chain").calls("eth_getBlockByNumber")
        let safe = try #require(steps.first { $0.parameters.first == "safe" })
        let finalized = try #require(steps.first { $0.parameters.first == "finalized" })

        #expect(try await EthereumClient.replaying(safe).header(at: .safe) == nil)
        #expect(try await EthereumClient.replaying(finalized).header(at: .finalized) == nil)
        await #expect(throws: RPCError.self) { try await EthereumClient.replaying(safe).header(at: .latest) }
    }

    @Test
    func aPendingBlockIsNoHeader() async throws {
        let steps = try Transcript("geth/chain").calls("eth_getBlockByNumber")
        let pending = try #require(steps.first { $0.parameters.first == "pending" })
        let error = await #expect(throws: RPCError.self) {
            try await EthereumClient.replaying(pending).header(at: .pending)
        }
        #expect(error?.kind == .malformed("bad hash"))
    }

    @Test
    func readsTheStateOfAccounts() async throws {
        let chain = try Transcript("geth/chain")
        let account = try #require(Address(hex: "0xe05fcC23807536bEe418f142D19fa0d21BB0cfF7"))
        let codes = chain.calls("eth_getCode")
        let balance = try #require(chain.calls("eth_getBalance").first)
        let count = try #require(chain.calls("eth_getTransactionCount").last)

        #expect(
            try await EthereumClient.replaying(balance).balance(of: account).hexQuantity == "0x21e19def0f84f201c40"
        )
        #expect(try await EthereumClient.replaying(count).transactionCount(of: account, at: .pending) == 1)
        #expect(try await EthereumClient.replaying(#require(codes.last)).code(at: account).isEmpty)
    }

    @Test(arguments: ["geth/chain", "anvil/chain"])
    func quotesTheFees(name: String) async throws {
        let chain = try Transcript(name)
        let block = try #require(chain.calls("eth_getBlockByNumber").first).body["result"] ?? .null
        let tip = try #require(chain.calls("eth_maxPriorityFeePerGas").first).body["result"] ?? .null
        let client = EthereumClient(
            transport: ScriptedTransport { request in
                request["method"] == "eth_maxPriorityFeePerGas"
                    ? .result(tip, to: request) : .result(block, to: request)
            },
            endpoint: EthereumEndpoint("http://h")
        )
        let quote = try await client.feeQuote()

        #expect(quote.maxPriorityFeePerGas == 1_000_000_000)
        #expect(quote.baseFeePerGas?.hexQuantity == block["baseFeePerGas"]?.string)
        #expect(quote.blockNumber == 1)
    }

    @Test
    func takesTheTipFromTheFeeHistoryWhereThereIsNoOtherWay() async throws {
        let chain = try Transcript("geth/chain")
        let block = try #require(chain.calls("eth_getBlockByNumber").first).body["result"] ?? .null
        let history = try #require(chain.calls("eth_feeHistory").first).body["result"] ?? .null
        let client = EthereumClient(
            transport: ScriptedTransport { request in
                switch request["method"] {
                case "eth_maxPriorityFeePerGas": .refusal(-32601, "Method not found", to: request)
                case "eth_feeHistory": .result(history, to: request)
                default: .result(block, to: request)
                }
            },
            endpoint: EthereumEndpoint("http://h")
        )
        #expect(try await client.feeQuote().maxPriorityFeePerGas == 1_000_000_000)
    }

    // MARK: Logs

    @Test
    func readsLogsOfARangeAndOfABlock() async throws {
        let logs = try Transcript("geth/logs").calls("eth_getLogs")
        let contract = try #require(Self.contract)
        for step in logs.prefix(2) {
            let filter = LogFilter(addresses: [contract], topics: [], from: 0, to: 2)
            let batch = try await EthereumClient.replaying(step).logs(filter)

            #expect(batch.malformed.isEmpty)
            #expect(batch.logs.map(\.logIndex) == [0, 1])
            for (log, expected) in zip(batch.logs, step.body["result"]?.array ?? []) {
                #expect(log.address == contract)
                #expect(log.topics.map(\.hex) == expected["topics"]?.array?.compactMap(\.string))
                #expect("0x" + Hex.encode(log.data) == expected["data"]?.string)
                #expect(log.blockHash.hex == expected["blockHash"]?.string)
                #expect(log.transactionHash == Self.transaction)
                #expect(log.blockNumber == 2 && log.transactionIndex == 0 && !log.removed)
            }
        }
        let empty = try await EthereumClient.replaying(#require(logs.last)).logs(
            LogFilter(addresses: [], topics: [], from: 0, to: 1)
        )
        #expect(empty == LogBatch())
    }

    @Test
    func readsAReceiptWithItsLogs() async throws {
        let step = try #require(Transcript("geth/logs").calls("eth_getTransactionReceipt").first)
        let transaction = try #require(Self.transaction)
        let receipt = try #require(await EthereumClient.replaying(step).receipt(of: transaction))

        #expect(receipt.succeeded)
        #expect(receipt.gasUsed == 0xc484)
        #expect(receipt.effectiveGasPrice == 0x695c_1d4a)
        #expect(receipt.contractAddress == nil)
        #expect(receipt.blockNumber == 2)
        #expect(receipt.logs.count == 2)
    }

    @Test
    func aReceiptOfARevertedTransactionIsNoSuccess() async throws {
        let step = try #require(Transcript("geth/send").calls("eth_getTransactionReceipt").last)
        let hash = try #require(Hash32(hex: "0x52041b45298012807cb1c7383849398b49721dd50f66c396c5ec93984f8853eb"))
        #expect(try await EthereumClient.replaying(step).receipt(of: hash)?.succeeded == false)
    }

    @Test
    func knowsWhereATransactionStands() async throws {
        let pendingHash = try #require(
            Hash32(hex: "0x27354809c78a5eda5380219c32996e626e764f487f97743bfd35b9e08f2782dd")
        )
        let steps = try Transcript("geth/send").calls("eth_getTransactionByHash")
        let mined = try #require(Transcript("geth/logs").calls("eth_getTransactionByHash").first)
        let transaction = try #require(Self.transaction)
        let block = try #require(
            Hash32(hex: "0x53407007fd1d3cef34bed73466c388775301a329c7f4ad83f9fbbca8993a1494")
        )

        #expect(try await EthereumClient.replaying(steps[0]).presence(of: pendingHash) == .pending)
        #expect(try await EthereumClient.replaying(steps[1]).presence(of: pendingHash) == .unknown)
        #expect(
            try await EthereumClient.replaying(mined).presence(of: transaction)
                == .mined(blockNumber: 2, blockHash: block)
        )
    }

    // MARK: Calls

    @Test(arguments: ["geth/calls", "anvil/calls"])
    func aRevertCarriesItsData(name: String) async throws {
        let steps = try Transcript(name).steps.filter { $0.body["error"]?["code"]?.int64 == 3 }
        #expect(!steps.isEmpty)
        for step in steps where step.body["error"]?["data"]?.string?.hasSuffix("characters)") == false {
            let error = await #expect(throws: RPCError.self) {
                if step.method == "eth_call" {
                    _ = try await EthereumClient.replaying(step).call(CallRequest(to: .zero))
                } else {
                    _ = try await EthereumClient.replaying(step).estimateGas(CallRequest(to: .zero))
                }
            }
            #expect(
                error?.revertData.map { "0x" + Hex.encode($0) } == step.body["error"]?["data"]?.string,
                "\(step.note)"
            )
            #expect(error?.outcomeUnknown == false)
        }
    }

    @Test(arguments: ["geth/calls", "anvil/calls"])
    func aCallThatFailsOtherwiseIsNoRevert(name: String) async throws {
        let steps = try Transcript(name).steps.filter { step in
            step.refusal != nil && step.body["error"]?["code"]?.int64 != 3
        }
        #expect(!steps.isEmpty)
        for step in steps {
            let error = await #expect(throws: RPCError.self) {
                try await EthereumClient.replaying(step).call(CallRequest(to: .zero))
            }
            #expect(error?.revertData == nil, "\(step.note)")
        }
    }

    @Test
    func readsWhatACallReturns() async throws {
        let steps = try Transcript("geth/calls").calls("eth_call").filter { $0.refusal == nil }
        #expect(steps.count >= 3)
        for step in steps {
            let bytes = try await EthereumClient.replaying(step).call(CallRequest(to: .zero))
            #expect("0x" + Hex.encode(bytes) == step.body["result"]?.string)
        }
    }

    // MARK: Sending

    @Test(arguments: ["geth/send", "anvil/send"])
    func takesTheHashOfWhatWasSent(name: String) async throws {
        let accepted = try Transcript(name).calls("eth_sendRawTransaction").filter { $0.refusal == nil }
        #expect(!accepted.isEmpty)
        for step in accepted {
            let raw = try #require(step.parameters.first?.string.flatMap { Hex.decode($0) })
            let hash = try await EthereumClient.replaying(step).send(raw: raw)
            #expect(hash.hex == step.body["result"]?.string)
        }
    }

    @Test
    func doesNotBelieveAnotherHash() async throws {
        let step = try #require(Transcript("geth/send").calls("eth_sendRawTransaction").first)
        let error = await #expect(throws: RPCError.self) {
            try await EthereumClient.replaying(step).send(raw: [1, 2, 3])
        }
        #expect(error?.kind == .malformed("another hash than that of the bytes sent"))
        #expect(error?.outcomeUnknown == true)
    }

    // MARK: The protocol

    @Test(arguments: ["geth/protocol", "anvil/protocol"])
    func everyRefusalKeepsCodeAndText(name: String) async throws {
        for step in try Transcript(name).steps where step.refusal != nil {
            let error = await #expect(throws: RPCError.self) {
                try await EthereumClient.replaying(step).blockNumber()
            }
            let code = try #require(step.body["error"]?["code"]?.int64)
            #expect(error?.kind == .server(code: code, message: step.refusal ?? "", data: nil), "\(step.note)")
        }
    }

    @Test
    func anAnswerOfAnotherContentTypeIsAnHTTPFailure() async throws {
        let step = try #require(Transcript("geth/protocol").steps.first { $0.status == 415 })
        let client = EthereumClient.answering(step.body.string ?? "", status: 415)
        let error = await #expect(throws: RPCError.self) { try await client.chainID() }
        #expect(
            error?.kind
                == .http(status: 415, excerpt: "invalid content type, only application/json is supported ")
        )
    }
}
