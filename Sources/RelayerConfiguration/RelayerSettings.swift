package import Bacalhau
import Ethereum
import Formats
package import RelayCore
import Settings

/// What one relayer is told: one chain, one account, one database, any number of contracts.
///
/// This folder says which keys the relayer's settings have; the reference, the schema and the commented file that
/// `config init` writes come from the same code.
package struct RelayerSettings: Sendable, Equatable {
    package let chain: ChainSettings
    /// From 1 to 64, no address twice.
    package let contracts: [ContractSettings]
    package let bacalhau: BacalhauSettings
    package let results: ResultSettings
    /// What strangers' specs may run, of every contract.
    package let policy: JobPolicy
    /// How much each requester, and all of them, may begin and run.
    package let quotas: Quotas
    /// At most 256, with the templates read and tried.
    package let modules: ModuleCatalogue
    /// The key that signs; nil where none is named and the command needs none.
    package let account: AccountSettings?
    /// The database's path.
    package let database: String
    package let fees: FeeSettings
    package let log: LogSettings

    /// Reads every key, and the files of the modules' templates; what needs an account says so.
    init(_ section: Section, needsAccount: Bool) {
        let chain = section.section("chain", "The chain that is followed.", ChainSettings.init)
        self.chain = chain
        let bindings = BindingSettings.read(section, chainID: chain.id)
        contracts = section.list("contracts", 1...64, "The contracts whose requests are answered.") {
            ContractSettings($0, chainStart: chain.startBlock, bindings: bindings)
        }
        if let twice = contracts.firstTwice {
            section.refuse("contracts", "\(twice) is listed twice: remove one of them")
        }
        let bacalhau = section.section(
            "bacalhau",
            "The Bacalhau orchestrator that runs the jobs.",
            BacalhauSettings.init
        )
        self.bacalhau = bacalhau
        modules = ModuleSettings.catalogue(section, limits: SpecLimits(body: bacalhau.maxBodySize.bytes))
        results = section.section("results", "Where the output that jobs publish is read.", ResultSettings.init)
        let rules = section.section(
            "policy",
            "What strangers' specs may run with your money: what is not allowed here is refused, and the reason is answered "
                + "on chain. lilypad-relayer policy test says what becomes of a spec.",
            PolicySettings.read
        )
        var policy = rules.policy
        policy.maxBodySize = bacalhau.maxBodySize.bytes
        self.policy = policy
        quotas = rules.quotas
        account = section.section(
            "account",
            "The account that settles requests: its address must be a relayer of each contract. "
                + "Name one key: a keystore with its password, or keyFile."
        ) { AccountSettings.read($0, isNeeded: needsAccount) }
        database = section.path(
            "database",
            default: "relayer.sqlite",
            "The database's file. A relative path, here as in every other key, starts at this file's own folder."
        )
        fees = section.section("fees", "What a settlement may cost per unit of gas.", FeeSettings.init)
        log = section.section("log", "What is logged, and how.", LogSettings.init)
    }
}

extension RelayerSettings {
    /// What is no mistake, and may not be what was meant.
    package var notes: [String] {
        contracts.enumerated().flatMap { index, contract in
            let own = [requesterNote(of: contract.binding), contract.roomNote].compactMap { $0 }
            let binding = contract.binding.notes.map { "the binding \(contract.binding.name): \($0)" }
            return (own + binding).map { "contracts[\(index)]: \($0)" }
        }
    }

    private func requesterNote(of binding: ContractBinding) -> String? {
        guard !binding.fields.isRequesterProven, !policy.requesters.isEverybody else { return nil }
        return
            "the binding \(binding.name) does not prove who asks: policy.requesters judges the accounts that send the "
            + "transactions, and not those that the contract names"
    }
}

extension [ContractSettings] {
    /// The first contract that is listed a second time.
    fileprivate var firstTwice: String? {
        var seen: Set<String> = []
        return map(\.address.checksummed).first { !seen.insert($0).inserted }
    }
}
