package import Ethereum
package import JSON
import Synchronization
package import Transport

/// An Ethereum node in memory with the reference contract deployed, behind the HTTP and WebSocket seams.
///
///     let chain = FakeChain(time: time)
///     let request = chain.request(spec: #"{"Engine":…}"#, resultType: 1)
///     chain.mine(3)
///     …
///     #expect(chain.effectiveSettlements(of: request.jobID).count == 1)
///
/// Faults and counts go by the JSON-RPC method's name.
package final class FakeChain: HTTPTransport {
    /// When blocks come.
    package enum Mining: Sendable {
        /// Only when the test says so.
        case manual
        /// With each transaction that the node accepts.
        case onSubmit
    }

    struct World {
        var chain: FakeChainWorld
        var faults = FaultPlan()
        var rpcFaults: [(method: String, host: String?, remaining: Int, fault: RPCFault)] = []
        var calls: [String] = []
        var httpCalls = 0
        /// HTTP requests by host.
        var requests: [String: Int] = [:]
        var callsByHost: [String: [String]] = [:]
        var manners: [String: NodeManners] = [:]
        /// Nodes on a branch of their own.
        var branches: [String: FakeChainWorld] = [:]
        var subscribers: [UInt64: FakeHeadsSocket] = [:]
        var nextSubscriber: UInt64 = 0
    }

    /// An answer in place of the true one, inside a sound HTTP answer.
    package enum RPCFault: Sendable {
        case error(RPCFailure, takesEffect: Bool = false)
        /// A lie.
        case result(JSONValue, takesEffect: Bool = false)
    }

    let time: any TimeSource
    let world: Mutex<World>

    /// The reference contract.
    package let bridge: Address
    package let chainID: UInt64
    /// Whose requests `request` makes unless told otherwise: a plain account.
    package let requester = TestAccount(seed: 1001)
    /// A relayer that is not the one under test.
    package let otherRelayer = TestAccount(seed: 1002)

    /// - Parameters:
    ///   - time: where block timestamps come from.
    ///   - chainID: as in EIP-155.
    ///   - relayers: whom the contract lets answer; each gets 1,000 ether.
    ///   - callbackGas: the contract's, in gas.
    ///   - cancelAfter: the contract's, in blocks.
    package init(
        time: any TimeSource,
        chainID: UInt64 = 1337,
        relayers: [Address] = [],
        callbackGas: UInt64 = 100_000,
        cancelAfter: UInt64 = 50
    ) {
        self.time = time
        self.chainID = chainID
        let address = Address(Array(repeating: 0xb0, count: 20)) ?? .zero
        bridge = address
        var chain = FakeChainWorld(chainID: chainID, timestamp: UInt64(max(time.now(), 0)) / 1000)
        var contract = FakeJobBridge(
            address: address,
            callbackGas: callbackGas,
            cancelAfter: cancelAfter,
            owner: TestAccount(seed: 1000).address
        )
        contract.relayers = Set(relayers + [otherRelayer.address])
        chain.changeState { state in
            state.bridges[address] = contract
            for relayer in relayers { state.balances[relayer] = thousandEther }
        }
        world = Mutex(World(chain: chain))
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw .cancelled }
        let text = request.body.flatMap { try? JSONValue.parse($0, limits: JSONLimits(bytes: 64 << 20)) }
        let methods = text.map(RPCMessage.methods) ?? []
        let seconds = UInt64(max(time.now(), 0)) / 1000
        let host = host(of: request.url)
        let (fault, answer, sockets) = world.withLock { world -> (Fault?, HTTPResponse?, HeadNews) in
            world.httpCalls += 1
            world.calls += methods
            world.requests[host, default: 0] += 1
            world.callsByHost[host, default: []] += methods
            var fault = world.faults.outage ?? world.manners[host]?.fault
            for method in methods where fault == nil { fault = world.faults.next(for: method) }
            let before = world.chain.head.header.number
            world.chain.lastRemoved = []
            let answer = fault?.takesEffect ?? true ? world.answer(text, request, host, seconds) : nil
            return (fault, answer, world.news(since: before))
        }
        sockets.deliver()
        if let fault { return try await fault.answer(answer, to: request, on: time) }
        guard let answer else { throw .broken("no answer") }
        return answer
    }
}

private let thousandEther = UInt256(1_000_000_000_000_000_000).multipliedSaturating(by: 1000)

extension FakeChain.World {
    /// Answers one message or a batch, as geth's HTTP handler does.
    fileprivate mutating func answer(
        _ text: JSONValue?,
        _ request: HTTPRequest,
        _ host: String,
        _ seconds: UInt64
    ) -> HTTPResponse {
        guard request.method == .post else { return HTTPResponse(status: 200) }
        let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        guard type.hasPrefix("application/json") else {
            let text = "invalid content type, only application/json is supported\n"
            return HTTPResponse(status: 415, body: Array(text.utf8))
        }
        guard let text else { return .rpc(RPCMessage.failure(.null, RPCFailure(code: -32_700, "parse error"))) }
        guard let batch = text.array else {
            return answer(text, host, seconds).map { .rpc($0) } ?? HTTPResponse(status: 200)
        }
        guard !batch.isEmpty else {
            return .rpc(RPCMessage.failure(.null, RPCFailure(code: -32_600, "empty batch")))
        }
        return .rpc(.array(batch.compactMap { answer($0, host, seconds) }))
    }

    /// Nil for a notification.
    private mutating func answer(_ message: JSONValue, _ host: String, _ seconds: UInt64) -> JSONValue? {
        let id = message["id"] ?? .null
        guard message["jsonrpc"]?.string == "2.0", let method = message["method"]?.string else {
            return RPCMessage.failure(id, RPCFailure(code: -32_600, "invalid request"))
        }
        guard message["id"] != nil else { return nil }
        do throws(RPCFailure) {
            return RPCMessage.success(id, try call(method, message["params"]?.array ?? [], host, seconds))
        } catch {
            return RPCMessage.failure(id, error)
        }
    }

    private mutating func call(
        _ method: String,
        _ parameters: [JSONValue],
        _ host: String,
        _ seconds: UInt64
    ) throws(RPCFailure) -> JSONValue {
        switch takeFault(method, host) {
        case .error(let failure, let takesEffect):
            if takesEffect { _ = try perform(method, parameters, host, seconds) }
            throw failure
        case .result(let lie, let takesEffect):
            if takesEffect { _ = try perform(method, parameters, host, seconds) }
            return lie
        case nil:
            return try perform(method, parameters, host, seconds)
        }
    }

    private mutating func perform(
        _ method: String,
        _ parameters: [JSONValue],
        _ host: String,
        _ seconds: UInt64
    ) throws(RPCFailure) -> JSONValue {
        guard manners[host] != nil || branches[host] != nil, method != "eth_sendRawTransaction" else {
            let result = try chain.answer(method, parameters)
            if method == "eth_sendRawTransaction", chain.mining == .onSubmit { chain.mine(at: seconds) }
            return result
        }
        var view = view(of: host)
        let result = try view.answer(method, parameters)
        return manners[host]?.lie.map { $0(method, parameters, result) } ?? result
    }

    private mutating func takeFault(_ method: String, _ host: String) -> FakeChain.RPCFault? {
        let index = rpcFaults.firstIndex {
            $0.method == method && $0.remaining > 0 && ($0.host ?? host) == host
        }
        guard let index else { return nil }
        rpcFaults[index].remaining -= 1
        return rpcFaults[index].fault
    }
}

extension HTTPResponse {
    fileprivate static func rpc(_ value: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [HTTPRequest.Header("Content-Type", "application/json")],
            body: JSONWriter.bytes(of: value)
        )
    }
}
