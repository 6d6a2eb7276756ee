import Ethereum
import JSON
import RelayTestSupport
import Testing
import Transport

/// What it answers is held against the recordings of a real geth.
@Suite(.timeLimit(.minutes(1)))
struct FakeChainTests {
    private let time = ManualTime()
    private let relayer = TestAccount(seed: 1)
    private let chain: FakeChain

    init() {
        chain = FakeChain(time: time, relayers: [relayer.address])
    }

    // MARK: - Requests

    @Test func requestLeavesATrueLog() async throws {
        let request = chain.request(spec: "{}", resultType: 2)

        let logs = try await chain.result("eth_getLogs", [["fromBlock": "0x0", "toBlock": "latest"]]).array ?? []

        let log = try #require(logs.first)
        let topics = try #require(log["topics"]?.array?.compactMap { $0.string.flatMap { Hash32(hex: $0) } })
        let data = try #require(log["data"]?.string.flatMap { Hex.decode($0) })
        let values = try JobBridgeABI.requested.decode(topics: topics, data: data)
        #expect(values == [.uint(1), .address(chain.requester.address), .text("{}"), .uint(2)])
        #expect(request.jobID == 1)
        #expect(request.requestHash == keccak256(chain.bridge.bytes + topics.flatMap(\.bytes) + data))
        #expect(chain.state.job(1)?.requestHash == request.requestHash)
        #expect(logs.count == 1)
    }

    @Test func severalRequestsShareATransaction() {
        let requests = chain.requests(specs: ["a", "b", "c"])

        #expect(requests.map(\.jobID) == [1, 2, 3])
        #expect(Set(requests.map(\.transactionHash)).count == 1)
        #expect(Set(requests.map(\.requestHash)).count == 3)
        #expect(chain.logs(of: requests[0].transactionHash).map(\.logIndex) == [0, 1, 2])
    }

    @Test func pendingRequestsBecomeRealWhenMined() {
        let hash = chain.submitRequests(specs: ["a"])
        #expect(chain.requests(in: hash).isEmpty)

        chain.mine()

        #expect(chain.requests(in: hash).map(\.jobID) == [1])
    }

    @Test(arguments: LogDamage.allCases)
    func damagedLogsAreDamagedAndKnownByTheirHash(damage: LogDamage) throws {
        let request = chain.emitDamagedLog(damage)

        let log = try #require(chain.logs(of: request.transactionHash).first)
        let values = try? JobBridgeABI.requested.decode(topics: log.topics, data: log.data)
        if damage == .specNotUTF8 {
            #expect(values?[2] == .string([0x7b, 0xff, 0xfe, 0x7d]))
        } else {
            #expect(values == nil)
        }
        #expect(request.requestHash == log.contentHash)
        #expect(chain.state.job(request.jobID)?.requestHash == (damage == .missingTopic ? nil : request.requestHash))
    }

    // MARK: - Settling

    @Test func settlementIsMinedAndCounted() async throws {
        let request = chain.request(spec: "{}")
        let signed = try fulfill(request, "hello\n", nonce: 0)

        #expect(try await chain.send(raw: signed) == .string(signed.hash.hex))
        #expect(try await chain.receipt(signed.hash) == .null)
        chain.mine()

        let receipt = try await chain.receipt(signed.hash)
        #expect(receipt["status"] == "0x1")
        #expect(receipt["blockNumber"] == "0x2")
        #expect(receipt["from"] == .string(relayer.address.hex))
        #expect(chain.state(of: request.jobID) == .fulfilled)
        #expect(chain.answers == [1: .fulfilled(resultType: 1, result: "hello\n")])
        #expect(chain.effectiveSettlements(of: 1).map(\.transactionHash) == [signed.hash])
        #expect(try await chain.result("eth_getTransactionCount", [.string(relayer.address.hex), "latest"]) == "0x1")
    }

    @Test func secondSettlementRevertsOnChain() async throws {
        let request = chain.request(spec: "{}")
        let first = try fulfill(request, "a", nonce: 0)
        let second = try fulfill(request, "a", nonce: 1)
        _ = try await chain.send(raw: first)
        _ = try await chain.send(raw: second)

        chain.mine()

        #expect(try await chain.receipt(second.hash)["status"] == "0x0")
        #expect(chain.effectiveSettlements(of: 1).count == 1)
        #expect(chain.revertedTransactions(of: relayer.address).map(\.reason) == ["not open"])
    }

    @Test func failureCarriesItsReason() async throws {
        let request = chain.request(spec: "{}")
        let hash = ABIValue.fixedBytes(request.requestHash.bytes)
        let signed = try sign(JobBridgeABI.fail.encodeCall([.uint(1), hash, .text("trap")]), nonce: 0)

        _ = try await chain.send(raw: signed)
        chain.mine()

        #expect(chain.answers == [1: .failed(reason: "trap")])
        #expect(chain.state(of: 1) == .failed)
    }

    @Test func simulationTellsTheReasonAsGethDoes() async throws {
        let request = chain.request(spec: "{}")
        chain.settleByOthers(request.jobID)
        let data = try fulfillCall(request, "a")
        let call: JSONValue = [
            "from": .string(relayer.address.hex), "to": .string(chain.bridge.hex),
            "data": .string("0x" + Hex.encode(data)),
        ]

        for method in ["eth_call", "eth_estimateGas"] {
            let error = try await chain.error(method, [call])
            #expect(error["code"] == 3)
            #expect(error["message"] == "execution reverted: not open")
            let revert = try #require(error["data"]?.string.flatMap { Hex.decode($0) })
            #expect(RevertReason.decode(revert) == "not open")
        }
    }

    @Test(arguments: [
        ("another request", UInt64(1), UInt64(1), UInt8(1)), ("another result type", 1, 0, 3), ("not open", 9, 0, 1),
    ])
    func contractRefuses(reason: String, jobID: UInt64, hashChange: UInt64, type: UInt8) async throws {
        let request = chain.request(spec: "{}")
        var hash = request.requestHash.bytes
        hash[0] ^= UInt8(hashChange)
        let values: [ABIValue] = [
            .uint(UInt256(jobID)), .fixedBytes(hash), .uint(UInt256(UInt64(type))), .text("a"),
        ]

        let signed = try sign(JobBridgeABI.fulfill.encodeCall(values), nonce: 0)
        _ = try await chain.send(raw: signed)
        chain.mine()

        #expect(chain.revertedTransactions(of: relayer.address).map(\.reason) == [reason])
        #expect(chain.state(of: 1) == .requested)
    }

    @Test func strangersMayNotSettle() async throws {
        let request = chain.request(spec: "{}")
        chain.setRelayer(relayer.address, false)

        _ = try await chain.send(raw: try fulfill(request, "a", nonce: 0))
        chain.mine()

        #expect(chain.revertedTransactions(of: relayer.address).map(\.reason) == ["not a relayer"])
    }

    @Test func requesterCancelsOnlyInTime() {
        chain.request(spec: "{}")
        chain.cancel(1)
        #expect(chain.state(of: 1) == .requested)

        chain.mine(50)
        chain.cancel(1)

        #expect(chain.state(of: 1) == .cancelled)
    }

    @Test func burningClientNeedsTheGuardsGasAndFails() async throws {
        chain.setClient(chain.requester.address, .burnsAllGas)
        let request = chain.request(spec: "{}")
        let data = try fulfillCall(request, "a")
        let call: JSONValue = [
            "from": .string(relayer.address.hex), "to": .string(chain.bridge.hex),
            "data": .string("0x" + Hex.encode(data)),
        ]
        let text = try await chain.result("eth_estimateGas", [call]).string
        let estimate = try #require(text.flatMap { UInt256(hexQuantity: $0)?.asUInt64 })

        _ = try await chain.send(raw: try sign(data, nonce: 0, gasLimit: estimate - 1))
        chain.mine()
        #expect(chain.revertedTransactions(of: relayer.address).map(\.reason) == ["gas too low for the callback"])

        _ = try await chain.send(raw: try sign(data, nonce: 1, gasLimit: estimate))
        chain.mine()
        #expect(chain.effectiveSettlements(of: 1).map(\.callbackSucceeded) == [false])
    }

    // MARK: - The pool

    @Test func poolSpeaksAsGethDoes() async throws {
        let request = chain.request(spec: "{}")
        let first = try fulfill(request, "a", nonce: 0)
        _ = try await chain.send(raw: first)

        #expect(try await chain.sendError(first) == "already known")
        let little = try fulfill(request, "a", nonce: 0, maxFee: 3_299_999_999, tip: 1_100_000_000)
        #expect(try await chain.sendError(little) == "replacement transaction underpriced")
        let onlyOne = try fulfill(request, "a", nonce: 0, maxFee: 4_000_000_000)
        #expect(try await chain.sendError(onlyOne) == "replacement transaction underpriced")
        let raised = try fulfill(request, "a", nonce: 0, maxFee: 3_300_000_000, tip: 1_100_000_000)
        #expect(try await chain.send(raw: raised) == .string(raised.hash.hex))
        #expect(try await chain.result("eth_getTransactionByHash", [.string(first.hash.hex)]) == .null)
        chain.mine()
        #expect(try await chain.sendError(first) == "nonce too low: next nonce 1, tx nonce 0")
        #expect(try await chain.receipt(first.hash) == .null)
        #expect(try await chain.receipt(raised.hash)["status"] == "0x1")
    }

    @Test func poolRefusesAsGethDoes() async throws {
        let request = chain.request(spec: "{}")
        let data = try fulfillCall(request, "a")

        #expect(
            try await chain.sendError(sign(data, nonce: 0, gasLimit: 20_000))
                .hasPrefix("intrinsic gas too low: gas 20000, minimum needed ")
        )
        #expect(try await chain.sendError(sign(data, nonce: 0, gasLimit: 30_000_001)) == "exceeds block gas limit")
        #expect(
            try await chain.sendError(sign(data, nonce: 0, maxFee: 1, tip: 2))
                == "max priority fee per gas higher than max fee per gas"
        )
        #expect(
            try await chain.sendError(sign(data, nonce: 0, chainID: 1))
                == "invalid sender: invalid chain id for signer: have 1 want 1337"
        )
        #expect(
            try await chain.sendError(sign(data, nonce: 0, gasLimit: 1_000_000, maxFee: 10_000_000_000_000))
                == "tx fee (10.00 ether) exceeds the configured cap (1.00 ether)"
        )
        chain.setBalance(relayer.address, 5)
        #expect(
            try await chain.sendError(sign(data, nonce: 0, gasLimit: 100_000))
                == "insufficient funds for gas * price + value: balance 5, tx cost 300000000000000, "
                + "overshot 299999999999995"
        )
    }

    @Test func gapsAndLowFeesWait() async throws {
        let request = chain.request(spec: "{}")
        let later = try fulfill(request, "a", nonce: 1)
        _ = try await chain.send(raw: later)
        chain.mine()
        #expect(chain.pooled(of: relayer.address) == [later])
        #expect(try await chain.result("eth_getTransactionCount", [.string(relayer.address.hex), "pending"]) == "0x0")

        _ = try await chain.send(raw: try fulfill(request, "b", nonce: 0, maxFee: 1, tip: 1))
        chain.mine()
        #expect(chain.minedCount(of: relayer.address) == 0)
        #expect(try await chain.result("eth_getTransactionCount", [.string(relayer.address.hex), "pending"]) == "0x2")

        chain.setFees(base: 1, tip: 1)
        chain.mine()
        #expect(chain.minedCount(of: relayer.address) == 2)
    }

    @Test func evictedTransactionsAreUnknown() async throws {
        let request = chain.request(spec: "{}")
        let signed = try fulfill(request, "a", nonce: 0)
        _ = try await chain.send(raw: signed)

        chain.evictMempool()
        chain.mine()

        #expect(chain.state(of: 1) == .requested)
        #expect(try await chain.result("eth_getTransactionByHash", [.string(signed.hash.hex)]) == .null)
        #expect(try await chain.send(raw: signed) == .string(signed.hash.hex))
    }

    @Test func minesWithEachSubmission() async throws {
        let request = chain.request(spec: "{}")
        chain.setMining(.onSubmit)

        let signed = try fulfill(request, "a", nonce: 0)
        _ = try await chain.send(raw: signed)

        #expect(try await chain.receipt(signed.hash)["status"] == "0x1")
    }

    @Test func receiptsComeLate() async throws {
        let request = chain.request(spec: "{}")
        chain.delayReceipts(blocks: 2)
        let signed = try fulfill(request, "a", nonce: 0)
        _ = try await chain.send(raw: signed)

        chain.mine(2)
        #expect(try await chain.receipt(signed.hash) == .null)
        chain.mine()
        #expect(try await chain.receipt(signed.hash)["status"] == "0x1")
        chain.hideReceipts(true)
        #expect(try await chain.receipt(signed.hash) == .null)
    }

    // MARK: - Reorgs

    @Test func reorgGivesTheJobIDToAnother() async throws {
        let first = chain.submitRequests(specs: ["a"])
        chain.mine()
        let orphan = chain.head
        let before = chain.requests(in: first)[0]

        chain.rollBack(depth: 1, keeping: false)
        let other = chain.request(spec: "b")

        #expect(other.jobID == before.jobID)
        #expect(other.requestHash != before.requestHash)
        #expect(chain.head.hash != orphan.hash)
        #expect(chain.header(1)?.hash == chain.head.hash)
        let logs = try await chain.result("eth_getLogs", [["blockHash": .string(orphan.hash.hex)]])
        #expect(logs.array?.count == 1)
        #expect(logs.array?.first?["removed"] == false)
        let call: JSONValue = ["to": .string(chain.bridge.hex), "data": "0x"]
        let tag: JSONValue = ["blockHash": .string(orphan.hash.hex), "requireCanonical": true]
        #expect(try await chain.error("eth_call", [call, tag])["message"] == "hash is not currently canonical")
    }

    @Test func reorgMinesTheSameTransactionsAgain() async throws {
        let request = chain.request(spec: "a")
        let signed = try fulfill(request, "a", nonce: 0)
        _ = try await chain.send(raw: signed)
        chain.mine()

        chain.reorg(depth: 2)

        #expect(chain.head.number == 3)
        #expect(chain.requests(in: request.transactionHash) == [request])
        #expect(chain.effectiveSettlements(of: 1).map(\.blockNumber) == [1])
    }

    // MARK: - Protocol

    @Test func rangesAreCheckedAsGethDoes() async throws {
        chain.mine(2)

        func problem(_ filter: JSONValue) async throws -> JSONValue { try await chain.error("eth_getLogs", [filter]) }
        let beyond = try await problem(["fromBlock": "0x0", "toBlock": "0xffff"])
        #expect(beyond == ["code": -32602, "message": "block range extends beyond current head block"])
        let reversed = try await problem(["fromBlock": "0x2", "toBlock": "0x1"])
        #expect(reversed == ["code": -32602, "message": "invalid block range params"])
        let unknown = try await problem(["blockHash": .string(Hash32.zero.hex)])
        #expect(unknown == ["code": -32000, "message": "unknown block"])
        chain.limitLogRange(blocks: 2)
        #expect(try await problem(["fromBlock": "0x0", "toBlock": "0x2"])["code"] == -32005)
        #expect(try await chain.result("eth_getLogs", [["fromBlock": "0x1", "toBlock": "0x2"]]) == [])
    }

    @Test func logsAreFilteredByAddressAndTopic() async throws {
        chain.request(spec: "a")
        chain.settleByOthers(1)

        func count(_ filter: JSONValue) async throws -> Int? {
            try await chain.result("eth_getLogs", [filter]).array?.count
        }
        let requested = JSONValue.string(JobBridgeABI.requested.topic.hex)
        let fulfilled = JSONValue.string(JobBridgeABI.fulfilled.topic.hex)
        #expect(try await count(["fromBlock": "0x0", "topics": [requested]]) == 1)
        #expect(try await count(["fromBlock": "0x0", "topics": [[requested, fulfilled]]]) == 2)
        #expect(try await count(["fromBlock": "0x0", "topics": [.null, .string(UInt256(1).asHash32.hex)]]) == 2)
        #expect(try await count(["fromBlock": "0x0", "address": .string(chain.bridge.hex)]) == 2)
        #expect(try await count(["fromBlock": "0x0", "address": [.string(relayer.address.hex)]]) == 0)
    }

    @Test func bloomHoldsWhatTheBlockLogs() async throws {
        chain.request(spec: "a")
        chain.mine()

        let full = try await chain.result("eth_getBlockByNumber", ["0x1", false])["logsBloom"]?.string
        let empty = try await chain.result("eth_getBlockByNumber", ["0x2", false])["logsBloom"]?.string

        let bits = try #require(full.flatMap { Hex.decode($0) }).reduce(0) { $0 + $1.nonzeroBitCount }
        // Four items, three bits each, some of which may coincide.
        #expect((4...12).contains(bits))
        #expect(empty == "0x" + String(repeating: "0", count: 512))
    }

    @Test func answersBatchesAndMalformedMessages() async throws {
        let batch =
            #"[{"jsonrpc":"2.0","id":7,"method":"eth_chainId"},"#
            + #"{"jsonrpc":"2.0","id":"x","method":"eth_nothing"},"#
            + #"{"jsonrpc":"2.0","method":"eth_blockNumber"},{"id":9}]"#

        let answer = try await chain.post(Array(batch.utf8))

        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == #"[{"jsonrpc":"2.0","id":7,"result":"0x539"},"#
                + #"{"jsonrpc":"2.0","id":"x","error":{"code":-32601,"#
                + #""message":"the method eth_nothing does not exist/is not available"}},"#
                + #"{"jsonrpc":"2.0","id":9,"error":{"code":-32600,"message":"invalid request"}}]"#
        )
        let cut = try await chain.post(Array("{".utf8))
        #expect(
            String(decoding: cut.body, as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#
        )
    }

    @Test func blocksFollowEachOther() async throws {
        time.advance(by: .seconds(100))
        chain.mine(3)

        let blocks = (0...3).compactMap { chain.header($0) }
        #expect(blocks.map(\.number) == [0, 1, 2, 3])
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.hash == $1.parentHash && $0.timestamp < $1.timestamp })
        #expect(blocks[1].timestamp == UInt64(time.now() / 1000))
        #expect(chain.header(4) == nil)
        let shown = try await chain.result("eth_getBlockByHash", [.string(blocks[2].hash.hex), false])
        #expect(shown["number"] == "0x2")
        #expect(try await chain.result("eth_getBlockByNumber", ["0xffffff", false]) == .null)
    }

    @Test func feeHistoryHasOneFeeMoreThanBlocks() async throws {
        chain.mine(5)

        let history = try await chain.result("eth_feeHistory", ["0x4", "latest", [10, 50, 90]])

        #expect(history["oldestBlock"] == "0x2")
        #expect(history["baseFeePerGas"]?.array?.count == 5)
        #expect(history["reward"]?.array?.count == 4)
        #expect(history["reward"]?.array?.first?.array?.count == 3)
    }

    // MARK: - Faults

    @Test func losesTheAnswerButNotTheTransaction() async throws {
        let request = chain.request(spec: "{}")
        let signed = try fulfill(request, "a", nonce: 0)
        chain.dropAnswerOfNext("eth_sendRawTransaction")

        await #expect(throws: HTTPError.broken("Connection reset by peer")) { try await chain.send(raw: signed) }

        #expect(try await chain.sendError(signed) == "already known")
        #expect(chain.callCount("eth_sendRawTransaction") == 2)
    }

    @Test func failsAMethodForAWhile() async throws {
        chain.failNext("eth_blockNumber", with: .error(RPCFailure("header not found")), count: 2)

        #expect(try await chain.error("eth_blockNumber")["message"] == "header not found")
        #expect(try await chain.error("eth_blockNumber")["message"] == "header not found")
        #expect(try await chain.result("eth_blockNumber") == "0x0")
    }

    @Test func outageStopsEverything() async throws {
        chain.setOutage(.refused)
        await #expect(throws: HTTPError.connectFailed("Couldn't connect to server")) {
            try await chain.result("eth_blockNumber")
        }
        await #expect(throws: WebSocketError.connectFailed("Couldn't connect to server")) {
            try await chain.withConnection(to: "ws://chain.test") { _ in }
        }

        chain.setOutage(nil)

        #expect(try await chain.result("eth_blockNumber") == "0x0")
    }

    // MARK: - WebSocket

    @Test func pushesNewHeadsToSubscribers() async throws {
        let heads = Recorder<JSONValue>()
        let listener = Task {
            try await chain.withConnection(to: "ws://chain.test") { connection in
                try connection.send(#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#)
                while true { heads.record(try JSONValue.parse(try await connection.next().bytes)) }
            }
        }
        try await eventually("a subscription") { heads.count == 1 ? true : nil }

        chain.request(spec: "a")
        try await eventually("a head") { heads.count == 2 ? true : nil }
        chain.closeSockets()

        await #expect(throws: WebSocketError.closedByServer(code: 1006, reason: "")) { try await listener.value }
        let head = heads.last?["params"]?["result"]
        #expect(head?["hash"] == .string(chain.head.hash.hex))
        #expect(chain.socketCount == 0)
    }

    /// As geth does (`geth/reorg.json`): first what is gone, oldest first, then what is new, and of the heads only the last.
    @Test func tellsAReorgAsGethDoes() async throws {
        let frames = Recorder<JSONValue>()
        let listener = Task {
            try await chain.withConnection(to: "ws://chain.test") { connection in
                try connection.send(#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#)
                try connection.send(#"{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["logs",{}]}"#)
                while true { frames.record(try JSONValue.parse(try await connection.next().bytes)) }
            }
        }
        try await eventually("both subscriptions") { frames.count == 2 ? true : nil }
        chain.request(spec: "a")
        chain.request(spec: "b")
        try await eventually("two heads, two logs") { frames.count == 6 ? true : nil }
        let blocks = [chain.head.number - 1, chain.head.number]

        chain.reorg(depth: 2)
        try await eventually("two removed logs, two new ones, a head") { frames.count == 11 ? true : nil }

        let results = frames.all.dropFirst(6).compactMap { $0["params"]?["result"] }
        #expect(results.map { $0["removed"]?.bool } == [true, true, false, false, nil])
        let numbers = results.compactMap { ($0["blockNumber"] ?? $0["number"])?.string }
        #expect(numbers.prefix(2) == blocks.map { "0x" + String($0, radix: 16) }[...])
        #expect(results.last?["hash"] == .string(chain.head.hash.hex))
        listener.cancel()
        _ = await listener.result
    }

    @Test func cancellingEndsWaitingForAHead() async throws {
        let listener = Task {
            try await chain.withConnection(to: "ws://chain.test") { _ = try await $0.next() }
        }
        try await eventually("a socket") { chain.socketCount == 1 ? true : nil }

        listener.cancel()

        await #expect(throws: CancellationError.self) { try await listener.value }
    }
}

// MARK: - Signing

extension FakeChainTests {
    private func fulfillCall(_ request: FakeRequest, _ result: String) throws -> [UInt8] {
        let hash = ABIValue.fixedBytes(request.requestHash.bytes)
        return try JobBridgeABI.fulfill.encodeCall([.uint(request.jobID), hash, .uint(1), .text(result)])
    }

    private func fulfill(
        _ request: FakeRequest,
        _ result: String,
        nonce: UInt64,
        maxFee: UInt256 = 3_000_000_000,
        tip: UInt256 = 1_000_000_000
    ) throws -> SignedTransaction {
        try sign(try fulfillCall(request, result), nonce: nonce, maxFee: maxFee, tip: tip)
    }

    private func sign(
        _ data: [UInt8],
        nonce: UInt64,
        gasLimit: UInt64 = 300_000,
        maxFee: UInt256 = 3_000_000_000,
        tip: UInt256 = 1_000_000_000,
        chainID: UInt64 = 1337
    ) throws -> SignedTransaction {
        try EIP1559Transaction(
            chainID: chainID,
            nonce: nonce,
            maxPriorityFeePerGas: tip,
            maxFeePerGas: maxFee,
            gasLimit: gasLimit,
            to: chain.bridge,
            data: data
        ).signed(by: relayer)
    }
}

extension FakeChain {
    fileprivate func post(_ body: [UInt8]) async throws -> HTTPResponse {
        try await send(
            HTTPRequest(
                .post,
                "http://chain.test:8545",
                headers: [HTTPRequest.Header("Content-Type", "application/json")],
                body: body
            )
        )
    }

    fileprivate func ask(_ method: String, _ parameters: [JSONValue]) async throws -> JSONValue {
        let message: JSONValue = [
            "jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .array(parameters),
        ]
        return try JSONValue.parse(try await post(JSONWriter.bytes(of: message)).body)
    }

    @discardableResult
    fileprivate func result(_ method: String, _ parameters: [JSONValue] = []) async throws -> JSONValue {
        try #require(try await ask(method, parameters)["result"])
    }

    fileprivate func error(_ method: String, _ parameters: [JSONValue] = []) async throws -> JSONValue {
        try #require(try await ask(method, parameters)["error"])
    }

    @discardableResult
    fileprivate func send(raw signed: SignedTransaction) async throws -> JSONValue {
        try await result("eth_sendRawTransaction", [.string("0x" + Hex.encode(signed.rawBytes))])
    }

    fileprivate func sendError(_ signed: SignedTransaction) async throws -> String {
        let error = try await error("eth_sendRawTransaction", [.string("0x" + Hex.encode(signed.rawBytes))])
        #expect(error["code"] == -32000)
        return error["message"]?.string ?? ""
    }

    fileprivate func receipt(_ hash: Hash32) async throws -> JSONValue {
        try await result("eth_getTransactionReceipt", [.string(hash.hex)])
    }
}
