package import Ethereum
import JSON

/// The state: balances, code, calls.
extension EthereumClient {
    /// What a call returns.
    ///
    /// A revert is an `RPCError` with `revertData`.
    package func call(_ request: CallRequest, at block: BlockReference = .latest) async throws(RPCError) -> [UInt8] {
        try await call("eth_call", .call(request), .state(block)) { try expect($0.hex(), "call result") }
    }

    /// Gas units that a transaction would need now.
    ///
    /// In the hands of the called contracts: put a ceiling on it.
    package func estimateGas(_ request: CallRequest) async throws(RPCError) -> UInt64 {
        try await call("eth_estimateGas", .call(request)) { try expect($0.quantity(), "gas") }
    }

    /// In wei.
    package func balance(of account: Address, at block: BlockReference = .latest) async throws(RPCError) -> UInt256 {
        try await call("eth_getBalance", .address(account), .state(block)) { reader in
            try expect(reader.wideQuantity(), "balance")
        }
    }

    /// Empty where there is no contract.
    package func code(at account: Address, at block: BlockReference = .latest) async throws(RPCError) -> [UInt8] {
        try await call("eth_getCode", .address(account), .state(block)) { try expect($0.hex(), "code") }
    }

    /// The next nonce of an account, as mined (`.latest`) or as the pool knows it (`.pending`); below 2^62.
    package func transactionCount(
        of account: Address,
        at block: BlockReference = .latest
    ) async throws(RPCError) -> UInt64 {
        try await call("eth_getTransactionCount", .address(account), .state(block)) { reader in
            // No account has made as many; whoever adds to it must not leave the numbers that can be kept.
            try expect(reader.quantity().flatMap { $0 < 1 << 62 ? $0 : nil }, "transaction count")
        }
    }
}
