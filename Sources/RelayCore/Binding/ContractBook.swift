package import Ethereum

/// The binding of each contract.
package struct ContractBook: Sendable, Equatable {
    /// Of contracts that are not in `own`; nil: there are no others.
    private let common: ContractBinding?
    private let own: [Address: ContractBinding]

    package init(_ own: [Address: ContractBinding]) {
        common = nil
        self.own = own
    }

    /// One binding for all contracts.
    package init(every binding: ContractBinding) {
        common = binding
        own = [:]
    }

    package subscript(contract: Address) -> ContractBinding? { own[contract] ?? common }

    /// The first topics of the logs that matter of these contracts, each once and in the order of the contracts.
    package func topics(of contracts: [Address]) -> [Hash32] {
        var topics: [Hash32] = []
        for contract in contracts {
            for topic in self[contract]?.topics ?? [] where !topics.contains(topic) { topics.append(topic) }
        }
        return topics
    }
}
