// EndToEndTests: the built program as a child process, against a real EVM chain and WASM jobs that really run.
//
// `Support` has the world around the program: the devnet, contracts on it, accounts that ask, the program itself. The
// tests read what came out of it from the chain and from the compute node, not from the program.

import RelayTestSupport
import Synchronization
import Testing

/// All of them share one devnet and two cores, so they run one after the other: side by side each would only wait for
/// the others, and switches of the devnet would meet tests that did not ask for them.
///
/// Each test deploys a contract of its own, so none sees another's requests.
@Suite(.serialized, .devnet, .timeLimit(.minutes(20)))
struct EndToEnd {}

/// Starts the devnet before the first test of a suite and ends it after the last.
struct DevnetScope: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await withDevnet { devnet in
            let network = try Network(devnet)
            Network.current.withLock { $0 = network }
            defer { Network.current.withLock { $0 = nil } }
            try await function()
        }
    }
}

extension Trait where Self == DevnetScope {
    static var devnet: Self { DevnetScope() }
}
