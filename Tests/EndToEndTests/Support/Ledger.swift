import Ethereum
import EthereumRPC
import RelayTestSupport
import Testing

/// What the compute node and the relayer's account had done before a test, to count what it added.
struct Ledger: Sendable {
    private let bridge: Bridge
    private let jobNames: Set<String>
    private let transactions: UInt64

    init(for bridge: Bridge) async throws {
        self.bridge = bridge
        jobNames = Set(try await bridge.network.jobs().map(\.name))
        transactions = try await bridge.network.client.transactionCount(of: bridge.network.relayer)
    }

    /// The jobs that are new.
    func newJobs() async throws -> [Network.Job] {
        try await bridge.network.jobs().filter { !jobNames.contains($0.name) }
    }

    /// Transactions of the relayer that are new, reverted ones among them.
    func newTransactions() async throws -> Int {
        Int(try await bridge.network.client.transactionCount(of: bridge.network.relayer) - transactions)
    }

    /// One Bacalhau job, of version 1, and one settlement for each request, and no transaction in vain.
    func expectOnce(_ requests: [UInt64], _ comment: Comment? = nil) async throws {
        let jobs = try await newJobs()
        #expect(jobs.count == requests.count, comment)
        #expect(jobs.allSatisfy { $0.version == 1 }, comment)
        #expect(try await bridge.answers().map(\.jobID).sorted() == requests.sorted(), comment)
        // A transaction that reverted or settled nothing would make this one more.
        #expect(try await newTransactions() == requests.count, comment)
    }
}
