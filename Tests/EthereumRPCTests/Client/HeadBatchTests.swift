import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing
import Transport

/// A head together with the same node's block at a known height.
@Suite(.timeLimit(.minutes(1)))
struct HeadBatchTests {
    private static func block(_ number: String) throws -> String {
        String(decoding: JSONWriter.bytes(of: try HeaderTests.block("number", .string(number))), as: UTF8.self)
    }

    private static func client(_ transport: ScriptedTransport) -> EthereumClient {
        EthereumClient(transport: transport, endpoint: EthereumEndpoint("http://h"))
    }

    /// A client whose only request gets this answer.
    private static func answering(_ body: String, status: Int = 200) -> EthereumClient {
        client(ScriptedTransport(bodies: [body], status: status))
    }

    @Test
    func asksForBothInOneRequest() async throws {
        let (head, known) = (try Self.block("0x9"), try Self.block("0x5"))
        let one = #"{"id":1,"result":\#(head)}"#
        let two = #"{"id":2,"result":\#(known)}"#
        // In either order.
        for body in ["[\(one),\(two)]", "[\(two),\(one)]"] {
            let transport = ScriptedTransport(bodies: [body])
            let answer = try await Self.client(transport).headerWithHead(at: 5)
            #expect(answer.head?.number == 9 && answer.header?.number == 5)
            #expect(
                transport.bodies == [
                    #"[{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]},"#
                        + #"{"jsonrpc":"2.0","id":2,"method":"eth_getBlockByNumber","params":["0x5",false]}]"#
                ]
            )
        }
    }

    /// A null round of Filecoin, or a node that does not go so far up, or so far back.
    @Test(arguments: [
        #""result":null"#, #""error":{"code":12,"message":"requested epoch was a null round (5)"}"#,
        #""result":BEFORE"#,
    ])
    func aHeightWithoutABlockIsNoError(second: String) async throws {
        let second = second.replacing("BEFORE", with: try Self.block("0x4"))
        let head = try Self.block("0x9")
        let answer = try await Self.answering(#"[{"id":1,"result":\#(head)},{"id":2,\#(second)}]"#)
            .headerWithHead(at: 5)
        #expect(answer.head?.number == 9)
        #expect(answer.header == nil)
    }

    @Test
    func aNodeWithoutAnyBlockHasNoHead() async throws {
        let answer = try await Self.answering(#"[{"id":1,"result":null},{"id":2,"result":null}]"#).headerWithHead(at: 5)
        #expect(answer.head == nil && answer.header == nil)
    }

    @Test
    func aBlockAboveTheHeightIsNoAnswer() async throws {
        let body = #"[{"id":1,"result":\#(try Self.block("0x9"))},{"id":2,"result":\#(try Self.block("0x6"))}]"#
        let error = await #expect(throws: RPCError.self) { try await Self.answering(body).headerWithHead(at: 5) }
        guard case .malformed = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        #"[{"id":1,"error":{"code":-32603,"message":"no luck"}},{"id":2,"result":null}]"#,
        #"[{"id":1,"result":null},{"id":2,"error":{"code":-32603,"message":"no luck"}}]"#,
    ])
    func aRefusalOfEitherIsAnError(body: String) async {
        let error = await #expect(throws: RPCError.self) { try await Self.answering(body).headerWithHead(at: 5) }
        #expect(error?.method == "eth_getBlockByNumber")
        #expect(error?.kind == .server(code: -32603, message: "no luck", data: nil))
    }

    @Test(arguments: [
        "[]", "[null]", #"[{"id":1,"result":null}]"#, #"[{"id":2,"result":null}]"#, "<html>", "",
        #"[{"id":1,"result":null},{"id":1,"result":null}]"#, #"[{"id":1,"result":7},{"id":2,"result":null}]"#,
    ])
    func anItemThatIsMissingOrNoneIsMalformed(body: String) async {
        let error = await #expect(throws: RPCError.self) { try await Self.answering(body).headerWithHead(at: 5) }
        guard case .malformed = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test
    func asksANodeThatTakesNoBatchesOneByOne() async throws {
        let blocks = ["latest": try Self.block("0x9"), "0x5": try Self.block("0x5")]
        let transport = ScriptedTransport { request throws(HTTPError) in
            guard let id = request["id"]?.int64, let block = request["params"]?.array?.first?.string else {
                return HTTPResponse(status: 405)
            }
            return HTTPResponse(status: 200, body: Array(#"{"id":\#(id),"result":\#(blocks[block] ?? "null")}"#.utf8))
        }
        let client = Self.client(transport)
        for _ in 0..<2 {
            let answer = try await client.headerWithHead(at: 5)
            #expect(answer.head?.number == 9 && answer.header?.number == 5)
        }
        // It remembers that.
        #expect(transport.bodies.map { $0.hasPrefix("[") } == [true, false, false, false, false])
        #expect(try await client.headerWithHead(at: 6).header == nil)
    }

    @Test
    func aPinnedNodeAnswersBoth() async throws {
        let nodes = FakeNodes()
        let client = EthereumClient(transport: nodes, endpoints: ["a", "b"].map { EthereumEndpoint("http://\($0)") })
        nodes["a"].trouble = .status(503)
        let pin = client.pin()
        await #expect(throws: RPCError.self) { try await pin.headerWithHead(at: 5) }
        #expect(nodes.takeCalls() == ["a eth_getBlockByNumber+eth_getBlockByNumber"])
    }
}
