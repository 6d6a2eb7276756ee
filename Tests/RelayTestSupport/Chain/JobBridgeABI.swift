package import Ethereum

/// The parts of the reference contract's interface that the model plays, as `abi/JobBridge.json` has them.
package enum JobBridgeABI {
    package static let requested = event(
        "BacalhauJobRequested",
        [("jobId", number, true), ("requester", .address, true), ("spec", .string, false), ("resultType", byte, false)]
    )
    package static let fulfilled = event(
        "BacalhauJobFulfilled",
        [
            ("jobId", number, true), ("requester", .address, true), ("resultType", byte, false),
            ("result", .string, false), ("callbackSucceeded", .bool, false),
        ]
    )
    package static let failed = event(
        "BacalhauJobFailed",
        [
            ("jobId", number, true), ("requester", .address, true), ("reason", .string, false),
            ("callbackSucceeded", .bool, false),
        ]
    )
    package static let cancelled = event(
        "BacalhauJobCancelled",
        [("jobId", number, true), ("requester", .address, true)]
    )

    package static let requestJob = function(
        "requestJob",
        [("spec", .string), ("resultType", byte)],
        returns: [("", number)]
    )
    package static let fulfill = function(
        "fulfill",
        [("jobId", number), ("requestHash", hash), ("resultType", byte), ("result", .string)]
    )
    package static let fail = function("fail", [("jobId", number), ("requestHash", hash), ("reason", .string)])
    package static let cancel = function("cancel", [("jobId", number)])
    package static let job = function("job", [("jobId", number)], returns: [("", .tuple(jobMembers))])
    package static let jobCount = function("jobCount", [], returns: [("", number)])
    package static let fee = function("fee", [], returns: [("", number)])
    package static let callbackGas = function("callbackGas", [], returns: [("", number)])
    package static let cancelAfter = function("cancelAfter", [], returns: [("", number)])
    package static let isRelayer = function("isRelayer", [("arg0", .address)], returns: [("", .bool)])
    package static let owner = function("owner", [], returns: [("", .address)])

    package static let functions = [
        requestJob, fulfill, fail, cancel, job, jobCount, fee, callbackGas, cancelAfter, isRelayer, owner,
    ]
    package static let events = [requested, fulfilled, failed, cancelled]

    private static let number = ABIType.uint(bits: 256)
    private static let byte = ABIType.uint(bits: 8)
    private static let hash = ABIType.fixedBytes(32)
    private static let jobMembers = [
        ABIParameter(name: "requester", type: .address), ABIParameter(name: "resultType", type: byte),
        ABIParameter(name: "state", type: byte), ABIParameter(name: "requestHash", type: hash),
        ABIParameter(name: "requestedAt", type: number), ABIParameter(name: "paid", type: number),
    ]

    private static func event(_ name: String, _ inputs: [(String, ABIType, Bool)]) -> ABIEvent {
        ABIEvent(name: name, inputs: inputs.map { ABIParameter(name: $0.0, type: $0.1, indexed: $0.2) })
    }

    private static func function(
        _ name: String,
        _ inputs: [(String, ABIType)],
        returns outputs: [(String, ABIType)] = []
    ) -> ABIFunction {
        ABIFunction(
            name: name,
            inputs: inputs.map { ABIParameter(name: $0.0, type: $0.1) },
            outputs: outputs.map { ABIParameter(name: $0.0, type: $0.1) }
        )
    }
}
