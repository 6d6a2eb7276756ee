import JSON
import RelayTestSupport
import Synchronization
import Transport

/// A wire on which calls go wrong at given rates.
///
/// What befalls a call follows from the seed, the call's own content and how often that has been sent before: so it does
/// not depend on the order in which tasks come to it, and a seed's run is the same again.
final class ChaosWire: HTTPTransport {
    /// Of a thousand calls.
    struct Rates: Sendable, CustomStringConvertible {
        var faults: Int
        /// Which kinds this wire knows.
        var kinds: [Kind]

        var description: String { "\(faults)‰ of \(kinds.map { "\($0)" }.joined(separator: ","))" }
    }

    enum Kind: Sendable, CaseIterable {
        case refused
        case requestDropped
        case answerDropped
        case timedOut
        case timedOutAfterEffect
        case tooManyRequests
        case unavailable
        case serverError
        case refusal
        case garbage
        case empty
        case null
        case late
    }

    private struct State {
        var seen: [UInt64: UInt64] = [:]
        var outage: Kind?
        var isCalm = false
        var calls: [(at: Int64, name: String)] = []
        var given: [String] = []
    }

    private let inner: any HTTPTransport
    private let time: any TimeSource
    private let seed: UInt64
    private let rates: Rates
    private let state = Mutex(State())

    init(_ inner: any HTTPTransport, time: any TimeSource, seed: UInt64, rates: Rates) {
        self.inner = inner
        self.time = time
        self.seed = seed
        self.rates = rates
    }

    /// Every call meets this until it is nil again.
    func setOutage(_ kind: Kind?) { state.withLock { $0.outage = kind } }

    /// No more faults.
    func calmDown() {
        state.withLock { state in
            state.outage = nil
            state.isCalm = true
        }
    }

    /// Times and names of all calls.
    var calls: [(at: Int64, name: String)] { state.withLock { $0.calls } }
    /// What went wrong, in order.
    var given: [String] { state.withLock { $0.given } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let call = ChaosCall(request)
        let now = time.now()
        let (fault, chance) = state.withLock { state -> (Kind?, SeededGenerator) in
            state.calls.append((now, call.name))
            let times = state.seen[call.digest, default: 0]
            state.seen[call.digest] = times + 1
            var chance = SeededGenerator(seed: seed ^ call.digest ^ (times &* 0x2545_f491_4f6c_dd1d))
            var fault = state.outage
            if fault == nil, !state.isCalm, chance.below(1_000) < rates.faults {
                fault = chance.element(of: rates.kinds)
            }
            if let fault, state.outage == nil { state.given.append("\(now) \(call.name) #\(times): \(fault)") }
            return (fault, chance)
        }
        guard let fault else { return try await inner.send(request) }
        return try await suffer(fault, call, request, chance)
    }

    private func suffer(
        _ fault: Kind,
        _ call: ChaosCall,
        _ request: HTTPRequest,
        _ chance: SeededGenerator
    ) async throws(HTTPError) -> HTTPResponse {
        var chance = chance
        switch fault {
        case .refused: throw .connectFailed("Couldn't connect to server")
        case .requestDropped: throw .broken("Connection reset by peer")
        case .answerDropped:
            _ = try await inner.send(request)
            throw .broken("Connection reset by peer")
        case .timedOut:
            try await pause(request.totalTimeout)
            throw .timedOut
        case .timedOutAfterEffect:
            _ = try await inner.send(request)
            try await pause(request.totalTimeout)
            throw .timedOut
        case .tooManyRequests:
            return HTTPResponse(
                status: 429,
                headers: [HTTPRequest.Header("Retry-After", "\(chance.within(1...20))")],
                body: Array("slow down".utf8)
            )
        case .unavailable:
            let headers = chance.oneIn(2) ? [HTTPRequest.Header("Retry-After", "\(chance.within(1...20))")] : []
            return HTTPResponse(status: 503, headers: headers, body: Array("<html>503</html>".utf8))
        case .serverError:
            let status = chance.choose(500, 502, 504, 401, 403, 408)
            return HTTPResponse(status: status, body: Array("<html>gone fishing</html>".utf8))
        case .refusal: return call.refusal(&chance)
        case .garbage:
            var answer = try await inner.send(request)
            answer.body = chance.mutated(Array(answer.body.prefix(chance.below(answer.body.count + 1))), changes: 8)
            // A mutation must not lie: what can be read is no garbage.
            if (try? JSONValue.parse(answer.body)) != nil { answer.body = Array("}{".utf8) }
            return answer
        case .empty: return HTTPResponse(status: chance.choose(200, 204))
        case .null: return call.null
        case .late:
            let answer = try await inner.send(request)
            try await pause(.seconds(chance.within(1...8)))
            return answer
        }
    }

    private func pause(_ duration: Duration) async throws(HTTPError) {
        do {
            try await time.sleep(for: duration)
        } catch {
            throw .cancelled
        }
    }
}

/// A call as chaos sees it.
struct ChaosCall {
    /// The JSON-RPC method, or the HTTP method and what it is about.
    let name: String
    /// Of everything but the JSON-RPC id, which counts up.
    let digest: UInt64
    private let id: JSONValue?

    init(_ request: HTTPRequest) {
        let message = request.method == .post ? request.body.flatMap { try? JSONValue.parse($0) } : nil
        let calls = message.map { $0.array ?? [$0] } ?? []
        if let message, let method = calls.first?["method"]?.string {
            name = method
            // A batch has none: it is refused by its status.
            id = message["id"]
            digest = Self.digest(
                calls.flatMap { call in
                    Array((call["method"]?.string ?? "").utf8) + JSONWriter.bytes(of: call["params"] ?? .null)
                }
            )
        } else {
            name = request.method.rawValue
            id = nil
            digest = Self.digest(Array("\(request.method.rawValue) \(request.url)".utf8))
        }
    }

    /// FNV-1a.
    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// A sound answer that says no.
    func refusal(_ chance: inout SeededGenerator) -> HTTPResponse {
        guard let id else {
            let text = #"{"Status":500,"Message":"Internal server error","Code":"InternalError","Component":"Unknown"}"#
            return HTTPResponse(status: 500, body: Array(text.utf8))
        }
        let texts = Self.refusals[name, default: []] + Self.general
        let (code, text) = chance.element(of: texts) ?? (-32_000, "no")
        let answer: JSONValue = [
            "jsonrpc": "2.0", "id": id, "error": ["code": .number(JSONNumber(code)), "message": .string(text)],
        ]
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: answer))
    }

    /// Nothing in a sound answer.
    var null: HTTPResponse {
        let text = id.map { JSONWriter.bytes(of: ["jsonrpc": "2.0", "id": $0, "result": .null]) }
        return HTTPResponse(status: 200, body: text ?? Array("null".utf8))
    }

    private static let general: [(Int, String)] = [
        (-32_603, "Internal error"), (-32_005, "daily request count exceeded, request rate limited"),
        (-32_000, "header not found"), (-32_000, "request timed out"), (429, "Too Many Requests"),
        (-32_001, "resource not found"), (0, ""), (-32_000, "missing trie node deadbeef (path 0a0b)"),
        (-32_603, "upstream connect error or disconnect/reset before headers"),
    ]

    private static let refusals: [String: [(Int, String)]] = [
        "eth_sendRawTransaction": [
            (-32_000, "transaction underpriced"), (-32_000, "nonce too low"), (-32_000, "already known"),
            (-32_000, "insufficient funds for gas * price + value"), (-32_000, "txpool is full"),
            (-32_000, "replacement transaction underpriced"), (-32_000, "nonce too high"),
            (-32_000, "max fee per gas less than block base fee"), (-32_010, "the stars are not right"),
            (-32_000, "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)"),
        ],
        "eth_estimateGas": [
            (3, "execution reverted"), (-32_000, "gas required exceeds allowance (30000000)"), (-32_000, "out of gas"),
        ],
        "eth_getLogs": [
            (-32_005, "query returned more than 10000 results"), (-32_000, "block range is too large"),
            (-32_602, "block range extends beyond current head block"), (-32_000, "unknown block"),
        ],
        "eth_maxPriorityFeePerGas": [(-32_601, "the method eth_maxPriorityFeePerGas does not exist/is not available")],
    ]
}
