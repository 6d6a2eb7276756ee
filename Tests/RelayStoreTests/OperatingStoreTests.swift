import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OperatingStoreTests {
    @Test func refusesASecondRelayerOnTheSameFile() async throws {
        let bench = try await StoreBench()

        let error = #expect(throws: SQLiteError.self) { try RelayStore(path: bench.path) }

        #expect(error?.kind == .inUse)
    }

    @Test func refusesAnotherChain() async throws {
        let bench = try await StoreBench()
        let mine = ChainIdentity(chainID: 1, genesisHash: StoreBench.hash(1))
        let other = ChainIdentity(chainID: 1, genesisHash: StoreBench.hash(2))
        try await bench.store.claim(mine)
        try await bench.store.claim(mine)

        let error = await #expect(throws: StoreError.self) { try await bench.store.claim(other) }

        #expect(error?.description.contains("another database") == true)
    }

    @Test func takesInstructionsOfOthersWhileItWrites() async throws {
        let bench = try await StoreBench()
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in UInt8(1)...20 {
                group.addTask {
                    try await bench.ingest(bench.request(number))
                    return 0
                }
                group.addTask {
                    try StoreView(path: bench.path).instruct("retry", arguments: "{}", at: StoreBench.now)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(Set(numbers.filter { $0 > 0 }).count == 20)
        #expect(try StoreView(path: bench.path).overview().openInstructions == 20)
        #expect(try StoreView(path: bench.path).overview().counts.first { $0.state == .observed }?.count == 20)
    }

    @Test func takesADeadRequestUpAgain() async throws {
        let bench = try await StoreBench()
        let id = try await bench.answered(1)
        let dead = SettlingChange(
            request: id,
            from: .answered,
            to: .dead,
            machine: SettlementMachine(),
            reason: "no money",
            event: "dead"
        )
        try await bench.store.record([dead], at: StoreBench.now)
        #expect(try bench.listed(1)?.reason == "no money")

        let state = try await bench.store.revive(id, at: StoreBench.now)

        #expect(state == .answered)
        #expect(try bench.listed(1)?.reason == nil)
        await #expect(throws: StoreError.self) { try await bench.store.revive(id, at: StoreBench.now) }
    }

    @Test func isDurable() async throws {
        let bench = try await StoreBench()
        let connection = try Connection(path: bench.path, options: ConnectionOptions(access: .readWrite))

        // The writer refuses to open without `synchronous=FULL`, which belongs to each connection; WAL is the file's.
        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        #expect(try connection.integer("PRAGMA synchronous") == 2)
    }

    @Test func callsADamagedRowDamaged() async throws {
        let bench = try await StoreBench()
        let id = try await bench.answered(1)
        let connection = try Connection(path: bench.path, options: ConnectionOptions(access: .readWrite))
        try connection.transaction { transaction in
            _ = try transaction.prepare("UPDATE request SET settling = 'nonsense' WHERE id = ?").binding(id).run()
        }

        await #expect(throws: StoreError.self) {
            try await bench.store.answered(upTo: 100, at: StoreBench.now, limit: 10)
        }
    }
}
