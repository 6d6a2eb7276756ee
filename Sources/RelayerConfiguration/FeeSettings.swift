package import Ethereum
import Formats
import Settings

/// What a settlement may cost per unit of gas, in wei.
package struct FeeSettings: Sendable, Equatable {
    package let maxFeePerGas: UInt256?
    package let minPriorityFeePerGas: UInt256

    init(_ section: Section) {
        maxFeePerGas = section.optional(
            "maxFeePerGas",
            .feePerGas,
            "The most that a unit of gas may cost, such as 50gwei. Above it answers wait. Without it there is no cap."
        )
        minPriorityFeePerGas = section.value(
            "minPriorityFeePerGas",
            .feePerGas,
            default: .zero,
            "The least tip that is offered, where the node proposes less."
        )
        if let maxFeePerGas, minPriorityFeePerGas > maxFeePerGas {
            section.refuse("minPriorityFeePerGas", "it is above maxFeePerGas: no transaction could be sent")
        }
    }
}
