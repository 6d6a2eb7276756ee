import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct EthereumClientTests {
    private static let key = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"

    // MARK: What is asked

    /// The bodies of one call made by `body`.
    private func asked(_ body: (EthereumClient) async throws -> Void) async -> [String] {
        let transport = ScriptedTransport { _ throws(HTTPError) in throw .connectTimedOut }
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        try? await body(client)
        return transport.bodies
    }

    private func body(_ method: String, _ parameters: String) -> [String] {
        [#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":[\#(parameters)]}"#]
    }

    @Test
    func asksForBlocksByNumberTagAndHash() async {
        let zero = Hash32.zero.hex
        #expect(
            await asked { _ = try await $0.header(at: .number(436)) } == body("eth_getBlockByNumber", #""0x1b4",false"#)
        )
        #expect(
            await asked { _ = try await $0.header(at: .number(0)) } == body("eth_getBlockByNumber", #""0x0",false"#)
        )
        #expect(await asked { _ = try await $0.header(at: .safe) } == body("eth_getBlockByNumber", #""safe",false"#))
        #expect(
            await asked { _ = try await $0.header(at: .hash(.zero)) }
                == body("eth_getBlockByHash", #""\#(zero)",false"#)
        )
        #expect(await asked { _ = try await $0.genesisHash() } == body("eth_getBlockByNumber", #""0x0",false"#))
    }

    @Test
    func asksForLogsByRangeAndByHash() async {
        let zero = Hash32.zero.hex
        let address = Address.zero.hex
        let range = LogFilter(addresses: [.zero], topics: [[.zero, .zero], [], [.zero]], from: 1, to: 255)
        let block = LogFilter(addresses: [], topics: [], blockHash: .zero)

        #expect(
            await asked { _ = try await $0.logs(range) }
                == body(
                    "eth_getLogs",
                    #"{"address":["\#(address)"],"topics":[["\#(zero)","\#(zero)"],null,["\#(zero)"]],"#
                        + #""fromBlock":"0x1","toBlock":"0xff"}"#
                )
        )
        #expect(await asked { _ = try await $0.logs(block) } == body("eth_getLogs", #"{"blockHash":"\#(zero)"}"#))
    }

    @Test
    func callsAtACanonicalBlock() async {
        let request = CallRequest(
            from: .zero,
            to: .zero,
            data: [1, 255],
            value: 1_000_000_000_000_000_000,
            gas: 21_000,
            maxFeePerGas: 7
        )
        let address = Address.zero.hex
        let call =
            #"{"from":"\#(address)","to":"\#(address)","data":"0x01ff","value":"0xde0b6b3a7640000","gas":"0x5208","maxFeePerGas":"0x7"}"#

        #expect(
            await asked { _ = try await $0.call(request, at: .hash(.zero)) }
                == body("eth_call", #"\#(call),{"blockHash":"\#(Hash32.zero.hex)","requireCanonical":true}"#)
        )
        #expect(await asked { _ = try await $0.estimateGas(request) } == body("eth_estimateGas", call))
        #expect(
            await asked { _ = try await $0.transactionCount(of: .zero, at: .pending) }
                == body("eth_getTransactionCount", #""\#(address)","pending""#)
        )
        #expect(await asked { _ = try await $0.send(raw: [2, 3]) } == body("eth_sendRawTransaction", #""0x0203""#))
    }

    @Test
    func sendsJSONWithTheEndpointsHeadersAndCountsItsRequests() async throws {
        let transport = ScriptedTransport { .result("0x1", to: $0) }
        let endpoint = EthereumEndpoint("http://h/x", headers: [.init("Authorization", "Bearer t")])
        let client = EthereumClient(transport: transport, endpoint: endpoint)
        _ = try await client.chainID()
        _ = try await client.chainID()

        #expect(transport.requests.first?.url == "http://h/x")
        #expect(transport.requests.first?.method == .post)
        #expect(transport.requests.first?.headers.contains(.init("Content-Type", "application/json")) == true)
        #expect(transport.requests.first?.headers.contains(.init("Authorization", "Bearer t")) == true)
        #expect(transport.bodies.last?.contains(#""id":2,"#) == true)
    }

    // MARK: Answers that are none

    @Test(arguments: [
        "", "{", "null", "[]", "1", "{}", #"{"id":1}"#, #"{"id":2,"result":"0x1"}"#, #"{"id":"1","result":"0x1"}"#,
        #"{"id":null,"result":"0x1"}"#, #"{"result":"0x1"}"#, #"{"id":1,"result":"0x1"} x"#, #"{"id":1,"result":1}"#,
        #"{"id":1,"result":"1"}"#, #"{"id":1,"result":"0x"}"#, #"{"id":1,"result":"0x10000000000000000"}"#,
        #"{"id":1,"result":"0x1","result":"0x1"}"#, #"{"id":1,"result":null}"#, #"{"id":1,"error":7}"#,
        #"{"id":7,"error":{"code":1,"message":"m"}}"#, #"{"id":1.5,"result":"0x1"}"#, #"{"id":-1,"result":"0x1"}"#,
        "<html>busy</html>",
    ])
    func whatIsNoAnswerToOurRequestIsMalformed(answer: String) async {
        let error = await #expect(throws: RPCError.self) { try await EthereumClient.answering(answer).chainID() }
        guard case .malformed = error?.kind else {
            Issue.record("\(answer): \(String(describing: error))")
            return
        }
        #expect(error?.outcomeUnknown == true)
    }

    @Test
    func aRefusalCountsWhateverTheStatusAndWhateverStandsBesideIt() async {
        let refusal = #"{"id":null,"result":null,"error":{"message":"no","code":-32005,"data":{"see":"x"}}}"#
        for status in [200, 400, 429, 500] {
            let client = EthereumClient.answering(refusal, status: status, headers: [.init("Retry-After", "7")])
            let error = await #expect(throws: RPCError.self) { try await client.chainID() }
            #expect(error?.kind == .server(code: -32005, message: "no", data: nil))
            #expect(error?.retryAfter == (status == 200 ? nil : .seconds(7)))
        }
    }

    @Test
    func anErrorThatIsNullIsNone() async throws {
        #expect(try await EthereumClient.answering(#"{"error":null,"result":"0x7","id":1}"#).chainID() == 7)
    }

    @Test
    func aNodeThatStillIndexesIsNoMissingReceipt() async {
        let answer = #"{"id":1,"error":{"code":-32000,"message":"transaction indexing is in progress"}}"#
        let error = await #expect(throws: RPCError.self) {
            try await EthereumClient.answering(answer).receipt(of: .zero)
        }
        #expect(error?.isTransient == true)
    }

    // MARK: Errors

    @Test
    func keepsTheSecretsOfTheEndpointToItself() async {
        let transport = ScriptedTransport(
            bodies: [#"{"id":1,"error":{"code":1,"message":"https://h/v2/\#(Self.key)\nis over\u0000 its limit"}}"#]
        )
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("https://h/v2/\(Self.key)"))
        let error = await #expect(throws: RPCError.self) { try await client.chainID() }

        #expect(error?.description == "eth_chainId at https://h/v2/***: https://h/v2/*** is over  its limit (code 1)")
    }

    @Test
    func keepsTheSecretsOutOfTransportErrorsAndExcerpts() async {
        let key = Self.key
        let broken = ScriptedTransport { _ throws(HTTPError) in throw .broken("https://h/\(key) reset") }
        let page = ScriptedTransport(bodies: ["<p>https://h/\(key)</p>"], status: 502)
        for transport in [broken, page] {
            let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("https://h/\(key)"))
            let error = await #expect(throws: RPCError.self) { try await client.chainID() }
            #expect(error?.description.contains(key) == false)
        }
    }

    @Test
    func cutsLongMessages() async {
        let long = String(repeating: "x", count: 100_000)
        let client = EthereumClient.answering(#"{"id":1,"error":{"code":1,"message":"\#(long)"}}"#)
        let error = await #expect(throws: RPCError.self) { try await client.chainID() }
        #expect(error?.description.utf8.count ?? .max < 1000)
    }

    @Test(arguments: [
        (HTTPError.connectFailed("x"), false), (.connectTimedOut, false), (.badRequest("x"), false), (.timedOut, true),
        (.broken("x"), true), (.tooLarge(limit: 1), true), (.cancelled, true), (.shutDown, true),
    ])
    func theTransportTellsWhetherTheOutcomeIsKnown(cause: HTTPError, unknown: Bool) async {
        let client = EthereumClient(
            transport: ScriptedTransport { _ throws(HTTPError) in throw cause },
            endpoint: EthereumEndpoint("http://h")
        )
        let error = await #expect(throws: RPCError.self) { try await client.send(raw: [1]) }
        #expect(error?.kind == .transport(cause))
        #expect(error?.outcomeUnknown == unknown)
        #expect(error?.sendFailure == nil)
    }

    @Test(arguments: [
        (400, false, false), (401, false, false), (403, false, false), (404, false, false), (413, false, false),
        (429, false, true), (408, true, true), (500, true, true), (502, true, true), (503, true, true),
        (302, true, false),
    ])
    func theStatusTellsWhetherToTryAgain(status: Int, unknown: Bool, transient: Bool) async {
        let client = EthereumClient.answering("<html>", status: status)
        let error = await #expect(throws: RPCError.self) { try await client.chainID() }
        #expect(error?.outcomeUnknown == unknown)
        #expect(error?.isTransient == transient)
    }

    /// No answer traps, whatever the call.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func bearsMutatedAnswers(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let steps = try Transcript("geth/chain").steps + Transcript("geth/logs").steps + Transcript("geth/calls").steps
        for step in steps {
            for _ in 0..<3 {
                var bytes = JSONWriter.bytes(of: step.body)
                for _ in 0...Int.random(in: 0..<3, using: &generator) { bytes.mutate(using: &generator) }
                let answer = String(decoding: bytes, as: UTF8.self)
                _ = try? await EthereumClient.answering(answer).chainID()
                _ = try? await EthereumClient.answering(answer).header(at: .latest)
                _ = try? await EthereumClient.answering(answer).receipt(of: .zero)
                _ = try? await EthereumClient.answering(answer).presence(of: .zero)
                _ = try? await EthereumClient.answering(answer).balance(of: .zero)
                _ = try? await EthereumClient.answering(answer).call(CallRequest(to: nil))
            }
        }
    }
}
