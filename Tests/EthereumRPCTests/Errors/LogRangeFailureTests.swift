import EthereumRPC
import JSON
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct LogRangeFailureTests {
    @Test
    func knowsWhatGethAndAnvilSay() throws {
        let expected: [String: LogRangeFailure] = [
            "invalid block range params": .other,
            "block range extends beyond current head block": .beyondHead,
            "unknown block": .unknownBlock,
            "BlockOutOfRangeError: block height is 1 but requested was 2": .beyondHead,
            "invalid argument 0: invalid address at index 0: hex has invalid length 1 after decoding; expected 20 for "
                + "address": .other,
        ]
        for name in ["geth/protocol", "anvil/protocol"] {
            for step in try Transcript(name).calls("eth_getLogs") {
                guard let message = step.refusal else { continue }
                let code = step.body["error"]?["code"]?.int64 ?? 0
                #expect(LogRangeFailure(code: code, message: message) == expected[message], "\(message)")
            }
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: Int64
        let message: String
        let failure: LogRangeFailure

        init(_ code: Int64, _ message: String, _ failure: LogRangeFailure) {
            self.code = code
            self.message = message
            self.failure = failure
        }

        var testDescription: String { "\(code) \(message)" }
    }

    /// Real texts: the project's own recordings, and what people have quoted from providers in issues and captures from
    /// 2022 to 2026.
    static let refusals: [Refusal] = [
        Refusal(-32005, "query returned more than 10000 results", .tooMany(blocks: nil)),
        Refusal(
            -32005,
            "query returned more than 10000 results. Try with this block range [0xBDE5F8, "
                + "0x102DBCC].",
            .tooMany(blocks: 4_519_381)
        ),
        Refusal(
            -32602,
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block "
                + "range and no limit on the response size, or you can request any block range with a "
                + "cap of 10K logs in the response. Based on your parameters and the response size "
                + "limit, this block range should work: [0x0, 0xd043b8]",
            .tooMany(blocks: 13_648_825)
        ),
        Refusal(
            -32600,
            "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block "
                + "range. Based on your parameters, this block range should work: [0x1180fca, "
                + "0x1180fd3]. Upgrade to PAYG for expanded block range.",
            .tooMany(blocks: 10)
        ),
        Refusal(
            -32000,
            "Query timeout exceeded. Consider reducing your block range. Based on your parameters "
                + "and the response size limit, this block range should work: [0x5223c98, 0x5223e80]",
            .tooMany(blocks: 489)
        ),
        Refusal(-32600, "You can make eth_getLogs requests with up to a 500 block range.", .tooMany(blocks: 500)),
        Refusal(-32602, "range 1000000 exceeds limit of 10000", .tooMany(blocks: 10000)),
        Refusal(-32614, "eth_getLogs is limited to a 10,000 range", .tooMany(blocks: 10000)),
        Refusal(
            -32614,
            "eth_getLogs is limited to a 5 range, upgrade from discover plan to build plan to get "
                + "2000 range",
            .tooMany(blocks: 5)
        ),
        Refusal(-32602, "eth_getLogs and eth_newFilter are limited to a 10,000 blocks range", .tooMany(blocks: 10000)),
        Refusal(-32602, "eth_getLogs is limited to 0 - 50 blocks range", .tooMany(blocks: 50)),
        Refusal(-32600, "block range is too wide", .tooMany(blocks: nil)),
        Refusal(
            -32602,
            "query exceeds max results 20000, retry with the range 3600741-3620740",
            .tooMany(blocks: 20000)
        ),
        Refusal(-32602, "query exceeds max block range 5000", .tooMany(blocks: 5000)),
        Refusal(
            -32602,
            "request exceeded max allowed range: query exceeds max results 2000, retry with the "
                + "range 64862334-64862849",
            .tooMany(blocks: 516)
        ),
        Refusal(-32602, "query block range exceeds server limit, narrow your filter: 1000", .tooMany(blocks: 1000)),
        Refusal(-32602, "query returns too many logs, narrow your filter: 20000", .tooMany(blocks: nil)),
        Refusal(-32005, "Requested range exceeds maximum RPC range limit", .tooMany(blocks: nil)),
        Refusal(
            -32602,
            "invalid params: Query returned more than 50000 results. Try with this block range "
                + "[0x1000000, 0x1080000].",
            .tooMany(blocks: 524289)
        ),
        Refusal(
            -32602,
            "Invalid params: requested block range 16777217 exceeds the limit of 200; narrow your "
                + "fromBlock/toBlock",
            .tooMany(blocks: 200)
        ),
        Refusal(
            -32602,
            "Invalid params: the range 55074203 - 55124202 exceeds the range allowed for your "
                + "plan (49999 > 2000).",
            .tooMany(blocks: 2000)
        ),
        Refusal(-32000, "block range too large, max range: 10000", .tooMany(blocks: 10000)),
        Refusal(-32000, "block range too large (2000), maximum allowed is 1000 blocks", .tooMany(blocks: 1000)),
        Refusal(-32000, "block range too large", .tooMany(blocks: nil)),
        Refusal(
            -32000,
            "query returned more than allowed number of logs, try with smaller block range",
            .tooMany(blocks: nil)
        ),
        Refusal(-32000, "exceeded maximum block range: 5000", .tooMany(blocks: 5000)),
        Refusal(-32000, "exceed maximum block range: 50000", .tooMany(blocks: 50000)),
        Refusal(-32000, "logs matched by query exceeds limit of 10000", .tooMany(blocks: nil)),
        Refusal(-32000, "maximum [from, to] blocks distance: 2000", .tooMany(blocks: 2000)),
        Refusal(
            -32000,
            "requested too many blocks from 50331648 to 51380224, maximum is set to 2048",
            .tooMany(blocks: 2048)
        ),
        Refusal(-32000, "too wide blocks range, the limit is 100", .tooMany(blocks: 100)),
        Refusal(-32000, "GetLogs query must be smaller than size 1024", .tooMany(blocks: 1024)),
        Refusal(
            -32602,
            "query exceeds range, retry smaller (max block range 5000, got 16777216)",
            .tooMany(blocks: 5000)
        ),
        Refusal(-32602, "query exceeds range, retry smaller (max blocks 1000)", .tooMany(blocks: 1000)),
        Refusal(-32602, "block range greater than 10000 max", .tooMany(blocks: 10000)),
        Refusal(-32005, "limit exceeded", .tooMany(blocks: nil)),
        Refusal(
            -32047,
            "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800",
            .tooMany(blocks: 800)
        ),
        Refusal(
            -32000,
            "block range is larger than max block range, block range = 5120, max block range = 5000",
            .tooMany(blocks: 5000)
        ),
        Refusal(-32600, "block range too high", .tooMany(blocks: nil)),
        Refusal(-32000, "block range is bigger than maxBlockRange", .tooMany(blocks: nil)),
        Refusal(-32603, "block range is too wide (maximum 1024)", .tooMany(blocks: 1024)),
        Refusal(35, "ranges over 10000 blocks are not supported on freetier", .tooMany(blocks: 10000)),
        Refusal(
            -32005,
            "In eth_getLogs, eth_newFilter, klay_getLogs, and klay_newFilter, the block range is "
                + "limited to 2000.",
            .tooMany(blocks: 2000)
        ),
        Refusal(-32000, "please limit the query to at most 1000 blocks", .tooMany(blocks: 1000)),
        Refusal(-32602, "Maximum allowed number of requested blocks is 3500", .tooMany(blocks: 3500)),
        Refusal(-32000, "eth_getLogs range is too large, max is 10k blocks", .tooMany(blocks: 10000)),
        Refusal(-32000, "block range exceeds 1000", .tooMany(blocks: 1000)),
        Refusal(
            -32000,
            "Block range limit exceeded. See more details at https://docs.chainstack.com/docs/limits",
            .tooMany(blocks: nil)
        ),
        Refusal(-32000, "backend response too large", .tooMany(blocks: nil)),
        Refusal(-32602, "response size should not greater than 10000000 bytes", .tooMany(blocks: nil)),
        Refusal(-32005, "query timeout exceeded", .tooMany(blocks: nil)),
        Refusal(
            -32600,
            "eth_getLogs is limited to 1024 block range. Please check the parameter requirements",
            .tooMany(blocks: 1024)
        ),
        Refusal(-32005, "too many results", .tooMany(blocks: nil)),
        Refusal(1, "invalid epoch range", .tooMany(blocks: nil)),
        Refusal(-32000, "", .tooMany(blocks: nil)),
        Refusal(4444, "pruned history unavailable", .tooOld),
        Refusal(4444, "Pruned history unavailable", .tooOld),
        Refusal(-32701, "History has been pruned for this block", .tooOld),
        Refusal(1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed", .tooOld),
        Refusal(1, "lookbacks of more than 16h40m0s are disallowed", .tooOld),
        Refusal(
            -32602,
            "Archive requests require a personal token. Get one at: "
                + "https://www.allnodes.com/publicnode",
            .tooOld
        ),
        Refusal(-32002, "Archive, Debug and Trace requests are not available on your current plan.", .tooOld),
        Refusal(-32000, "old data not available due to pruning", .tooOld),
        Refusal(-32000, "failed to get logs for block #0 (0xd4e567..cb8fa3)", .tooOld),
        Refusal(
            -32602,
            "Receipts for block 17 (0x12) are neither stored nor reproducible from state history.",
            .tooOld
        ),
        Refusal(4444, "gone", .tooOld),
        Refusal(-32602, "block range extends beyond current head block", .beyondHead),
        Refusal(-32000, "events for the requested block are not yet available", .beyondHead),
        Refusal(1, "requested a future epoch (beyond 'latest')", .beyondHead),
        Refusal(-32000, "requested block 12 after last accepted block 10", .beyondHead),
        Refusal(-32000, "request beyond head block: requested 12, head 10", .beyondHead),
        Refusal(-32602, "invalid block range params", .other),
        Refusal(-32000, "missing trie node 5f2c (path )", .other),
        Refusal(1, "lookbacks of more than 2000 epochs are disallowed", .tooOld),
        Refusal(-32000, "required historical state unavailable (reexec=128)", .other),
        Refusal(-32000, "something new", .other),
        Refusal(-32602, "FromBlock is not a hex", .other),
        Refusal(-32603, "internal error", .other),
        Refusal(-32000, "execution reverted", .other),
        Refusal(-32601, "the method eth_getLogs does not exist/is not available", .other),
        Refusal(-32000, "failed to retrieve log value pointer 12 not found", .other),
        Refusal(-32000, "unknown block", .unknownBlock),
        Refusal(-32000, "header not found", .unknownBlock),
    ]

    @Test(arguments: refusals)
    func knowsWhatProvidersSay(refusal: Refusal) {
        #expect(LogRangeFailure(code: refusal.code, message: refusal.message) == refusal.failure)
        #expect(LogRangeFailure(code: refusal.code, message: refusal.message.uppercased()) == refusal.failure)
    }

    /// Numbers that are none of blocks, or would make a loop or a trap.
    @Test(arguments: [
        ("this block range should work: [0x5, 0x1]", LogRangeFailure.tooMany(blocks: nil)),
        ("this block range should work: [0x0, 0xffffffffffffffff]", .tooMany(blocks: nil)),
        ("this block range should work: [0x0, 0xfffffffffffffffff]", .tooMany(blocks: nil)),
        ("this block range should work: [", .tooMany(blocks: nil)),
        ("this block range should work: ", .tooMany(blocks: nil)), ("limited to 0 blocks", .tooMany(blocks: nil)),
        ("limited to a 99999999999999999999 block range", .tooMany(blocks: nil)),
        ("limited to a 18446744073709551615k block range", .tooMany(blocks: nil)),
        ("limited to a ,,, block range", .tooMany(blocks: nil)), ("block range exceeds -5", .tooMany(blocks: nil)),
        ("max range: ", .tooMany(blocks: nil)),
        ("up to a up to a 12 block range", .tooMany(blocks: 12)),
    ])
    func takesNoNumberThatIsNone(message: String, failure: LogRangeFailure) {
        #expect(LogRangeFailure(code: -32000, message: message) == failure)
    }

    @Test
    func theCodeForLimitsIsEnough() {
        #expect(LogRangeFailure(code: -32005, message: "something new") == .tooMany(blocks: nil))
        #expect(LogRangeFailure(code: -32000, message: "something new") == .other)
    }

    /// A smaller range would only make more calls.
    @Test(
        arguments: [
            (
                429,
                "Your app has exceeded its compute units per second capacity. If you have retries "
                    + "enabled, you can safely ignore this message."
            ),
            (-32012, "credits limited to 6000/sec"),
            (-32007, "50/second request limit reached - reduce calls per second or upgrade your account"),
            (-32005, "daily request count exceeded, request rate limited"),
            (402, "Payment Required"),
            (-32005, "rate limit exceeded"),
            (-32005, "Too Many Requests"),
            (-32005, "project over quota"),
            (
                429,
                "Monthly capacity limit exceeded. Visit "
                    + "https://dashboard.alchemyapi.io/settings/billing to upgrade"
            ),
            (-32097, "daily request limit exceeded"),
            (-32000, "sender is over rate limit"),
            (-32005, "project ID request rate exceeded"),
            (-32005, "exceeded project rate limit"),
            (-32005, "You've exceeded the RPS limit available on the current plan."),
            (-32090, "Too many requests, reason: call rate limit exhausted, retry in 10m0s"),
            (-32600, "Your app has exceeded its concurrent requests capacity."),
            (-32000, "Your app has reached maximum qps limit"),
            (-33300, "You have surpassed your user-defined key throughput limit setting."),
            (-32001, "You've reached the usage limit for your current plan."),
            (30, "Request timeout on the free tier, please upgrade your tier to the paid one"),
        ] as [(Int64, String)]
    )
    func tooManyCallsAreNotTooManyBlocks(code: Int64, message: String) {
        #expect(LogRangeFailure(code: code, message: message) == .other)
        let error = RPCError(method: "m", endpoint: "h", kind: .server(code: code, message: message, data: nil))
        #expect(error.isQuota)
    }

    @Test(arguments: refusals)
    func aRefusedRangeIsNoQuota(refusal: Refusal) {
        let kind = RPCError.Kind.server(code: refusal.code, message: refusal.message, data: nil)
        #expect(!RPCError(method: "eth_getLogs", endpoint: "h", kind: kind).isQuota)
    }

    @Test(arguments: [(429, ""), (402, ""), (403, "Too Many Requests"), (503, "quota exceeded")])
    func aQuotaMayComeAsAStatus(status: Int, excerpt: String) {
        #expect(RPCError(method: "m", endpoint: "h", kind: .http(status: status, excerpt: excerpt)).isQuota)
    }

    /// A gateway that counts calls may put any words beside its status, also those of a range or of the call itself.
    @Test(
        arguments: [429, 402],
        [
            #"{"id":1,"error":{"code":-32005,"message":"limit exceeded"}}"#,
            #"{"id":1,"error":{"code":-32602,"message":"block range is too wide"}}"#,
            #"{"id":1,"error":{"code":-32600,"message":"batch refused"}}"#,
            #"{"id":1,"error":{"code":-32000,"message":""}}"#, #"{"id":1,"result":[]}"#, "slow down", "",
        ]
    )
    func aStatusOfAQuotaIsOneWhateverTheBodySays(status: Int, body: String) async {
        let filter = LogFilter(addresses: [], topics: [], from: 0, to: 9)
        let headers = [HTTPRequest.Header("Retry-After", "7")]
        let client = EthereumClient.answering(body, status: status, headers: headers)
        let alone = await #expect(throws: RPCError.self) { try await client.logs(filter) }
        let inBatch = await #expect(throws: RPCError.self) { try await client.logs(filter, thenHeaderAt: 9) }
        for error in [alone, inBatch] {
            #expect(error?.isQuota == true && error?.isOfTheNode == true)
            #expect(error?.logRangeFailure == .other)
            #expect(error?.retryAfter == .seconds(7))
        }
    }

    @Test
    func aQuotaSaysNothingOfTheTransaction() async {
        let body = #"{"id":1,"error":{"code":-32000,"message":"nonce too low"}}"#
        let client = EthereumClient.answering(body, status: 429)
        let error = await #expect(throws: RPCError.self) { try await client.send(raw: [1]) }
        #expect(error?.sendFailure == nil && error?.outcomeUnknown == false)
    }

    /// Nethermind and Blast say "invalid params", and what is wrong beside it.
    @Test(
        arguments: [
            (#""Query returned more than 50000 results. Try with this block range [0x1, 0x64].""#, 100),
            (#"{"range":"the range 1 - 2 exceeds the range allowed for your plan (49999 > 2000)."}"#, 2000),
            (#"{"x":[],"message":"eth_getLogs is limited to a 10,000 range"}"#, 10_000),
        ] as [(String, UInt64)]
    )
    func readsTheDataOfARefusal(data: String, blocks: UInt64) async {
        let answer = #"{"id":1,"error":{"data":\#(data),"code":-32602,"message":"invalid params"}}"#
        let error = await #expect(throws: RPCError.self) {
            try await EthereumClient.answering(answer).logs(LogFilter(addresses: [], topics: [], from: 0, to: 9))
        }
        #expect(error?.logRangeFailure == .tooMany(blocks: blocks))
        #expect(error?.description.contains("invalid params: ") == true)
    }

    @Test(arguments: [
        (RPCError.Kind.http(status: 413, excerpt: ""), LogRangeFailure.tooMany(blocks: nil)),
        (.http(status: 502, excerpt: ""), .other),
        (.transport(.tooLarge(limit: 1)), .tooMany(blocks: nil)),
        (.transport(.timedOut), .other),
        (.malformed("x"), .other),
    ])
    func anAnswerThatIsTooLargeIsTooMany(kind: RPCError.Kind, failure: LogRangeFailure) {
        #expect(RPCError(method: "eth_getLogs", endpoint: "h", kind: kind).logRangeFailure == failure)
    }
}
