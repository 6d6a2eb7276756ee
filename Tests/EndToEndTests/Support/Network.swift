import Ethereum
import EthereumRPC
import JSON
import Keys
import RelayTestSupport
import Synchronization
import Testing
import Transport

/// The devnet that runs, with clients for it and its switches.
struct Network: Sendable {
    /// The suite's, while it runs.
    static let current = Mutex<Network?>(nil)

    let devnet: Devnet
    let client: EthereumClient
    /// Pays for requests and owns the contracts.
    let requester: Account
    let relayer: Address
    private let transport: CurlTransport

    init(_ devnet: Devnet) throws {
        self.devnet = devnet
        transport = try CurlTransport()
        client = EthereumClient(
            transport: transport,
            endpoint: EthereumEndpoint(devnet.rpc),
            totalTimeout: .seconds(60)
        )
        requester = try Account(key: devnet.requester.privateKey, client: client, chainID: devnet.chainID)
        relayer = try #require(Address(hex: devnet.relayer.address))
    }

    /// The devnet of the suite.
    static func shared() throws -> Network { try #require(current.withLock { $0 }, "the suite has no devnet") }

    // MARK: The chain's switches

    func mine(_ blocks: Int) async throws {
        _ = try await rpc("devnet_mine", [.number(JSONNumber(blocks))])
    }

    func rpc(_ method: String, _ parameters: [JSONValue] = []) async throws -> JSONValue {
        let call: JSONValue = [
            "jsonrpc": "2.0", "id": 1, "method": .string(method), "params": .array(parameters),
        ]
        let answer = try await send(.post, devnet.rpc, call)
        return try #require(answer["result"], "\(method): \(answer)")
    }

    /// Sets a switch of the chain while `body` runs, and back whatever comes of it: later tests meet the same chain.
    func whileSet<Success>(
        _ method: String,
        to parameters: [JSONValue],
        andBackTo before: [JSONValue],
        _ body: () async throws -> Success
    ) async throws -> Success {
        _ = try await rpc(method, parameters)
        let outcome: Result<Success, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        // In a task of its own: the test's is cancelled when its time is over, and its calls with it.
        _ = try await Task { try await rpc(method, before) }.value
        return try outcome.get()
    }

    // MARK: The compute node's switches

    /// Of the devnet's own, or of the orchestrator at another address.
    func compute(_ path: String, _ body: JSONValue, of api: String? = nil) async throws {
        _ = try await send(.post, (api ?? devnet.bacalhau) + "/devnet/" + path, body)
    }

    /// A job as the compute node has it.
    struct Job: Sendable, Equatable {
        let name: String
        let version: Int64
        let state: String
    }

    func jobs() async throws -> [Job] {
        let stats = try await send(.get, devnet.bacalhau + "/devnet/stats", nil)
        return try #require(stats["jobs"]?.object).map { member in
            Job(
                name: member.name,
                version: try #require(member.value["version"]?.int64),
                state: try #require(member.value["state"]?.string)
            )
        }
    }

    /// A published tree: its files by their paths.
    func published(_ cid: String) async throws -> JSONValue {
        try await send(.get, devnet.bacalhau + "/devnet/published/" + cid, nil)
    }

    private func send(_ method: HTTPRequest.Method, _ url: String, _ body: JSONValue?) async throws -> JSONValue {
        let request = HTTPRequest(
            method,
            url,
            headers: [.init("Content-Type", "application/json")],
            body: body.map { JSONWriter.bytes(of: $0) },
            totalTimeout: .seconds(60)
        )
        let response = try await transport.send(request)
        try #require(response.status == 200, "\(url): \(String(decoding: response.body, as: UTF8.self))")
        return try JSONValue.parse(response.body, limits: JSONLimits(bytes: 16 << 20))
    }
}
