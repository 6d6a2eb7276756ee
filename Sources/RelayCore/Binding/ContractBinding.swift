package import Bacalhau
package import Ethereum

/// How a contract asks and how it is answered: a contract is data, not code (design D7).
///
/// This folder holds the bindings and what is decided from them: which logs are requests and which are answers, what a
/// settlement's calldata is, what a contract's own record of a job says.
package struct ContractBinding: Sendable, Equatable {
    /// Indices of an event's parameter, or an output's, and of the members within it where it is a tuple.
    package typealias Path = [Int]

    /// The places of a request's fields in the event.
    package struct Fields: Sendable, Equatable {
        /// nil where the contract does not number its requests.
        package var jobID: Path?
        /// nil where the event does not say who asks: the contract itself stands for it.
        package var requester: Path?
        /// Whether whoever asks names any address for the requester: quotas then count for the transaction's sender.
        package var isRequesterClaimed = false
        package var spec: SpecField
        package var resultType: ResultTypeField
        /// What a settling function wants back as the event had it.
        package var echoes: [Path] = []

        /// Whether the event tells by the contract's word who asks.
        package var isRequesterProven: Bool { requester != nil && !isRequesterClaimed }
    }

    /// Where the text of the spec is, or what it is made of.
    package enum SpecField: Sendable, Equatable {
        case text(Path)
        /// A module's name, and a list of `key=value`.
        case module(name: Path, inputs: Path)
        /// A job's name, or the hash of one where it is indexed, and its parameters: a JSON object or any other text.
        case named(name: Path, parameters: Path)
    }

    package enum ResultTypeField: Sendable, Equatable {
        case field(Path)
        case always(ResultType)
    }

    /// Numbers of which a settlement's gas is made, besides the client's own (measured on the contract).
    package struct Gas: Sendable, Equatable {
        /// What a settlement with an empty text costs, the capped call apart.
        package let base: UInt64
        /// What each byte of text adds.
        package let perByte: UInt64
        /// What the client's call may use where the contract does not say.
        package let callback: UInt64

        package init(base: UInt64, perByte: UInt64, callback: UInt64 = 0) {
            self.base = base
            self.perByte = perByte
            self.callback = callback
        }
    }

    /// As settings and messages call it.
    package var name: String
    package var format: SpecFormat
    package var requestEvent: ABIEvent
    package var fields: Fields
    package var fulfill: SettlingCall
    /// nil where the contract cannot be told of a failure.
    package var fail: SettlingCall?
    /// The events by which the contract tells that a job is closed.
    package var outcomes: [OutcomeEvent]
    package var views: ContractViews
    /// Bytes of a spec that it takes at most; nil where it has no limit of its own.
    package var specLimit: Int?
    /// In what form it takes answers.
    package var form: AnswerForm
    package var gas: Gas
    /// Whether it gives each request the id after the last one's, in the call that logs it: then holes tell of missed logs.
    package var countsJobs = false
    /// What is no mistake, and may not be what was meant: each with the key that it is about.
    package var notes: [String] = []

    /// Whether the contract's events, and not a view, tell what has been answered.
    package var isToldByEvents: Bool { views.record == nil && !outcomes.isEmpty }

    /// Whether anything at all tells what has been answered.
    package var hasMemory: Bool { views.record != nil || !outcomes.isEmpty }

    /// The first topics of the logs that matter.
    package var topics: [Hash32] {
        [requestEvent.topic] + (isToldByEvents ? outcomes.map(\.event.topic) : [])
    }

    /// Whether an answer says whom it is for.
    package var namesRequester: Bool { fulfill.arguments.contains(.requester) }

    /// Whom a call of a settling function answers; nil where it is no such call.
    package func requester(in calldata: [UInt8]) -> Address? {
        fulfill.requester(in: calldata) ?? fail?.requester(in: calldata)
    }

    /// What is read of the contract, in a few words: with another reading, what was read before means something else.
    package var reading: String {
        let indexed = requestEvent.inputs.map { $0.indexed ? "i" : "-" }.joined()
        let id = fields.jobID.map { "\($0)" } ?? "none"
        let told = isToldByEvents ? outcomes.map(\.event.signature).joined(separator: " ") : ""
        return "\(requestEvent.signature) \(indexed) id \(id) \(told)"
    }

    /// The calldata that settles a request with `answer`, which must fit the contract's bounds.
    ///
    /// nil where it is a failure and the contract has no function for one. Throws where a value does not fit its type.
    package func calldata(for request: ObservedRequest, answer: Answer) throws(ABIError) -> [UInt8]? {
        guard let call = answer.kind == .result ? fulfill : fail else { return nil }
        return try call.calldata(
            for: request,
            echoes: try echoes(of: request),
            text: answer.content
        )
    }

    /// The parameters of the echoed fields.
    private var echoParameters: [ABIParameter] { fields.echoes.compactMap { requestEvent.inputs.parameter(at: $0) } }

    private func echoes(of request: ObservedRequest) throws(ABIError) -> [ABIValue] {
        fields.echoes.isEmpty ? [] : try ABIFunction(name: "", inputs: echoParameters).decodeCall(echo: request.echo)
    }

    /// The echoed fields as they are stored.
    func echo(_ values: [ABIValue]) throws(ABIError) -> [UInt8] {
        guard !values.isEmpty else { return [] }
        return Array(try ABIFunction(name: "", inputs: echoParameters).encodeCall(values).dropFirst(4))
    }
}

extension ABIFunction {
    /// Values that `echo` has written: they stand behind a selector, as arguments do.
    fileprivate func decodeCall(echo: [UInt8]) throws(ABIError) -> [ABIValue] { try decodeCall(selector + echo) }
}

extension [ABIParameter] {
    /// The parameter at a path of indices through tuples; nil where there is none.
    package func parameter(at path: ContractBinding.Path) -> ABIParameter? {
        var members = self
        for (level, index) in path.enumerated() {
            guard members.indices.contains(index) else { return nil }
            if level == path.count - 1 { return members[index] }
            guard case .tuple(let inner) = members[index].type else { return nil }
            members = inner
        }
        return nil
    }
}

extension [ABIValue] {
    /// The value at a path of indices through tuples; nil where there is none.
    func value(at path: ContractBinding.Path) -> ABIValue? {
        var members = self
        for (level, index) in path.enumerated() {
            guard members.indices.contains(index) else { return nil }
            if level == path.count - 1 { return members[index] }
            guard case .tuple(let inner) = members[index] else { return nil }
            members = inner
        }
        return nil
    }
}
