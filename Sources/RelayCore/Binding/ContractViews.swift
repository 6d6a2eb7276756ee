package import Ethereum

/// What a contract lets one ask; nil what it does not.
package struct ContractViews: Sendable, Equatable {
    /// What the contract itself knows of a job.
    package var record: RecordView?
    /// How many jobs there are, where their ids count from 1.
    package var count: ABIFunction?
    package var relayer: RelayerView?
    /// The contract's cap on the client's call, in gas.
    package var callbackGas: ABIFunction?
    /// What a request costs, in wei.
    package var fee: ABIFunction?
    /// How anybody asks: with a spec and a result type, and the fee.
    package var ask: ABIFunction?

    package init(
        record: RecordView? = nil,
        count: ABIFunction? = nil,
        relayer: RelayerView? = nil,
        callbackGas: ABIFunction? = nil,
        fee: ABIFunction? = nil,
        ask: ABIFunction? = nil
    ) {
        self.record = record
        self.count = count
        self.relayer = relayer
        self.callbackGas = callbackGas
        self.fee = fee
        self.ask = ask
    }

    /// A view that tells whether an account may settle.
    package struct RelayerView: Sendable, Equatable {
        /// What is impossible without.
        package enum Need: Sendable, Equatable {
            case everything
            /// Telling a failure; a result anybody may bring.
            case failures
        }

        package let function: ABIFunction
        /// What goes before the account's address: a role.
        package let role: Hash32?
        package let need: Need
        /// The call by which its owner lets an account settle, `%` for the account.
        package let remedy: String

        package init(function: ABIFunction, role: Hash32? = nil, need: Need = .everything, remedy: String) {
            self.function = function
            self.role = role
            self.need = need
            self.remedy = remedy
        }

        package func remedy(for account: Address) -> String {
            remedy.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\(account)")
        }

        package func arguments(for account: Address) -> [ABIValue] {
            (role.map { [.fixedBytes($0.bytes)] } ?? []) + [.address(account)]
        }
    }
}
