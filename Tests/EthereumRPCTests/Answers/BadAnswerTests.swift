import Ethereum
import EthereumRPC
import Testing
import Transport

/// Answers that are no answers, with status 200: each an error of the node, never a value.
@Suite(.timeLimit(.minutes(1)))
struct BadAnswerTests {
    private static let bodies = [
        "", " ", "<html><body>Bad gateway</body></html>", "\u{feff}{}", "OK", "null", "true", "7", "[]", "{}",
        #""0x1""#,
        #"{"id":1}"#, #"{"id":1,"result":[[]]}"#, #"{"id":1,"result":{"a":1}}"#, #"{"id":1,"result":true}"#,
        #"{"id":1,"result":7}"#, #"{"id":1,"result":"seven"}"#, #"{"id":1,"result":"0x"}"#,
        #"{"id":1,"result":"0x123456789abcdef01"}"#, #"{"id":1,"result":"-0x1"}"#, #"{"id":2,"result":"0x1"}"#,
        #"{"id":"1","result":"0x1"}"#, #"{"id":1,"result":"0x1""#, #"{"id":1,"result":"0x1"}}"#,
        #"{"id":1,"result":"0x1","result":"0x2"}"#, #"{"id":1,"error":7}"#, #"{"id":1,"error":"no"}"#,
        #"{"id":1,"error":{"code":"x"}}"#, #"[{"id":1,"result":"0x1"}]"#,
        String(repeating: "[", count: 100_000), #"{"id":1,"result":"# + String(repeating: #"{"a":"#, count: 100_000),
    ]

    @Test(arguments: bodies.indices)
    func isAnErrorThatNamesTheNode(index: Int) async {
        for method in Self.methods {
            // The first request has the id 1.
            let client = EthereumClient(
                transport: ScriptedTransport(bodies: [Self.bodies[index]]),
                endpoint: EthereumEndpoint("https://rpc.example.org/v2/AbCdEfGhIjKlMnOpQrStUvWxYz012345")
            )
            let error = await Self.error(of: method, client)
            // No code is an answer: there is no contract.
            guard let error else {
                #expect(Self.bodies[index] == #"{"id":1,"result":"0x"}"# && method == "eth_getCode")
                continue
            }
            #expect(error.endpoint == "https://rpc.example.org/v2/***")
            #expect(error.description.utf8.count < 2048)
            #expect(error.outcomeUnknown || error.kind.description.hasPrefix("refused"))
        }
    }

    /// A null result is only read once it is known that there is no refusal; where it is wrong it has a place all the same.
    @Test(
        arguments: [
            (#"{"id":1,"result":null}"#, 17), (#"{"result": null,"x":{"result":[]},"id":1,"error":null}"#, 11),
        ]
    )
    func tellsThePlaceOfANullThatIsNoAnswer(body: String, offset: Int) async {
        let logs = LogFilter(addresses: [], topics: [], from: 1, to: 2)
        let error = await #expect(throws: RPCError.self) { try await EthereumClient.answering(body).logs(logs) }
        #expect(error?.kind.description.contains("JSON: wrong kind of value at byte \(offset)") == true)
    }

    private static let methods = [
        "eth_getCode", "eth_chainId", "eth_getBlockByNumber", "eth_getTransactionReceipt", "eth_getTransactionByHash",
        "eth_getLogs",
    ]

    private static func error(of method: String, _ client: EthereumClient) async -> RPCError? {
        do throws(RPCError) {
            switch method {
            case "eth_getCode": _ = try await client.code(at: .zero)
            case "eth_chainId": _ = try await client.chainID()
            case "eth_getBlockByNumber": _ = try await client.header(at: .latest)
            case "eth_getTransactionReceipt": _ = try await client.receipt(of: .zero)
            case "eth_getTransactionByHash": _ = try await client.presence(of: .zero)
            default: _ = try await client.logs(LogFilter(addresses: [], topics: [], from: 1, to: 2), thenHeaderAt: 2)
            }
            return nil
        } catch {
            return error
        }
    }

    @Test
    func tellsTheTextOfAPage() async {
        let page = "<html><body>We are\n down, AbCdEfGhIjKlMnOpQrStUvWxYz012345</body></html>"
        let client = EthereumClient(
            transport: ScriptedTransport(bodies: [page]),
            endpoint: EthereumEndpoint("https://rpc.example.org/v2/AbCdEfGhIjKlMnOpQrStUvWxYz012345")
        )
        let error = await #expect(throws: RPCError.self) { try await client.chainID() }
        #expect(error?.description.hasSuffix("in: <html><body>We are  down, ***</body></html>") == true)
        #expect(error?.isOfTheNode == true)
    }
}
