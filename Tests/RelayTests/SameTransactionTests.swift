import RelayTestSupport
import Testing

/// Requests of one transaction are as many requests.
@Suite(.timeLimit(.minutes(3)))
struct SameTransactionTests {
    @Test(arguments: [2, 50])
    func answersEachRequestOfATransaction(count: Int) async throws {
        let world = try RelayWorld { .prints("\($0.name)\n") }
        // The same text each time: their job ids alone tell them apart.
        let requests = world.chain.requests(specs: Array(repeating: RelayWorld.spec, count: count))

        try await world.runUntilClosed(requests)

        #expect(requests.count == count)
        #expect(requests.allSatisfy(world.isSettledOnce))
        #expect(world.bacalhau.jobs.count == count)
        #expect(Set(requests.map { "\(String(describing: world.answer(to: $0)))" }).count == count)
    }
}
