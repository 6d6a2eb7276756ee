import EthereumRPC
import JSON
import Testing
import Transport

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

    /// As met with providers.
    @Test(arguments: [
        ("query returned more than 10000 results", LogRangeFailure.tooMany(blocks: nil)),
        ("Log response size exceeded. this block range should work: [0x1, 0x3e8]", .tooMany(blocks: 1000)),
        ("You can make eth_getLogs requests with up to a 2,000 block range", .tooMany(blocks: 2000)),
        ("eth_getLogs is limited to a 10,000 block range", .tooMany(blocks: 10_000)),
        ("exceed maximum block range: 5000", .tooMany(blocks: 5000)),
        ("block range is too wide", .tooMany(blocks: nil)),
        ("too many results", .tooMany(blocks: nil)),
        ("query timeout exceeded", .tooMany(blocks: nil)),
        ("eth_getLogs and eth_newFilter are limited to a 10,000 blocks range", .tooMany(blocks: 10_000)),
        ("", .tooMany(blocks: nil)),
        ("events for the requested block are not yet available", .beyondHead),
        ("this block range should work: [0x5, 0x1]", .tooMany(blocks: nil)),
        ("this block range should work: [0x0, 0xffffffffffffffff]", .tooMany(blocks: nil)),
        ("limited to 0 blocks", .tooMany(blocks: nil)),
        ("missing trie node", .other),
    ])
    func knowsWhatProvidersSay(message: String, failure: LogRangeFailure) {
        #expect(LogRangeFailure(code: -32000, message: message) == failure)
    }

    @Test
    func theCodeForLimitsIsEnough() {
        #expect(LogRangeFailure(code: -32005, message: "something new") == .tooMany(blocks: nil))
        #expect(LogRangeFailure(code: -32000, message: "something new") == .other)
    }

    /// A smaller range would only make more calls.
    @Test(arguments: ["rate limit exceeded", "Too Many Requests", "daily request limit exceeded", "project over quota"])
    func tooManyCallsAreNotTooManyBlocks(message: String) {
        #expect(LogRangeFailure(code: -32005, message: message) == .other)
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
