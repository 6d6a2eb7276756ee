/// A function of a contract.
package struct ABIFunction: Hashable, Sendable {
    package let name: String
    package let inputs: [ABIParameter]
    package let outputs: [ABIParameter]
    /// The first four bytes of the signature's hash.
    package let selector: [UInt8]

    /// Hashes the signature once: keep the function rather than make one for each call.
    package init(name: String, inputs: [ABIParameter], outputs: [ABIParameter] = []) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        selector = Array(keccak256(Array((name + ABIParameter.signature(inputs)).utf8)).bytes.prefix(4))
    }

    /// `transfer(address,uint256)`.
    package var signature: String { name + ABIParameter.signature(inputs) }

    /// The calldata of a call.
    package func encodeCall(_ values: [ABIValue]) throws(ABIError) -> [UInt8] {
        try ABIEncoder.encode(values, as: inputs, prefix: selector)
    }

    /// The arguments of a call to this function.
    package func decodeCall(_ data: [UInt8]) throws(ABIError) -> [ABIValue] {
        guard data.count >= 4, Array(data.prefix(4)) == selector else { throw .wrongSelector }
        return try ABIDecoder.decode(Array(data.dropFirst(4)), as: inputs)
    }

    /// What the function would return; for contracts that a test plays.
    package func encodeOutput(_ values: [ABIValue]) throws(ABIError) -> [UInt8] {
        try ABIEncoder.encode(values, as: outputs)
    }

    /// What a call returned.
    ///
    /// Bytes behind the last value are let pass.
    package func decodeOutput(_ data: [UInt8]) throws(ABIError) -> [ABIValue] {
        try ABIDecoder.decode(data, as: outputs)
    }
}

/// A contract's constructor.
package struct ABIConstructor: Hashable, Sendable {
    package let inputs: [ABIParameter]

    package init(inputs: [ABIParameter]) { self.inputs = inputs }

    /// What follows the contract's bytecode in a transaction that creates it.
    package func encode(_ values: [ABIValue]) throws(ABIError) -> [UInt8] {
        try ABIEncoder.encode(values, as: inputs)
    }
}
