extension EIP1559Transaction {
    /// Gas that a transaction costs before its first instruction: 21,000, 4 a zero byte and 16 any other (EIP-2028);
    /// a creation 32,000 more and 2 a word of its code (EIP-3860).
    package static func intrinsicGas(_ data: [UInt8], createsContract: Bool = false) -> UInt64 {
        let creation: UInt64 = createsContract ? 32_000 + 2 * ((UInt64(data.count) + 31) / 32) : 0
        return 21_000 + 4 * calldataTokens(data) + creation
    }

    /// Gas that a transaction costs at least, however little it executes: 21,000 and 10 a token (EIP-7623).
    package static func calldataFloorGas(_ data: [UInt8]) -> UInt64 { 21_000 + 10 * calldataTokens(data) }

    /// A zero byte is one token, any other four (EIP-7623).
    private static func calldataTokens(_ data: [UInt8]) -> UInt64 {
        var tokens: UInt64 = 0
        for byte in data { tokens &+= byte == 0 ? 1 : 4 }
        return tokens
    }

    /// What this transaction costs before its first instruction.
    package var intrinsicGas: UInt64 {
        EIP1559Transaction.intrinsicGas(data, createsContract: to == nil)
    }

    /// What this transaction costs at least (EIP-7623).
    package var calldataFloorGas: UInt64 { EIP1559Transaction.calldataFloorGas(data) }
}
