package import Ethereum
package import EthereumRPC
package import RelayCore

/// Asks a contract what its binding lets one ask.
package struct ContractDesk: Sendable {
    package let client: EthereumClient
    package let binding: ContractBinding

    package init(client: EthereumClient, binding: ContractBinding) {
        self.client = client
        self.binding = binding
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
    /// Throws `RPCError` where the node is in trouble; the contract's own trouble is a standing, `unreadable`.
    package func standing(of request: ObservedRequest) async throws -> ContractStanding {
        do {
            return try await job(request.jobID, of: request.contract).standing(for: request.hash)
        } catch let error as UnexpectedOutput {
            return .unreadable("\(error)")
        } catch let error as RPCError {
            guard let reason = error.executionFailure ?? error.revertReason else { throw error }
            let function = binding.jobView.signature
            return .unreadable("\(function) of the contract \(request.contract) does not go through: \(reason)")
        }
    }

    /// The contract's own record of a job.
    ///
    /// Throws `RPCError` or `UnexpectedOutput`.
    package func job(_ jobID: UInt256, of contract: Address) async throws -> ContractJob {
        let output = try await view(binding.jobView, [.uint(jobID)], of: contract)
        guard let job = ContractJob(output: output) else {
            throw UnexpectedOutput(function: binding.jobView.signature, contract: contract)
        }
        return job
    }

    /// How many jobs the contract has ever had.
    package func jobCount(of contract: Address) async throws -> UInt256 {
        guard case .uint(let count)? = try await view(binding.countView, [], of: contract).first
        else { throw UnexpectedOutput(function: binding.countView.signature, contract: contract) }
        return count
    }

    package func isRelayer(_ account: Address, of contract: Address) async throws -> Bool {
        guard case .bool(let allowed)? = try await view(binding.relayerView, [.address(account)], of: contract).first
        else { throw UnexpectedOutput(function: binding.relayerView.signature, contract: contract) }
        return allowed
    }

    /// The contract's cap on the client's call, in gas.
    package func callbackGas(of contract: Address) async throws -> UInt64 {
        guard case .uint(let gas)? = try await view(binding.callbackGasView, [], of: contract).first,
            let units = gas.asUInt64
        else { throw UnexpectedOutput(function: binding.callbackGasView.signature, contract: contract) }
        return units
    }

    /// In wei.
    package func fee(of contract: Address) async throws -> UInt256 {
        guard case .uint(let fee)? = try await view(binding.feeView, [], of: contract).first
        else { throw UnexpectedOutput(function: binding.feeView.signature, contract: contract) }
        return fee
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
