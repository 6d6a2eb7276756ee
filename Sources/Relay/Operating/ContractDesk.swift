package import Ethereum
package import EthereumRPC
package import RelayCore

/// Asks a contract what its binding lets one ask.
package struct ContractDesk: Sendable {
    /// What the logs tell of a request whose contract has no view for it.
    package typealias Word = @Sendable (ObservedRequest) async throws -> ContractStanding

    package let client: EthereumClient
    package let book: ContractBook
    /// nil: such a request counts as open.
    private let word: Word?

    package init(client: EthereumClient, book: ContractBook, word: Word? = nil) {
        self.client = client
        self.book = book
        self.word = word
    }

    /// One binding for all contracts.
    package init(client: EthereumClient, binding: ContractBinding) {
        self.init(client: client, book: ContractBook(every: binding))
    }

    /// The contract has no binding: it is not in the settings.
    package struct NotInSettings: Error, CustomStringConvertible {
        package let contract: Address

        package var description: String { "the contract \(contract) is not in the settings any more" }
    }

    /// Throws `NotInSettings`.
    package func binding(of contract: Address) throws -> ContractBinding {
        guard let binding = book[contract] else { throw NotInSettings(contract: contract) }
        return binding
    }

    /// The contract answered with something that is not what its binding says.
    package struct UnexpectedOutput: Error, CustomStringConvertible {
        package let function: String
        package let contract: Address

        package var description: String {
            "\(function) of the contract \(contract) answered with another form than the binding says"
        }
    }

    /// What the contract says of a request.
    ///
    /// Throws `RPCError` where the node is in trouble, and what the store throws; the contract's own trouble is a
    /// standing, `unreadable`.
    package func standing(of request: ObservedRequest) async throws -> ContractStanding {
        guard let binding = book[request.contract] else {
            return .unreadable("\(NotInSettings(contract: request.contract))")
        }
        guard let record = binding.views.record else { return try await word?(request) ?? .open }
        do {
            let output = try await view(record.function, [.uint(request.jobID)], of: request.contract)
            return try job(in: output, record, request.contract).standing(for: request.hash)
        } catch let error as UnexpectedOutput {
            return .unreadable("\(error)")
        } catch let error as ABIError {
            return .unreadable("\(record.function.signature) cannot be asked for this job: \(error)")
        } catch let error as RPCError {
            guard let reason = error.executionFailure ?? error.revertReason else { throw error }
            let function = record.function.signature
            return .unreadable("\(function) of the contract \(request.contract) does not go through: \(reason)")
        }
    }

    /// The contract's own record of a job; nil where it lets nobody ask.
    ///
    /// Throws `RPCError`, `UnexpectedOutput` or `NotInSettings`.
    package func job(_ jobID: UInt256, of contract: Address) async throws -> ContractJob? {
        guard let record = try binding(of: contract).views.record else { return nil }
        let output = try await view(record.function, [.uint(jobID)], of: contract)
        return try job(in: output, record, contract)
    }

    private func job(in output: [ABIValue], _ record: RecordView, _ contract: Address) throws -> ContractJob {
        guard let job = record.read(output) else {
            throw UnexpectedOutput(function: record.function.signature, contract: contract)
        }
        return job
    }

    /// How many jobs the contract has ever had; nil where it does not say.
    package func jobCount(of contract: Address) async throws -> UInt256? {
        guard let function = try binding(of: contract).views.count else { return nil }
        return try number(in: await view(function, [], of: contract), function, contract)
    }

    /// Whether an account may settle; nil where the binding knows of no such rule.
    package func isRelayer(_ account: Address, of contract: Address) async throws -> Bool? {
        guard let view = try binding(of: contract).views.relayer else { return nil }
        guard
            case .bool(let allowed)? = try await self.view(view.function, view.arguments(for: account), of: contract)
                .first
        else { throw UnexpectedOutput(function: view.function.signature, contract: contract) }
        return allowed
    }

    /// The contract's cap on the client's call, in gas; nil where it does not say.
    package func callbackGas(of contract: Address) async throws -> UInt64? {
        guard let function = try binding(of: contract).views.callbackGas else { return nil }
        let gas = try number(in: await view(function, [], of: contract), function, contract)
        guard let units = gas.asUInt64 else {
            throw UnexpectedOutput(function: function.signature, contract: contract)
        }
        return units
    }

    /// In wei; nil where the contract does not say.
    package func fee(of contract: Address) async throws -> UInt256? {
        guard let function = try binding(of: contract).views.fee else { return nil }
        return try number(in: await view(function, [], of: contract), function, contract)
    }

    private func number(in output: [ABIValue], _ function: ABIFunction, _ contract: Address) throws -> UInt256 {
        guard case .uint(let number)? = output.first
        else { throw UnexpectedOutput(function: function.signature, contract: contract) }
        return number
    }

    private func view(_ function: ABIFunction, _ arguments: [ABIValue], of contract: Address) async throws -> [ABIValue]
    {
        let data = try function.encodeCall(arguments)
        let output = try await client.call(CallRequest(to: contract, data: data))
        do {
            return try function.decodeOutput(output)
        } catch {
            throw UnexpectedOutput(function: function.signature, contract: contract)
        }
    }
}
