import EthereumRPC
import Testing
import Transport

struct RPCErrorTests {
    /// Geth's words (`core/vm/errors.go`, `core/error.go`, `eth/gasestimator`), and those of its kin.
    @Test(arguments: [
        "gas required exceeds allowance (30000000)", "out of gas", "EVM error: OutOfGas", "invalid opcode: INVALID",
        "invalid jump destination", "stack underflow (0 <=> 1)",
        "err: intrinsic gas too low: have 21000, want 53000 (supplied gas 21000)",
        "insufficient gas for floor data gas cost: have 21000, want 31000",
    ])
    func tellsWhatNoOtherNodeWouldRun(_ message: String) {
        let error = error(-32_000, message)
        #expect(error.executionFailure == message)
        #expect(error.revertData == nil)
    }

    @Test(arguments: [
        (3, "execution reverted"), (-32_000, "execution reverted: not open"), (-32_005, "limit exceeded"),
        (-32_000, "header not found"), (-32_603, "internal error"), (-32_000, "insufficient funds for transfer"),
    ])
    func blamesTheCallForNothingElse(_ code: Int64, _ message: String) {
        #expect(error(code, message).executionFailure == nil)
    }

    @Test
    func blamesTheCallForNoSilence() {
        let kinds: [RPCError.Kind] = [
            .transport(.timedOut), .http(status: 500, excerpt: "out of gas"), .malformed("out of gas"),
        ]
        for kind in kinds {
            #expect(RPCError(method: "eth_estimateGas", endpoint: "", kind: kind).executionFailure == nil)
        }
    }

    private func error(_ code: Int64, _ message: String) -> RPCError {
        RPCError(
            method: "eth_estimateGas",
            endpoint: "http://node.test",
            kind: .server(code: code, message: message, data: nil)
        )
    }
}
