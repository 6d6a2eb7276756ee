internal import Ethereum

extension ContractBinding {
    /// The reference contract, `abi/JobBridge.vy`; a test compares these declarations with its ABI.
    package static let reference = ContractBinding(
        name: "reference",
        requestEvent: ABIEvent(
            name: "BacalhauJobRequested",
            inputs: [
                ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                ABIParameter(name: "requester", type: .address, indexed: true),
                ABIParameter(name: "spec", type: .string),
                ABIParameter(name: "resultType", type: .uint(bits: 8)),
            ]
        ),
        requestFunction: ABIFunction(
            name: "requestJob",
            inputs: [
                ABIParameter(name: "spec", type: .string), ABIParameter(name: "resultType", type: .uint(bits: 8)),
            ],
            outputs: [ABIParameter(name: "", type: .uint(bits: 256))]
        ),
        fields: Fields(jobID: 0, requester: 1, spec: 2, resultType: 3),
        fulfill: Call(
            function: ABIFunction(
                name: "fulfill",
                inputs: [
                    ABIParameter(name: "jobId", type: .uint(bits: 256)),
                    ABIParameter(name: "requestHash", type: .fixedBytes(32)),
                    ABIParameter(name: "resultType", type: .uint(bits: 8)),
                    ABIParameter(name: "result", type: .string),
                ],
                outputs: []
            ),
            arguments: [.jobID, .requestHash, .resultType, .text]
        ),
        fail: Call(
            function: ABIFunction(
                name: "fail",
                inputs: [
                    ABIParameter(name: "jobId", type: .uint(bits: 256)),
                    ABIParameter(name: "requestHash", type: .fixedBytes(32)),
                    ABIParameter(name: "reason", type: .string),
                ],
                outputs: []
            ),
            arguments: [.jobID, .requestHash, .text]
        ),
        jobView: ABIFunction(
            name: "job",
            inputs: [ABIParameter(name: "jobId", type: .uint(bits: 256))],
            outputs: [ABIParameter(name: "", type: .tuple(ContractJob.members))]
        ),
        countView: ABIFunction(
            name: "jobCount",
            inputs: [],
            outputs: [ABIParameter(name: "", type: .uint(bits: 256))]
        ),
        relayerView: ABIFunction(
            name: "isRelayer",
            inputs: [ABIParameter(name: "arg0", type: .address)],
            outputs: [ABIParameter(name: "", type: .bool)]
        ),
        callbackGasView: ABIFunction(
            name: "callbackGas",
            inputs: [],
            outputs: [ABIParameter(name: "", type: .uint(bits: 256))]
        ),
        feeView: ABIFunction(name: "fee", inputs: [], outputs: [ABIParameter(name: "", type: .uint(bits: 256))]),
        fulfilledEvent: ABIEvent(
            name: "BacalhauJobFulfilled",
            inputs: [
                ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                ABIParameter(name: "requester", type: .address, indexed: true),
                ABIParameter(name: "resultType", type: .uint(bits: 8)),
                ABIParameter(name: "result", type: .string),
                ABIParameter(name: "callbackSucceeded", type: .bool),
            ]
        ),
        failedEvent: ABIEvent(
            name: "BacalhauJobFailed",
            inputs: [
                ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                ABIParameter(name: "requester", type: .address, indexed: true),
                ABIParameter(name: "reason", type: .string),
                ABIParameter(name: "callbackSucceeded", type: .bool),
            ]
        ),
        resultLimit: 8_192,
        reasonLimit: 1_024,
        // Measured: the smallest limits that go through are 52,127 with an empty text and 26.5 more a byte.
        gas: Gas(base: 60_000, perByte: 30)
    )

    /// The binding of this name, if there is one.
    package static func named(_ name: String) -> ContractBinding? {
        name == reference.name ? reference : nil
    }
}
