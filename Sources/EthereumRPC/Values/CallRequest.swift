package import Ethereum
import JSON

/// A call that is not sent: for `eth_call` and `eth_estimateGas`.
package struct CallRequest: Sendable, Hashable {
    /// `nil`: whom the node takes, mostly the zero address.
    package var from: Address?
    /// `nil`: the creation of a contract.
    package var to: Address?
    /// The calldata, or the code that creates a contract and its arguments.
    package var data: [UInt8]
    /// In wei.
    package var value: UInt256?
    /// In gas units; `nil`: the node's own ceiling.
    package var gas: UInt64?
    /// In wei; only nodes that check the balance look at it.
    package var maxFeePerGas: UInt256?

    package init(
        from: Address? = nil,
        to: Address?,
        data: [UInt8] = [],
        value: UInt256? = nil,
        gas: UInt64? = nil,
        maxFeePerGas: UInt256? = nil
    ) {
        self.from = from
        self.to = to
        self.data = data
        self.value = value
        self.gas = gas
        self.maxFeePerGas = maxFeePerGas
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            if let from { object.member("from", from.hex) }
            if let to { object.member("to", to.hex) }
            object.member("data", "0x" + Hex.encode(data))
            if let value { object.member("value", value.hexQuantity) }
            if let gas { object.member("gas", quantity(gas)) }
            if let maxFeePerGas { object.member("maxFeePerGas", maxFeePerGas.hexQuantity) }
        }
    }
}
