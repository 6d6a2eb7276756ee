internal import Bacalhau
internal import Ethereum

extension ContractBinding {
    /// The reference contract, `abi/JobBridge.vy`; a test compares these declarations with its ABI.
    package static let reference = ContractBinding(
        name: "reference",
        format: .task,
        requestEvent: ABIEvent(
            name: "BacalhauJobRequested",
            inputs: [
                ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                ABIParameter(name: "requester", type: .address, indexed: true),
                ABIParameter(name: "spec", type: .string),
                ABIParameter(name: "resultType", type: .uint(bits: 8)),
            ]
        ),
        fields: Fields(jobID: [0], requester: [1], spec: .text([2]), resultType: .field([3])),
        fulfill: SettlingCall(
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
        fail: SettlingCall(
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
        outcomes: [
            OutcomeEvent(
                event: ABIEvent(
                    name: "BacalhauJobFulfilled",
                    inputs: [
                        ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                        ABIParameter(name: "requester", type: .address, indexed: true),
                        ABIParameter(name: "resultType", type: .uint(bits: 8)),
                        ABIParameter(name: "result", type: .string),
                        ABIParameter(name: "callbackSucceeded", type: .bool),
                    ]
                ),
                jobID: [0],
                requester: [1],
                kind: .always(.fulfilled),
                text: [3],
                callbackSucceeded: [4]
            ),
            OutcomeEvent(
                event: ABIEvent(
                    name: "BacalhauJobFailed",
                    inputs: [
                        ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
                        ABIParameter(name: "requester", type: .address, indexed: true),
                        ABIParameter(name: "reason", type: .string),
                        ABIParameter(name: "callbackSucceeded", type: .bool),
                    ]
                ),
                jobID: [0],
                requester: [1],
                kind: .always(.failed),
                text: [2],
                callbackSucceeded: [3]
            ),
        ],
        views: ContractViews(
            record: referenceRecord,
            count: uintView("jobCount"),
            relayer: ContractViews.RelayerView(
                function: ABIFunction(
                    name: "isRelayer",
                    inputs: [ABIParameter(name: "arg0", type: .address)],
                    outputs: [ABIParameter(name: "", type: .bool)]
                ),
                remedy: "setRelayer(%, true)"
            ),
            callbackGas: uintView("callbackGas"),
            fee: uintView("fee"),
            ask: ABIFunction(
                name: "requestJob",
                inputs: [
                    ABIParameter(name: "spec", type: .string),
                    ABIParameter(name: "resultType", type: .uint(bits: 8)),
                ],
                outputs: [ABIParameter(name: "", type: .uint(bits: 256))]
            )
        ),
        specLimit: 8_192,
        form: AnswerForm(resultLimit: 8_192, reasonLimit: 1_024),
        // Measured: the smallest limits that go through are 52,127 with an empty text and 26.5 more a byte.
        gas: Gas(base: 60_000, perByte: 30)
    )

    /// `job(uint256)`.
    private static let referenceRecord = RecordView(
        function: ABIFunction(
            name: "job",
            inputs: [ABIParameter(name: "jobId", type: .uint(bits: 256))],
            outputs: [
                ABIParameter(
                    name: "",
                    type: .tuple([
                        ABIParameter(name: "requester", type: .address),
                        ABIParameter(name: "resultType", type: .uint(bits: 8)),
                        ABIParameter(name: "state", type: .uint(bits: 8)),
                        ABIParameter(name: "requestHash", type: .fixedBytes(32)),
                        ABIParameter(name: "requestedAt", type: .uint(bits: 256)),
                        ABIParameter(name: "paid", type: .uint(bits: 256)),
                    ])
                )
            ]
        ),
        state: [0, 2],
        meanings: ContractJob.State.allCases.map { RecordView.Meaning(.uint(UInt256(UInt64($0.rawValue))), $0) },
        requestHash: [0, 3],
        requestedAt: [0, 4]
    )

    /// A view without arguments that answers with a number.
    static func uintView(_ name: String) -> ABIFunction {
        ABIFunction(name: name, inputs: [], outputs: [ABIParameter(name: "", type: .uint(bits: 256))])
    }
}
