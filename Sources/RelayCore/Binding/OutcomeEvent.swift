package import Ethereum

/// An event by which a contract tells that a job is closed.
package struct OutcomeEvent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case always(ContractStanding.Closing)
        /// A boolean: whether there is a result, or a failure.
        case flag(ContractBinding.Path)
    }

    package let event: ABIEvent
    package let jobID: ContractBinding.Path
    /// nil where the event does not name who asked.
    package let requester: ContractBinding.Path?
    package let kind: Kind
    /// The answer's text.
    package let text: ContractBinding.Path?
    /// Whether the client took it; nil where the contract does not say.
    package let callbackSucceeded: ContractBinding.Path?

    package init(
        event: ABIEvent,
        jobID: ContractBinding.Path,
        requester: ContractBinding.Path? = nil,
        kind: Kind,
        text: ContractBinding.Path? = nil,
        callbackSucceeded: ContractBinding.Path? = nil
    ) {
        self.event = event
        self.jobID = jobID
        self.requester = requester
        self.kind = kind
        self.text = text
        self.callbackSucceeded = callbackSucceeded
    }

    /// What a log of this event says; nil where it is another event's, or damaged.
    package func read(_ log: Log) -> Outcome? {
        guard log.topics.first == event.topic, case .uint(let id)? = value(jobID, log) else { return nil }
        var asker: Address?
        if let requester {
            guard case .address(let address)? = value(requester, log) else { return nil }
            asker = address
        }
        let closing: ContractStanding.Closing
        switch kind {
        case .always(let always): closing = always
        case .flag(let path):
            guard case .bool(let isResult)? = value(path, log) else { return nil }
            closing = isResult ? .fulfilled : .failed
        }
        return Outcome(
            jobID: id,
            requester: asker,
            closing: closing,
            text: text.flatMap { value($0, log) }?.content,
            callbackSucceeded: callbackSucceeded.flatMap { value($0, log) }?.flag
        )
    }

    private func value(_ path: ContractBinding.Path, _ log: Log) -> ABIValue? {
        try? event.decodeField(at: path, topics: log.topics, data: log.data)
    }
}

/// How a contract says that it has closed a job.
package struct Outcome: Sendable, Equatable {
    package let jobID: UInt256
    /// nil where the contract does not say.
    package let requester: Address?
    package let closing: ContractStanding.Closing
    /// As the log has it: not known to be UTF-8.
    package let text: [UInt8]?
    package let callbackSucceeded: Bool?

    package init(
        jobID: UInt256,
        requester: Address? = nil,
        closing: ContractStanding.Closing,
        text: [UInt8]? = nil,
        callbackSucceeded: Bool? = nil
    ) {
        self.jobID = jobID
        self.requester = requester
        self.closing = closing
        self.text = text
        self.callbackSucceeded = callbackSucceeded
    }
}

extension ABIValue {
    fileprivate var content: [UInt8]? {
        switch self {
        case .string(let bytes), .bytes(let bytes): bytes
        default: nil
        }
    }

    fileprivate var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
}

extension ContractBinding {
    /// What a log says of a job's end; nil where it says nothing of the kind.
    package func outcome(in log: Log) -> Outcome? {
        outcomes.lazy.compactMap { $0.read(log) }.first
    }
}
