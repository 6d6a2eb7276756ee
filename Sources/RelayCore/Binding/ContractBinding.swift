package import Ethereum

/// How a contract asks and how it is answered: a contract is data, not code (design D7).
///
/// This folder holds the bindings and what is decided from them: which logs are requests, what a settlement's calldata
/// is, what a contract's own record of a job says.
package struct ContractBinding: Sendable {
    /// What an argument of a settling function stands for.
    package enum Argument: Sendable {
        case jobID
        case requestHash
        case resultType
        /// The result's or the reason's text.
        case text
    }

    /// The places of a request's fields among the event's parameters.
    package struct Fields: Sendable {
        package let jobID: Int
        package let requester: Int
        package let spec: Int
        package let resultType: Int
    }

    package struct Call: Sendable {
        package let function: ABIFunction
        package let arguments: [Argument]
    }

    /// Bounds of the gas that a settlement may use besides the client's own (measured on the contract).
    package struct Gas: Sendable, Equatable {
        /// What a settlement with an empty text costs, the capped call apart.
        package let base: UInt64
        /// What each byte of text adds.
        package let perByte: UInt64

        package init(base: UInt64, perByte: UInt64) {
            self.base = base
            self.perByte = perByte
        }
    }

    package let name: String
    package let requestEvent: ABIEvent
    /// `requestJob(string,uint8)`: how anybody asks.
    package let requestFunction: ABIFunction
    package let fields: Fields
    package let fulfill: Call
    package let fail: Call
    /// `job(uint256)`: what the contract itself knows of a job.
    package let jobView: ABIFunction
    /// `jobCount()`: how many jobs there are, where their ids count from 1.
    package let countView: ABIFunction
    package let relayerView: ABIFunction
    package let callbackGasView: ABIFunction
    package let feeView: ABIFunction
    package let fulfilledEvent: ABIEvent
    package let failedEvent: ABIEvent
    /// Bytes that the contract takes at most.
    package let resultLimit: Int
    package let reasonLimit: Int
    package let gas: Gas

    /// The calldata that settles `jobID` with `answer`, which must fit the contract's bounds.
    package func calldata(
        jobID: UInt256,
        requestHash: Hash32,
        resultType: UInt8,
        answer: Answer
    ) throws(ABIError)
        -> [UInt8]
    {
        let call = answer.kind == .result ? fulfill : fail
        let values = call.arguments.map { argument -> ABIValue in
            switch argument {
            case .jobID: .uint(jobID)
            case .requestHash: .fixedBytes(requestHash.bytes)
            case .resultType: .uint(UInt256(UInt64(resultType)))
            case .text: .string(Array(answer.text.utf8))
            }
        }
        return try call.function.encodeCall(values)
    }
}
