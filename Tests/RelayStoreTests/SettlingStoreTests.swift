import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SettlingStoreTests {
    @Test func givesBackWhatWasSigned() async throws {
        let bench = try await StoreBench()
        let id = try await bench.answered(1)

        try await bench.store.record([bench.signing(id, nonce: 4)], at: StoreBench.now)

        let item = try #require(try await bench.store.settling(dueBy: .distantFuture, limit: 10).first)
        guard case .sent(4, 50_000, let attempts) = item.machine.phase else {
            Issue.record("the machine is \(item.machine.phase)")
            return
        }
        #expect(attempts.map(\.rawBytes) == [[1, 2, 3]])
        #expect(attempts.first?.fees.maxFeePerGas == UInt256(7))
        #expect(item.answer.truncated)
        #expect(try await bench.store.highestNonce(of: bench.account) == 4)
        #expect(try await bench.store.highestNonce(of: bench.contract) == nil)
        #expect(try await bench.store.accountsInFlight() == [bench.account])
        #expect(try await bench.store.liveSettlements().map(\.cost) == [UInt256(350_000)])
    }

    @Test func refusesTwoSettlementsOfOneNonceAndKeepsNothingOfTheSecond() async throws {
        let bench = try await StoreBench()
        let first = try await bench.answered(1)
        let second = try await bench.answered(2)
        try await bench.store.record([bench.signing(first, nonce: 4)], at: StoreBench.now)

        await #expect(throws: SQLiteError.self) {
            try await bench.store.record([bench.signing(second, nonce: 4)], at: StoreBench.now)
        }

        #expect(try bench.listed(2)?.request.state == .answered)
        #expect(try StoreView(path: bench.path).dossier(second)?.settlements.isEmpty == true)
    }

    @Test func keepsNothingOfAStepThatIsOutOfStep() async throws {
        let bench = try await StoreBench()
        let first = try await bench.answered(1)
        let second = try await bench.answered(2)
        try await bench.store.record([bench.signing(first, nonce: 4)], at: StoreBench.now)

        await #expect(throws: StoreError.self) {
            try await bench.store.record(
                [bench.signing(second, nonce: 5), bench.signing(first, nonce: 6)],
                at: StoreBench.now
            )
        }

        #expect(try bench.listed(2)?.request.state == .answered)
        #expect(try await bench.store.highestNonce(of: bench.account) == 4)
    }

    @Test func bringsForwardWhatWasMinedInTheseBlocksAndNothingElse() async throws {
        let bench = try await StoreBench()
        let later = StoreBench.now + .seconds(60)
        for (number, block) in [(1, 7), (2, 8), (3, 9), (4, nil), (5, 8)] as [(UInt8, UInt64?)] {
            let id = try await bench.answered(number)
            var signing = bench.signing(id, nonce: UInt64(number))
            signing.wakeAt = later
            try await bench.store.record([signing], at: StoreBench.now)
            guard let block else { continue }
            try await bench.store.record([bench.mined(id, signing, in: block, wakeAt: later)], at: StoreBench.now)
            // Where a reorganisation moved it is what counts.
            guard number == 5 else { continue }
            try await bench.store.record([bench.mined(id, signing, in: 9, wakeAt: later)], at: StoreBench.now)
        }

        try await bench.store.bringForward(minedIn: 0...6, to: StoreBench.now)
        #expect(try await bench.store.settling(dueBy: StoreBench.now, limit: 10).isEmpty)
        try await bench.store.bringForward(minedIn: 7...8, to: StoreBench.now)

        let due = try await bench.store.settling(dueBy: StoreBench.now, limit: 10)
        #expect(due.map(\.request.observed.jobID) == [UInt256(1), UInt256(2)])
        #expect(try await bench.store.settling(dueBy: later, limit: 10).count == 5)
    }

    @Test func freesTheNonceOfALostSettlement() async throws {
        let bench = try await StoreBench()
        let id = try await bench.answered(1)
        try await bench.store.record([bench.signing(id, nonce: 4)], at: StoreBench.now)
        let lost = SettlingChange(
            request: id,
            from: .settling,
            to: .answered,
            machine: SettlementMachine(),
            step: .lost,
            event: "nonce taken by another transaction"
        )
        try await bench.store.record([lost], at: StoreBench.now)

        try await bench.store.record([bench.signing(id, nonce: 5)], at: StoreBench.now)

        let dossier = try #require(try StoreView(path: bench.path).dossier(id))
        #expect(dossier.settlements.map(\.state) == ["lost", "live"])
        #expect(dossier.history.map(\.event).suffix(2) == ["nonce taken by another transaction", "transaction signed"])
    }
}
