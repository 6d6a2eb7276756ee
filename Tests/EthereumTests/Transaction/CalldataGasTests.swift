import Ethereum
import Testing

@Suite struct CalldataGasTests {
    @Test(
        arguments: [([], 21_000, 21_000), ([0], 21_004, 21_010), ([1], 21_016, 21_040), ([0, 1, 2], 21_036, 21_090)]
            as [([UInt8], UInt64, UInt64)]
    )
    func countsTokens(_ data: [UInt8], _ intrinsic: UInt64, _ floor: UInt64) {
        #expect(EIP1559Transaction.intrinsicGas(data) == intrinsic)
        #expect(EIP1559Transaction.calldataFloorGas(data) == floor)
    }

    @Test func chargesTheFloorOf8192BytesOfText() {
        // As measured on a chain: a settlement with a result of this length has a floor of 351,520 gas.
        let text = [UInt8](repeating: 0x61, count: 8192)
        #expect(EIP1559Transaction.calldataFloorGas(text) == 21_000 + 40 * 8192)
    }

    @Test func chargesACreationForItsCode() {
        let code = [UInt8](repeating: 1, count: 33)
        #expect(EIP1559Transaction.intrinsicGas(code, createsContract: true) == 21_000 + 32_000 + 16 * 33 + 2 * 2)
    }
}
