import Ethereum
import RelayCore
import Testing

@Suite struct GasPolicyTests {
    private static let callbackGas: UInt64 = 300_000

    private let policy = GasPolicy(gas: ContractBinding.reference.gas, callbackGas: callbackGas)

    private func calldata(_ length: Int, byte: UInt8 = 0x61) throws -> [UInt8] {
        try ContractBinding.reference.fulfill.function.encodeCall([
            .uint(UInt256(UInt64.max)), .fixedBytes(Sample.hash(1).bytes), .uint(UInt256(1)),
            .string([UInt8](repeating: byte, count: length)),
        ])
    }

    @Test func addsUpTheCeiling() throws {
        // 60,000 + 30 × 100 + 300,000 × 64/63, rounded up.
        #expect(policy.ceiling(textLength: 100, calldata: try calldata(100)) == 60_000 + 3_000 + 300_000 + 4_762)
    }

    /// Gas limits that went through at exactly the contract's guard, by length of the result.
    @Test(arguments: [(0, 356_889), (2_048, 411_063), (8_192, 573_647)] as [(Int, UInt64)])
    func admitsWhatWasMeasured(length: Int, limit: UInt64) throws {
        let calldata = try calldata(length)
        #expect(policy.ceiling(textLength: length, calldata: calldata) >= limit)
        #expect(try policy.limit(estimate: limit, textLength: length, calldata: calldata) >= limit)
    }

    @Test func neverFallsBelowTheCalldataFloor() throws {
        let poor = GasPolicy(gas: ContractBinding.Gas(base: 21_000, perByte: 1), callbackGas: 0)
        let calldata = try calldata(8_192)
        #expect(
            poor.ceiling(textLength: 8_192, calldata: calldata) == EIP1559Transaction.calldataFloorGas(calldata)
        )
    }

    @Test func addsAFifthUpToTheCeiling() throws {
        let data = try calldata(0)
        let ceiling = policy.ceiling(textLength: 0, calldata: data)
        #expect(try policy.limit(estimate: 100_000, textLength: 0, calldata: data) == 120_000)
        #expect(try policy.limit(estimate: ceiling - 1, textLength: 0, calldata: data) == ceiling)
        #expect(try policy.limit(estimate: ceiling, textLength: 0, calldata: data) == ceiling)
        #expect(throws: GasPolicy.Refusal.aboveCeiling(estimate: ceiling + 1, ceiling: ceiling)) {
            try policy.limit(estimate: ceiling + 1, textLength: 0, calldata: data)
        }
    }

    @Test func doesNotTrapOnHostileNumbers() {
        let most = GasPolicy(gas: ContractBinding.Gas(base: .max, perByte: .max), callbackGas: .max)
        #expect(most.ceiling(textLength: .max, calldata: []) == .max)
        #expect(throws: Never.self) { try most.limit(estimate: .max, textLength: -1, calldata: []) }
        #expect(
            throws: GasPolicy.Refusal.aboveCeiling(
                estimate: .max,
                ceiling: policy.ceiling(textLength: 0, calldata: [])
            )
        ) { try policy.limit(estimate: .max, textLength: 0, calldata: []) }
    }
}
