import Ethereum
import RelayCore
import RelayStore
import Testing

@Suite(.timeLimit(.minutes(1))) struct StateOrderTests {
    private func id(_ bench: StoreBench) async throws -> Int64 {
        try await bench.ingest(bench.request(1))
        return try #require(try bench.listed(1)).request.id
    }

    @Test func refusesAStepThatTheLifeOfARequestDoesNotHave() async throws {
        let bench = try await StoreBench()
        let id = try await id(bench)

        await #expect(throws: StoreError.noSuchStep(request: id, from: "observed", to: "submitted")) {
            try await bench.store.record(
                ComputingChange(request: id, from: .observed, to: .submitted),
                at: StoreBench.now
            )
        }

        #expect(try bench.listed(1)?.request.state == .observed)
    }

    @Test func writesALineForEachChangeAlsoWithoutAnEvent() async throws {
        let bench = try await StoreBench()
        let id = try await id(bench)

        try await bench.store.record(ComputingChange(request: id, from: .observed, to: .accepted), at: StoreBench.now)
        try await bench.store.record(ComputingChange(request: id, from: .accepted, to: .accepted), at: StoreBench.now)

        let history = try #require(try StoreView(path: bench.path).dossier(id)).history
        #expect(history.map(\.event) == ["observed", "accepted"])
        #expect(history.last?.from == .observed && history.last?.to == .accepted)
    }

    /// How long it waits in a state is counted from the change, not from the last look at it.
    @Test func keepsTheTimeOfTheChangeWhileItWaits() async throws {
        let bench = try await StoreBench()
        let id = try await id(bench)
        let later = StoreBench.now + .seconds(60)

        try await bench.store.record(ComputingChange(request: id, from: .observed, to: .observed), at: later)
        #expect(try bench.listed(1)?.request.since == StoreBench.now)

        try await bench.store.record(ComputingChange(request: id, from: .observed, to: .accepted), at: later)
        #expect(try bench.listed(1)?.request.since == later)
    }

    @Test(arguments: [8, 9, 15, 16, 17, 40, 63]) func findsARequestByThePrefixOfItsHash(length: Int) async throws {
        let bench = try await StoreBench()
        try await bench.ingest(bench.request(0x7f), bench.request(0x80, tail: 5), bench.request(0xff, tail: 9))
        let view = try StoreView(path: bench.path)
        for number: UInt8 in [0x7f, 0x80, 0xff] {
            let stored = try view.list(states: [], limit: 10).map(\.request.observed.hash)
            let hash = try #require(stored.first { $0.bytes.first == number })
            let prefix = String(hash.hex.dropFirst(2).prefix(length))
            #expect(try view.find(.hashPrefix(prefix)).map(\.request.observed.hash) == [hash])
            let other = prefix.dropLast() + (prefix.last == "0" ? "1" : "0")
            #expect(try view.find(.hashPrefix(String(other))).isEmpty)
        }
    }
}
