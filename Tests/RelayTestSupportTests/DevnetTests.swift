import Ethereum
import JSON
import RelayTestSupport
import Testing

/// Needs what `make setup` installs.
@Suite(.timeLimit(.minutes(2)))
struct DevnetTests {
    @Test func startsWithAContractAndEndsWithItsInput() async throws {
        let devnet = try await Devnet.start()

        #expect(devnet.rpc.hasPrefix("http://127.0.0.1:"))
        #expect(devnet.webSocket.hasPrefix("ws://127.0.0.1:"))
        #expect(devnet.bacalhau.hasPrefix("http://127.0.0.1:"))
        #expect(Address(hex: devnet.contract) != nil)
        #expect(devnet.relayer.address != devnet.requester.address)
        #expect(devnet.process.endingSoFar == nil)
        devnet.process.closeStandardInput()
        #expect(await devnet.process.finished() == .exited(0))
    }

    @Test func startsOneServerAlone() async throws {
        let chain = try await DevnetServer.chain(["--chain-id", "99"])

        #expect(chain.ready["chainId"] == 99)
        // Not `end()`, whose signal may come before the server listens for signals.
        chain.process.closeStandardInput()
        #expect(await chain.process.finished() == .exited(0))
    }

    @Test func saysWhyAServerDoesNotStart() async throws {
        let error = await #expect(throws: ChildProcess.EndedEarly.self) { try await DevnetServer.chain(["--nonsense"]) }

        #expect(error?.standardError.contains("--nonsense") == true)
    }
}
