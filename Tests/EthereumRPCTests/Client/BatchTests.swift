import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct BatchTests {
    private static let filter = LogFilter(addresses: [.zero], topics: [], from: 1, to: 2)

    /// Two logs and the block that holds them, as geth answered each.
    private static func answers() throws -> (logs: String, header: String) {
        let logs = try #require(Transcript("geth/logs").calls("eth_getLogs").first?.body["result"])
        let block = try HeaderTests.block("number", "0x2")
        return (text(logs), text(block))
    }

    private static func text(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.bytes(of: value), as: UTF8.self)
    }

    private static func ask(
        _ answer: String,
        status: Int = 200,
        headers: [HTTPRequest.Header] = []
    ) async throws(RPCError) -> (logs: LogBatch, header: BlockHeader?) {
        try await EthereumClient.answering(answer, status: status, headers: headers).logs(filter, thenHeaderAt: 2)
    }

    private static func error(
        _ answer: String,
        status: Int = 200,
        headers: [HTTPRequest.Header] = []
    ) async -> RPCError? {
        await #expect(throws: RPCError.self, "\(answer)") { try await ask(answer, status: status, headers: headers) }
    }

    // MARK: Answers

    @Test
    func asksForBothInOneRequest() async throws {
        let (logs, header) = try Self.answers()
        let transport = ScriptedTransport(bodies: [#"[{"id":1,"result":\#(logs)},{"id":2,"result":\#(header)}]"#])
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        let answer = try await client.logs(Self.filter, thenHeaderAt: 2)

        #expect(answer.logs.logs.map(\.logIndex) == [0, 1])
        #expect(answer.header?.number == 2)
        #expect(
            transport.bodies == [
                #"[{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"address":["\#(Address.zero.hex)"],"#
                    + #""fromBlock":"0x1","toBlock":"0x2"}]},"#
                    + #"{"jsonrpc":"2.0","id":2,"method":"eth_getBlockByNumber","params":["0x2",false]}]"#
            ]
        )
    }

    @Test
    func takesTheAnswersInAnyOrderAndTheirMembersToo() async throws {
        let (logs, header) = try Self.answers()
        let first = [#"{"jsonrpc":"2.0","id":1,"result":\#(logs)}"#, #"{"result":\#(logs),"x":[{}],"id":1}"#]
        let second = [#"{"id":2,"error":null,"result":\#(header)}"#, #"{"result":\#(header),"id":2}"#]
        for one in first {
            for other in second {
                for answer in ["[\(one),\(other)]", "[\(other),\(one)]"] {
                    let (logs, header) = try await Self.ask(answer)
                    #expect(logs.logs.count == 2)
                    #expect(header?.number == 2)
                }
            }
        }
    }

    @Test(arguments: [
        #"{"id":2,"result":null}"#, #"{"id":2,"error":{"code":12,"message":"requested epoch was a null round (2)"}}"#,
    ])
    func aHeightWithoutABlockIsNoError(header: String) async throws {
        let answer = try await Self.ask(#"[{"id":1,"result":[]},\#(header)]"#)
        #expect(answer.logs == LogBatch())
        #expect(answer.header == nil)
    }

    // MARK: Refusals of a call

    @Test
    func aRefusalOfTheLogsIsThatOfASingleCall() async {
        let refusal = #"{"id":1,"error":{"code":-32005,"message":"query returned more than 10000 results"}}"#
        for answer in [#"[\#(refusal),{"id":2,"result":null}]"#, #"[{"id":2,"result":null},\#(refusal)]"#] {
            let error = await Self.error(answer)
            #expect(error?.method == "eth_getLogs")
            #expect(error?.logRangeFailure == .tooMany(blocks: nil))
        }
    }

    @Test
    func aRefusalOfTheHeaderIsAnError() async {
        let error = await Self.error(#"[{"id":1,"result":[]},{"id":2,"error":{"code":-32603,"message":"no luck"}}]"#)
        #expect(error?.method == "eth_getBlockByNumber")
        #expect(error?.kind == .server(code: -32603, message: "no luck", data: nil))
    }

    @Test
    func keepsTheStatusOfAFailure() async {
        let quota = #"{"code":429,"message":"too many requests"}"#
        for answer in [
            #"[{"id":1,"error":\#(quota)},{"id":2,"error":\#(quota)}]"#, #"{"id":null,"error":\#(quota)}"#,
            #"[{"id":null,"error":\#(quota)}]"#,
        ] {
            let error = await Self.error(answer, status: 429, headers: [.init("Retry-After", "7")])
            #expect(error?.kind == .server(code: 429, message: "too many requests", data: nil))
            #expect(error?.retryAfter == .seconds(7))
            #expect(error?.isQuota == true)
        }
        let error = await Self.error(#"[{"id":1,"result":[]},{"id":2,"result":null}]"#, status: 500)
        guard case .http(500, _) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    // MARK: Refusals of batches

    @Test(arguments: [
        (200, #"{"id":null,"error":{"code":-32600,"message":"batch not supported"}}"#),
        (200, #"{"error":{"code":-32600,"message":"Invalid Request"}}"#),
        (200, #"{"id":null,"error":{"code":-32700,"message":"parse error"}}"#),
        (200, #"[{"id":null,"error":{"code":-32000,"message":"Batch requests are disabled"}}]"#),
        (500, #"{"message":"Batch of more than 1 requests are not allowed on free tier"}"#),
        (400, #"{"id":null,"error":{"code":-32600,"message":"Invalid Request"}}"#), (400, "Bad Request"),
        (405, ""), (415, ""), (501, ""),
        (200, #"{"id":1,"result":[]}"#),
        (
            200,
            #"[{"id":ID1,"error":{"code":-32000,"message":"batch limit 1"}},{"id":ID2,"error":{"code":1,"message":"x"}}]"#
        ),
    ])
    func asksANodeThatTakesNoBatchesOneByOne(status: Int, answer: String) async throws {
        let time = ManualTime()
        let transport = try Self.node(refusingBatchesBy: answer, status: status)
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"), time: time)
        let first = try await client.logs(Self.filter, thenHeaderAt: 2)
        #expect(first.logs.logs.map(\.logIndex) == [0, 1])
        #expect(first.header?.number == 2)
        #expect(transport.bodies.map { $0.hasPrefix("[") } == [true, false, false])

        // It remembers that, and looks once more after a while.
        #expect(try await client.logs(Self.filter, thenHeaderAt: 2) == first)
        #expect(transport.bodies.map { $0.hasPrefix("[") } == [true, false, false, false, false])
        time.advance(by: .seconds(3600))
        #expect(try await client.logs(Self.filter, thenHeaderAt: 2) == first)
        #expect(transport.bodies.map { $0.hasPrefix("[") }.suffix(3) == [true, false, false])
    }

    /// A node that gives this answer to batches, and the right one to each call.
    private static func node(refusingBatchesBy answer: String, status: Int) throws -> ScriptedTransport {
        let (logs, header) = try answers()
        return ScriptedTransport { request throws(HTTPError) in
            guard let method = request["method"]?.string, let id = request["id"]?.int64 else {
                let ids = request.array?.compactMap { $0["id"]?.int64 } ?? []
                let text = answer.replacing("ID1", with: "\(ids.first ?? 0)").replacing("ID2", with: "\(ids.last ?? 0)")
                return HTTPResponse(status: status, body: Array(text.utf8))
            }
            let result = method == "eth_getLogs" ? logs : header
            return HTTPResponse(status: 200, body: Array(#"{"id":\#(id),"result":\#(result)}"#.utf8))
        }
    }

    @Test(arguments: [
        (200, #"{"id":null,"error":{"code":-32005,"message":"limit exceeded"}}"#),
        (200, #"{"id":null,"error":{"code":-32600,"message":"daily request limit exceeded"}}"#), (401, "no key"),
        (404, "no such path"), (429, ""), (500, ""), (502, "<html>"), (200, "<html>"), (200, "[]"),
    ])
    func otherFailuresAreNoneOfTheBatch(status: Int, answer: String) async throws {
        let transport = try Self.node(refusingBatchesBy: answer, status: status)
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        for count in 1...2 {
            await #expect(throws: RPCError.self) { try await client.logs(Self.filter, thenHeaderAt: 2) }
            #expect(transport.requests.count == count)
        }
    }

    /// What was wrong with the batch is wrong with the single calls too: so it was no refusal of batches.
    @Test
    func aFailureBesideTheRefusalIsNotRemembered() async throws {
        let transport = ScriptedTransport(bodies: ["forbidden"], status: 403)
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        for _ in 0..<2 {
            let error = await #expect(throws: RPCError.self) { try await client.logs(Self.filter, thenHeaderAt: 2) }
            #expect(error?.kind == .http(status: 403, excerpt: "forbidden"))
        }
        #expect(transport.bodies.map { $0.hasPrefix("[") } == [true, false, true, false])
    }

    @Test
    func aHeightWithoutABlockIsNoErrorOneByOneEither() async throws {
        let transport = ScriptedTransport { request throws(HTTPError) in
            switch request["method"]?.string {
            case "eth_getLogs": .result([], to: request)
            case nil: HTTPResponse(status: 405)
            default: .refusal(12, "requested epoch was a null round (2)", to: request)
            }
        }
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        let answer = try await client.logs(Self.filter, thenHeaderAt: 2)
        #expect(answer.logs == LogBatch())
        #expect(answer.header == nil)
    }

    // MARK: Answers that are none

    @Test(arguments: [
        "", "[", "null", "1", "[]", "{}", "[{}]", "[1,2]", "[null,null]", #"[[],[]]"#,
        #"[{"id":1,"result":[]}]"#, #"[{"id":2,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":2,"result":null},{"id":3,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":2,"result":null},{"id":2,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":1,"result":[]}]"#, #"[{"id":1,"result":[]},{"id":3,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":"2","result":null}]"#, #"[{"id":1,"result":[]},{"id":2.5,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":2}]"#, #"[{"id":1,"result":[]},{"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":null,"result":null}]"#, #"[{"id":1,"result":[]},null]"#,
        #"[{"id":1,"result":null},{"id":2,"result":null}]"#, #"[{"id":1,"result":{}},{"id":2,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":2,"result":7}]"#, #"[{"id":1,"result":[]},{"id":2,"result":null}"#,
        #"[{"id":1,"result":[]},{"id":2,"result":null}] x"#, #"[{"id":1,"result":[]},{"id":2,"result":null},]"#,
        #"[{"id":1,"id":2,"result":[]},{"id":2,"result":null}]"#,
        #"[{"id":null,"error":{"code":1,"message":"m"}},{"id":1,"result":[]},{"id":2,"result":null}]"#,
        #"[{"id":1,"result":[]},{"id":null,"error":{"code":1,"message":"m"}},{"id":2,"result":null}]"#,
    ])
    func whatIsNoAnswerToBothIsMalformed(answer: String) async {
        let error = await Self.error(answer)
        guard case .malformed = error?.kind else {
            Issue.record("\(answer): \(String(describing: error))")
            return
        }
        #expect(error?.method == "eth_getLogs")
    }

    @Test
    func keepsTheTextOfTransportErrors() async {
        let transport = ScriptedTransport { _ throws(HTTPError) in throw .tooLarge(limit: 9) }
        let client = EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
        let error = await #expect(throws: RPCError.self) { try await client.logs(Self.filter, thenHeaderAt: 2) }
        #expect(error?.kind == .transport(.tooLarge(limit: 9)))
        #expect(error?.logRangeFailure == .tooMany(blocks: nil))
    }

    /// Any change of good answers is read as something, and never traps.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func bearsMutatedAnswers(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let (logs, header) = try Self.answers()
        let originals = [
            #"[{"id":1,"result":\#(logs)},{"id":2,"result":\#(header)}]"#,
            #"[{"id":1,"result":[]},{"id":2,"result":null}]"#,
            #"[{"result":[],"id":1},{"error":{"code":1,"message":"m"},"id":2}]"#,
            #"{"id":null,"error":{"code":-32600,"message":"batch not supported"}}"#,
        ]
        for original in originals {
            for _ in 0..<300 {
                var bytes = Array(original.utf8)
                for _ in 0...Int.random(in: 0..<4, using: &generator) { bytes.mutate(using: &generator) }
                do {
                    let answer = try await Self.ask(String(decoding: bytes, as: UTF8.self))
                    #expect(answer.header.map { $0.number == 2 } ?? true, "seed \(seed)")
                } catch {
                    #expect(["eth_getLogs", "eth_getBlockByNumber"].contains(error.method), "seed \(seed)")
                }
            }
        }
    }
}
