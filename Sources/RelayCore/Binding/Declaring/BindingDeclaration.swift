package import Bacalhau

/// A binding as an operator writes it: names of an ABI, which `resolved(with:)` proves.
package struct BindingDeclaration: Sendable, Equatable {
    /// A function and its arguments, one for each value that it takes.
    package struct Call: Sendable, Equatable {
        package var function: String
        package var arguments: [String]

        package init(function: String, arguments: [String]) {
            self.function = function
            self.arguments = arguments
        }
    }

    /// An event that tells that a job is closed.
    package struct Outcome: Sendable, Equatable {
        package var event: String
        package var jobID: String
        package var requester: String?
        /// A boolean field that tells a result from a failure; nil: always `closing`.
        package var success: String?
        package var closing: ContractStanding.Closing

        package init(
            event: String,
            jobID: String,
            requester: String? = nil,
            success: String? = nil,
            closing: ContractStanding.Closing = .fulfilled
        ) {
            self.event = event
            self.jobID = jobID
            self.requester = requester
            self.success = success
            self.closing = closing
        }
    }

    /// A view by job id that tells whether the contract still waits.
    package struct Standing: Sendable, Equatable {
        package var view: String
        /// A path in its output; empty: the whole of it.
        package var value: String
        /// What it says of a job that waits: `true`, `false` or a number.
        package var open: String
        package var requestHash: String?

        package init(view: String, value: String, open: String, requestHash: String? = nil) {
            self.view = view
            self.value = value
            self.open = open
            self.requestHash = requestHash
        }
    }

    package var name: String
    package var format: SpecFormat
    package var event: String
    package var jobID: String?
    package var requester: String?
    package var isRequesterClaimed: Bool
    package var spec: String
    /// A list of `key=value`, beside a module's name.
    package var inputs: String?
    /// A path in the event; nil: always `result`.
    package var resultType: String?
    package var result: ResultType
    package var fulfill: Call
    package var fail: Call?
    package var standing: Standing?
    package var outcomes: [Outcome]
    /// Bytes of a result and of a reason that the contract takes at most.
    package var resultLimit: Int
    package var reasonLimit: Int
    package var gas: ContractBinding.Gas

    package init(
        name: String,
        format: SpecFormat = .task,
        event: String,
        jobID: String? = nil,
        requester: String? = nil,
        isRequesterClaimed: Bool = false,
        spec: String,
        inputs: String? = nil,
        resultType: String? = nil,
        result: ResultType = .cid,
        fulfill: Call,
        fail: Call? = nil,
        standing: Standing? = nil,
        outcomes: [Outcome] = [],
        resultLimit: Int = 2_048,
        reasonLimit: Int = 256,
        gas: ContractBinding.Gas = ContractBinding.Gas(base: 320_000, perByte: 1_600, callback: 1_000_000)
    ) {
        self.name = name
        self.format = format
        self.event = event
        self.jobID = jobID
        self.requester = requester
        self.isRequesterClaimed = isRequesterClaimed
        self.spec = spec
        self.inputs = inputs
        self.resultType = resultType
        self.result = result
        self.fulfill = fulfill
        self.fail = fail
        self.standing = standing
        self.outcomes = outcomes
        self.resultLimit = resultLimit
        self.reasonLimit = reasonLimit
        self.gas = gas
    }
}

/// What of a binding does not fit its ABI, with the key that names it.
package struct BindingProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Such as `request.spec` or `fulfill.arguments`.
    package let key: String
    package let text: String

    package init(_ key: String, _ text: String) {
        self.key = key
        self.text = text
    }

    package var description: String { "\(key): \(text)" }
}
