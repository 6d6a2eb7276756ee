import Ethereum
import JSON
import RelayTestSupport
import Synchronization
import Transport

/// The nodes behind the HTTP seam, each at `http://node0.test` and so on, and an orchestrator that only tells its version.
///
/// Each call takes time, and blocks come meanwhile.
final class SimulatedNetwork: HTTPTransport {
    struct State: Sendable {
        var world: SimulatedWorld
        var chance: SeededGenerator
        /// Heights of which logs have been asked, so that an old block is lied about once only.
        var asked: Set<UInt64> = []
        var trace: [String] = []
        /// Of all that was traced, whether it is kept or not.
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        var calls = 0
        var situations: Set<SimulatedSituation> = []
        /// The newest head that each node has shown, and which node was asked for one last.
        var shown: [Int: UInt64] = [:]
        var askedLast: Int?
    }

    static let addressPrefix = "http://node"
    static let orchestrator = "http://bacalhau.test"

    let time: ManualTime
    private let began: Int64
    private let keepsTrace: Bool
    private let state: Mutex<State>

    init(_ plan: SimulationPlan, time: ManualTime, keepsTrace: Bool) {
        self.time = time
        self.keepsTrace = keepsTrace
        began = time.now()
        state = Mutex(
            State(world: SimulatedWorld(plan, now: began), chance: SeededGenerator(seed: plan.seed &* 31 &+ 7))
        )
    }

    func withWorld<Value: Sendable>(_ body: (inout SimulatedWorld) -> Value) -> Value {
        state.withLock { body(&$0.world) }
    }

    var trace: [String] { state.withLock { $0.trace } }
    var calls: Int { state.withLock { $0.calls } }
    var situations: Set<SimulatedSituation> { state.withLock { $0.situations.union($0.world.situations) } }

    /// Notes what happened; `text` is made only where somebody will read it.
    func note(_ text: @autoclosure () -> String) {
        guard keepsTrace else { return }
        let line = "\(time.now() - began) ms: \(text())"
        state.withLock { $0.trace.append(line) }
    }

    /// Lets time pass, and what is due then happen.
    func pass(_ milliseconds: Int64) {
        time.advance(by: .milliseconds(max(0, milliseconds)))
        let now = time.now()
        for news in state.withLock({ $0.world.advance(to: now) }) { note("    \(news)") }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let latency = state.withLock { state in
            state.calls += 1
            return Int64(state.chance.within(1...40))
        }
        pass(latency)
        guard request.url.hasPrefix(Self.addressPrefix) else { return Self.version }
        let node = Int(request.url.dropFirst(Self.addressPrefix.count).prefix { $0.isNumber }) ?? 0
        let now = time.now()
        let answer = state.withLock { $0.answer(request, of: node, at: now) }
        note("    node \(node): \(TraceWords.call(request)) → \(TraceWords.answer(answer.outcome))")
        switch answer.outcome {
        case .success(let response): return response
        case .failure(let error):
            if error == .timedOut { pass(request.totalTimeout.milliseconds) }
            throw error
        }
    }

    private static let version = HTTPResponse(
        status: 200,
        body: Array(#"{"GitVersion":"v1.8.0"}"#.utf8)
    )
}

/// What a call meets.
struct SimulatedAnswer: Sendable {
    let outcome: Result<HTTPResponse, HTTPError>

    init(_ body: String, status: Int = 200, headers: [HTTPRequest.Header] = []) {
        outcome = .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    init(_ error: HTTPError) {
        outcome = .failure(error)
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
