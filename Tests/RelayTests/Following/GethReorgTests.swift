import Ethereum
import EthereumRPC
import FoundationEssentials
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Synchronization
import Telemetry
import Testing
import Transport

/// The reorganisation that geth 1.17.10 was recorded in, followed by the real follower into a real database: blocks 5 and 6
/// of branch A by 5, 6 and 7 of branch B.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct GethReorgTests {
    @Test("case 9: as geth told it, the request of one branch goes, that of both moves, that of the other comes")
    func asGethToldIt() async throws {
        let geth = try RecordedGeth()
        let directory = try TemporaryDirectory()
        let path = directory.file("relayer.sqlite")
        let store = try RelayStore(path: path)
        _ = try await store.register([(address: geth.contract, startBlock: 5)])
        let time = ManualTime()
        let client = EthereumClient(transport: geth, endpoints: [EthereumEndpoint("http://geth.test")], time: time)
        let heads = HeadBoard()
        var follower = Follower(
            client: client,
            reader: LogReader(binding: .reference),
            store: store,
            options: FollowOptions(settle: FinalityRule(blocks: 12)),
            environment: ServiceEnvironment(time: time, log: .none),
            heads: heads,
            cursors: try await store.cursors(),
            chain: CanonicalChain()
        )

        try await Self.follow(&follower)
        let before = try StoreView(path: path).list(states: [], limit: 10).map(\.request)
        let logs = geth.withBranch(.a) { $0.logs }
        #expect(before.map(\.observed.hash).sorted() == logs.map(\.contentHash).sorted())
        #expect(heads.head == 6)

        // Frame by frame: as long as no new head is told, the node is looked at as it was.
        for frame in geth.framesOfTheSwitch {
            if frame["params"]?["result"]?["number"] != nil { geth.turn(to: .b) }
            try await Self.follow(&follower)
        }

        let after = try StoreView(path: path).list(states: [], limit: 10).map(\.request)
        let (old, new) = (logs, geth.withBranch(.b) { $0.logs })
        let byHash = Dictionary(uniqueKeysWithValues: after.map { ($0.observed.hash, $0) })
        #expect(after.count == 3)
        #expect(byHash[old[0].contentHash]?.state == .orphaned)
        #expect(byHash[new[0].contentHash]?.state == .observed)
        // One job id, two requests; and one request in two blocks.
        #expect(old[0].topics[1] == new[0].topics[1] && old[0].contentHash != new[0].contentHash)
        let moved = try #require(byHash[new[1].contentHash])
        #expect(old[1].contentHash == new[1].contentHash && moved.state == .observed)
        #expect(moved.observed.place.blockHash == new[1].blockHash)
        #expect(heads.head == 7)
        let links = try StoreView(path: path).overview().chain.links
        #expect(links.last?.number == 7 && links.allSatisfy { link in geth.has(link.hash, at: link.number) })
        await store.close()
    }

    private static func follow(_ follower: inout Follower) async throws {
        for _ in 0..<20 where try await follower.look() == .again {}
    }
}

/// Answers with what geth said on either branch; what was not recorded of a block follows from its neighbours.
private final class RecordedGeth: HTTPTransport {
    enum Branch: Sendable {
        case a
        case b
    }

    struct View: Sendable {
        /// Ascending from block 5.
        var blocks: [JSONValue]
        var rawLogs: [JSONValue]
        var logs: [Log]
    }

    private struct Missing: Error {}

    let contract: Address
    let framesOfTheSwitch: [JSONValue]
    private let views: [Branch: View]
    private let branch = Mutex(Branch.a)

    init() throws {
        let path = "\(PackageRoot.path)/Tests/EthereumRPCTests/Fixtures/geth/reorg.json"
        guard let data = FileManager.default.contents(atPath: path) else { throw Missing() }
        let steps = try JSONValue.parse(Array(data), limits: JSONLimits(bytes: 1 << 22))["steps"]?.array ?? []
        func result(_ method: String, _ note: String) throws -> JSONValue {
            let step = steps.first { $0["note"]?.string == note && $0["request"]?["body"]?["method"]?.string == method }
            guard let result = step?["response"]?["body"]?["result"] else { throw Missing() }
            return result
        }
        func frames(_ note: String) -> [JSONValue] {
            (steps.first { $0["note"]?.string == note }?["frames"]?.array ?? []).compactMap { $0["got"] }
        }
        func heads(_ frames: [JSONValue]) -> [JSONValue] {
            frames.compactMap { $0["params"]?["result"] }.filter { $0["parentHash"] != nil }
        }
        framesOfTheSwitch = frames("WebSocket frames of the switch to branch B")
        let (logsA, logsB) = (try result("eth_getLogs", "branch A"), try result("eth_getLogs", "branch B"))
        let fifth = try result("eth_getBlockByNumber", "the same height")
        guard let seventh = heads(framesOfTheSwitch).last, let sixth = seventh["parentHash"], let hash = fifth["hash"]
        else { throw Missing() }
        let middle = fifth.replacing("number", .string("0x6")).replacing("hash", sixth).replacing("parentHash", hash)
        views = [
            .a: try Self.view(heads(frames("WebSocket frames of branch A")), logsA),
            .b: try Self.view([fifth, middle, seventh], logsB),
        ]
        guard let text = logsA.array?.first?["address"]?.string, let address = Address(hex: text) else {
            throw Missing()
        }
        contract = address
    }

    private static func view(_ blocks: [JSONValue], _ logs: JSONValue) throws -> View {
        let raw = logs.array ?? []
        return View(blocks: blocks, rawLogs: raw, logs: try raw.map(log))
    }

    private static func log(_ json: JSONValue) throws -> Log {
        func hash(_ name: String) throws -> Hash32 {
            guard let hash = json[name]?.string.flatMap({ Hash32(hex: $0) }) else { throw Missing() }
            return hash
        }
        func number(_ name: String) -> UInt64 {
            json[name]?.string.flatMap { UInt256(hexQuantity: $0)?.asUInt64 } ?? 0
        }
        guard let address = json["address"]?.string.flatMap({ Address(hex: $0) }),
            let data = json["data"]?.string.flatMap({ Hex.decode(String($0.dropFirst(2))) })
        else { throw Missing() }
        return Log(
            address: address,
            topics: (json["topics"]?.array ?? []).compactMap { $0.string.flatMap { Hash32(hex: $0) } },
            data: data,
            blockNumber: number("blockNumber"),
            blockHash: try hash("blockHash"),
            transactionHash: try hash("transactionHash"),
            transactionIndex: number("transactionIndex"),
            logIndex: number("logIndex")
        )
    }

    func turn(to new: Branch) { branch.withLock { $0 = new } }

    func withBranch<Value>(_ branch: Branch, _ body: (View) -> Value) -> Value {
        body(views[branch] ?? View(blocks: [], rawLogs: [], logs: []))
    }

    func has(_ hash: Hash32, at number: UInt64) -> Bool {
        withBranch(branch.withLock { $0 }) { view in
            view.blocks.contains { $0["hash"]?.string == hash.hex && $0["number"]?.string == "0x\(number)" }
        }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        guard let message = try? JSONValue.parse(request.body ?? []) else { throw .badRequest("no JSON") }
        let answers = (message.array ?? [message]).map { call -> JSONValue in
            let parameters = call["params"]?.array ?? []
            let view = withBranch(branch.withLock { $0 }) { $0 }
            return [
                "jsonrpc": "2.0", "id": call["id"] ?? .null,
                "result": Self.answer(call["method"]?.string ?? "", parameters, view),
            ]
        }
        let body = message.array == nil ? answers[0] : .array(answers)
        return HTTPResponse(status: 200, body: JSONWriter.bytes(of: body))
    }

    private static func answer(_ method: String, _ parameters: [JSONValue], _ view: View) -> JSONValue {
        switch method {
        case "eth_getBlockByNumber":
            let number = parameters.first?.string
            if number == "latest" { return view.blocks.last ?? .null }
            return view.blocks.first { $0["number"]?.string == number } ?? .null
        case "eth_getLogs":
            let (first, last) = (parameters.first?["fromBlock"]?.string, parameters.first?["toBlock"]?.string)
            return .array(
                view.rawLogs.filter {
                    ($0["blockNumber"]?.string).map { $0 >= first ?? "" && $0 <= last ?? "" } ?? false
                }
            )
        case "eth_call": return .string("0x")
        default: return .null
        }
    }
}
