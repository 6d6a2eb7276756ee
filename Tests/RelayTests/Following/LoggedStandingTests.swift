import Ethereum
import EthereumRPC
import JSON
import RelayCore
import RelayStore
import RelayTestSupport
import Testing
import Transport

@testable import Relay  // Its own concern, and decided from what is stored alone.

/// What the logs tell of a request whose contract has no view for it.
@Suite struct LoggedStandingTests {
    private let directory: TemporaryDirectory
    private let store: RelayStore
    private let cursor: ContractCursor
    private let heads = HeadBoard()
    private let contract = Address(Array(repeating: 0xb0, count: 20)) ?? .zero
    private let requester = TestAccount(seed: 1).address
    private let stranger = TestAccount(seed: 2).address
    /// A binding whose outcomes name nobody.
    private let plain = "lilypad-v0-d"

    init() async throws {
        directory = try TemporaryDirectory()
        store = try RelayStore(path: directory.file("relayer.sqlite"))
        let registered = try await store.register([(address: contract, startBlock: 100)])
        cursor = try #require(registered.first)
        try await read(to: 200)
        heads.post(
            HeadBoard.View(head: 200, timestamp: 0, settle: Release(number: 190, rule: "10 blocks"), receipt: nil)
        )
    }

    /// Moves both cursors.
    private func read(to block: UInt64) async throws {
        var moved = cursor
        moved.nextBlock = block + 1
        moved.secondBlock = block - 9
        _ = try await store.ingest(IngestBatch(cursors: [moved]), at: Timestamp(milliseconds: 1))
    }

    private func request(in block: UInt64 = 150) -> ObservedRequest {
        ObservedRequest(
            hash: keccak256([1]),
            contract: contract,
            jobID: UInt256(7),
            requester: requester,
            party: requester,
            spec: [],
            resultType: 1,
            place: Place(blockNumber: block, blockHash: .zero, transactionHash: .zero, logIndex: 3)
        )
    }

    private func note(in block: UInt64, by asker: Address?, isSecond: Bool = true) async throws {
        var batch = IngestBatch()
        batch.isSecond = isSecond
        batch.outcomes = [
            ObservedOutcome(
                Outcome(jobID: UInt256(7), requester: asker, closing: .fulfilled),
                Log(
                    address: contract,
                    topics: [],
                    data: [],
                    blockNumber: block,
                    blockHash: .zero,
                    transactionHash: keccak256([UInt8(truncatingIfNeeded: block)]),
                    transactionIndex: 0,
                    logIndex: 0
                )
            )
        ]
        _ = try await store.ingest(batch, at: Timestamp(milliseconds: 1))
    }

    private func standing(
        _ name: String = "lilypad-v0-f",
        of request: ObservedRequest,
        calls: [UInt64: CallRequest] = [:]
    ) async throws -> ContractStanding {
        let binding = try #require(ContractBinding.named(name))
        let transactions = Transactions(
            calls: Dictionary(uniqueKeysWithValues: calls.map { (keccak256([UInt8(truncatingIfNeeded: $0)]).hex, $1) })
        )
        let logged = LoggedStanding(
            client: EthereumClient(
                transport: transactions,
                endpoint: EthereumEndpoint("http://chain.test"),
                time: ManualTime()
            ),
            book: ContractBook(every: binding),
            store: store,
            heads: heads
        )
        return try await logged(request)
    }

    /// The transaction that answers somebody at `plain`.
    private func call(to asker: Address) throws -> CallRequest {
        let function = try #require(ContractBinding.named(plain)).fulfill.function
        let values: [ABIValue] = [.address(asker), .uint(UInt256(7)), .uint(UInt256(1)), .text("x")]
        return CallRequest(to: contract, data: try function.encodeCall(values))
    }

    private func isUndecided(_ standing: ContractStanding, _ words: String) -> Bool {
        if case .undecided(let how) = standing { how.contains(words) } else { false }
    }

    @Test func isOpenWhereAllThatMayTellHasBeenRead() async throws {
        #expect(try await standing(of: request()) == .open)
        // Nothing tells: the binding says so, and whoever settles has to know.
        #expect(try await standing("lilypad-v0-a", of: request()) == .open)
    }

    @Test func isClosedByWhatIsFinalAndReadTwice() async throws {
        try await note(in: 160, by: requester)
        #expect(try await standing(of: request()) == .closed(.fulfilled))
    }

    @Test func waitsForWhatIsNotFinalYet() async throws {
        try await note(in: 195, by: requester)
        #expect(isUndecided(try await standing(of: request()), "in block 195, which is not final yet"))
    }

    /// Invented, it would keep the request from its answer for ever.
    @Test func doesNotTakeOneNodesWord() async throws {
        try await note(in: 160, by: requester, isSecond: false)
        #expect(isUndecided(try await standing(of: request()), "the second reading did not find it"))
    }

    @Test func passesOverAnAnswerToSomebodyElse() async throws {
        try await note(in: 160, by: stranger)
        #expect(try await standing(of: request()) == .open)
    }

    @Test func isUndecidedWhereBlocksHaveNotBeenRead() async throws {
        #expect(isUndecided(try await standing(of: request(in: 90)), "--from-block 90 --to-block 99"))
        try await store.skip(170...175, for: [cursor], "pruned", at: Timestamp(milliseconds: 1))
        #expect(isUndecided(try await standing(of: request()), "--from-block 170 --to-block 175"))
        #expect(try await standing(of: request(in: 180)) == .open)
    }

    @Test func isUndecidedWhileReadingIsBehind() async throws {
        heads.post(
            HeadBoard.View(head: 300, timestamp: 0, settle: Release(number: 290, rule: "10 blocks"), receipt: nil)
        )
        #expect(isUndecided(try await standing(of: request()), "read up to block 201 of 300"))
    }

    /// The oldest contracts' events do not say whom an answer was for, and anybody may answer somebody else.
    @Test func looksAtTheTransactionWhereTheEventNamesNobody() async throws {
        try await note(in: 160, by: nil)
        #expect(isUndecided(try await standing(plain, of: request()), "cannot be told"))
        let elsewhere = CallRequest(to: stranger, data: [])
        #expect(isUndecided(try await standing(plain, of: request(), calls: [160: elsewhere]), "cannot be told"))
        let foreign = try call(to: stranger)
        #expect(try await standing(plain, of: request(), calls: [160: foreign]) == .open)
        try await note(in: 161, by: nil)
        let own = try call(to: requester)
        #expect(try await standing(plain, of: request(), calls: [160: foreign, 161: own]) == .closed(.fulfilled))
    }

    /// Many answers to somebody else hide none.
    @Test func looksBehindAllThatIsForSomebodyElse() async throws {
        let foreign = try call(to: stranger)
        var calls: [UInt64: CallRequest] = [:]
        for block in 151...UInt64(150 + 2 * OutcomeWord.limit) {
            try await note(in: block, by: nil)
            calls[block] = foreign
        }
        #expect(try await standing(plain, of: request(), calls: calls) == .open)
        try await note(in: 185, by: nil)
        calls[185] = try call(to: requester)
        #expect(try await standing(plain, of: request(), calls: calls) == .closed(.fulfilled))
    }

    /// A node that knows some transactions.
    private struct Transactions: HTTPTransport {
        let calls: [String: CallRequest]

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let body = (try? JSONValue.parse(request.body ?? [])) ?? .null
            let hash = body["params"]?.array?.first?.string ?? ""
            let result: JSONValue =
                if let call = calls[hash] {
                    [
                        "hash": .string(hash), "to": call.to.map { .string($0.hex) } ?? .null,
                        "input": .string("0x" + Hex.encode(call.data)),
                    ]
                } else { .null }
            let answer: JSONValue = ["jsonrpc": "2.0", "id": body["id"] ?? 1, "result": result]
            return HTTPResponse(status: 200, headers: [], body: JSONWriter.bytes(of: answer))
        }
    }
}
