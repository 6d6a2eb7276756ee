package import Ethereum

/// A view that tells what a contract knows of the job of an id.
package struct RecordView: Sendable, Equatable {
    package struct Meaning: Sendable, Equatable {
        package let value: ABIValue
        package let state: ContractJob.State

        package init(_ value: ABIValue, _ state: ContractJob.State) {
            self.value = value
            self.state = state
        }
    }

    package let function: ABIFunction
    /// Where the output says how it stands: a number or a boolean.
    package let state: ContractBinding.Path
    package let meanings: [Meaning]
    /// What every other value means; nil: it is not understood.
    package let otherwise: ContractJob.State?
    package let requestHash: ContractBinding.Path?
    /// The block in which it was asked for.
    package let requestedAt: ContractBinding.Path?

    package init(
        function: ABIFunction,
        state: ContractBinding.Path,
        meanings: [Meaning],
        otherwise: ContractJob.State? = nil,
        requestHash: ContractBinding.Path? = nil,
        requestedAt: ContractBinding.Path? = nil
    ) {
        self.function = function
        self.state = state
        self.meanings = meanings
        self.otherwise = otherwise
        self.requestHash = requestHash
        self.requestedAt = requestedAt
    }

    /// Whether holes in the sequence of ids can be looked for and filled by it.
    package var tellsPlaces: Bool { requestHash != nil && requestedAt != nil }

    /// Reads the view's output; nil if it has another form, or says what the binding does not know.
    package func read(_ output: [ABIValue]) -> ContractJob? {
        guard let value = output.value(at: state),
            let state = meanings.first(where: { $0.value == value })?.state ?? otherwise
        else { return nil }
        var hash: Hash32?
        if let requestHash {
            guard case .fixedBytes(let bytes)? = output.value(at: requestHash), let read = Hash32(bytes) else {
                return nil
            }
            hash = read
        }
        var block: UInt256?
        if let requestedAt {
            guard case .uint(let number)? = output.value(at: requestedAt) else { return nil }
            block = number
        }
        return ContractJob(state: state, requestHash: hash, requestedAt: block)
    }
}
