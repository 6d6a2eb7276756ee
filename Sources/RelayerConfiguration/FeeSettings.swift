package import Ethereum
import Formats
import Settings

/// What a settlement may cost per unit of gas, in wei.
package struct FeeSettings: Sendable, Equatable {
    /// The most that is paid, above which answers wait.
    package let maxFeePerGas: UInt256
    /// The least tip that is offered, 0 unless the operator says more; never above `maxFeePerGas`.
    package let minPriorityFeePerGas: UInt256

    init(_ section: Section) {
        maxFeePerGas = section.value(
            "maxFeePerGas",
            .feePerGas,
            default: UInt256(500_000_000_000),
            "The most that a unit of gas may cost. Above it answers wait, up to a day, and status says so."
        )
        minPriorityFeePerGas = section.value(
            "minPriorityFeePerGas",
            .feePerGas,
            default: .zero,
            "The least tip that is offered, where the node proposes less."
        )
        if minPriorityFeePerGas > maxFeePerGas {
            section.refuse("minPriorityFeePerGas", "it is above maxFeePerGas: no transaction could be sent")
        }
    }
}
