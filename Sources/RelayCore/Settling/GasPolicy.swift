internal import Ethereum

/// How much gas a settlement may use.
///
/// A client that burns gas drives `eth_estimateGas` up, so the estimate alone decides nothing: the ceiling comes from
/// the binding's measured numbers and the contract's cap on the client's call.
///
/// This folder holds what settling decides.
package struct GasPolicy: Equatable, Sendable {
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        case aboveCeiling(estimate: UInt64, ceiling: UInt64)

        package var description: String {
            switch self {
            case .aboveCeiling(let estimate, let ceiling):
                "the settlement is estimated at \(estimate) gas, above the ceiling of \(ceiling)"
            }
        }
    }

    package let gas: ContractBinding.Gas
    /// The contract's cap on the client's call, in gas.
    package let callbackGas: UInt64

    package init(gas: ContractBinding.Gas, callbackGas: UInt64) {
        self.gas = gas
        self.callbackGas = callbackGas
    }

    /// base + per byte × length + cap × 64/63 (EIP-150), never under what the calldata cost at least (EIP-7623).
    package func ceiling(textLength: Int, calldata: [UInt8]) -> UInt64 {
        let call = callbackGas.saturatingAdding(callbackGas / 63 + 1)
        let text = gas.perByte.saturatingMultiplied(by: UInt64(max(0, textLength)))
        let own = gas.base.saturatingAdding(text).saturatingAdding(call)
        return max(own, EIP1559Transaction.calldataFloorGas(calldata))
    }

    /// The limit to sign: the estimate and a fifth, never above the ceiling.
    package func limit(estimate: UInt64, textLength: Int, calldata: [UInt8]) throws(Refusal) -> UInt64 {
        let ceiling = ceiling(textLength: textLength, calldata: calldata)
        guard estimate <= ceiling else { throw .aboveCeiling(estimate: estimate, ceiling: ceiling) }
        return min(estimate.saturatingAdding(estimate / 5), ceiling)
    }
}

extension UInt64 {
    package func saturatingAdding(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    package func saturatingMultiplied(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
