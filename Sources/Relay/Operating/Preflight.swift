package import Bacalhau
internal import BacalhauAPI
package import Ethereum
package import EthereumRPC
internal import RelayCore
package import RelayStore
internal import Transport

/// What is looked at before anything is done: a mistake in the configuration is found here and not by a lost fee.
package struct Preflight: Sendable {
    let client: EthereumClient
    let contracts: ContractDesk
    let addresses: [Address]
    let account: Address
    let chainID: UInt64
    /// In order of preference, one at least.
    let orchestrators: [OrchestratorPlace]
    /// The chain that the database belongs to; nil for a new one.
    let known: (identity: ChainIdentity, anchor: ChainAnchor?)?

    package init(
        client: EthereumClient,
        contracts: ContractDesk,
        addresses: [Address],
        account: Address,
        chainID: UInt64,
        orchestrators: [OrchestratorPlace],
        known: (identity: ChainIdentity, anchor: ChainAnchor?)? = nil
    ) {
        self.client = client
        self.contracts = contracts
        self.addresses = addresses
        self.account = account
        self.chainID = chainID
        self.orchestrators = orchestrators
        self.known = known
    }

    /// What the services need to know of the world they start in.
    package struct Findings: Sendable {
        package let identity: ChainIdentity
        /// Each contract's cap on the client's call, in gas.
        package let callbackGas: [Address: UInt64]
        /// What the account has, in wei.
        package let balance: UInt256
        package let head: UInt64
        /// Orchestrators that did not answer, by name, with the reason.
        package let unreached: [String: String]
        /// The nodes of those that list them, by the orchestrator's name.
        package let nodes: [String: [NodeSummary]]
    }

    /// A reason not to start, with the remedy.
    package enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case anotherChain(configured: UInt64, found: UInt64)
        case resetChain(block: UInt64, known: Hash32, found: Hash32)
        /// Two nodes with their genesis blocks.
        case nodesDiffer(String, String)
        case noContract(Address)
        case notTheContract(Address, binding: String, String)
        case notARelayer(account: Address, contract: Address, remedy: String)
        case oldServer(orchestrator: String, version: String)
        /// Its logs have been read by another event, or with other ids.
        case anotherReading(contract: Address, known: String)
        case anotherAccount(unfinished: Address, configured: Address)
        case startsBeyondTheHead(contract: Address, start: UInt64, head: UInt64)
        case badAddress(key: String, reason: String)

        package var description: String {
            switch self {
            case .anotherChain(let configured, let found):
                "chain.id is \(configured), but the node serves chain \(found): correct chain.id or chain.rpc"
            case .resetChain(let block, let known, let found):
                "block \(block) was \(known.hex) when it was final, and the node says \(found.hex): the chain was reset, or"
                    + " chain.rpc is another network. For a chain that begins anew take another database file"
            case .nodesDiffer(let first, let other):
                "the nodes in chain.rpc serve chains with different genesis blocks, and the database is new: \(first),"
                    + " \(other). Take out of chain.rpc the one that is another network or was reset"
            case .noContract(let address):
                "there is no contract at \(address): correct contracts[].address, or the node in chain.rpc"
            case .notTheContract(let address, let binding, let what):
                "the contract at \(address) does not fit the binding \"\(binding)\": \(what)"
            case .notARelayer(let account, let contract, let remedy):
                "the account \(account) is no relayer of the contract \(contract): its owner has to call \(remedy)"
            case .anotherAccount(let unfinished, let configured):
                "the account \(unfinished) has signed settlements that are not final yet, and the settings name"
                    + " \(configured): run with the first account's key until status shows none settling"
            case .startsBeyondTheHead(let contract, let start, let head):
                "contracts[].startBlock of \(contract) is \(start), and the chain's head is block \(head): name a block"
                    + " that there is, the contract's own for one"
            case .anotherReading(let contract, let known):
                "the contract \(contract) has been read by another binding until now (\(known)), so that requests would be"
                    + " taken for others: go back to that binding, or take another database file"
            case .badAddress(let key, let reason):
                "\(key): nothing can be sent there: \(reason)"
            case .oldServer(let orchestrator, let version):
                "the orchestrator \(orchestrator) is Bacalhau \(version); 1.8.0 or newer is needed, since older ones may run a job twice"
            }
        }
    }

    /// Throws `Problem` for what will not mend itself, and the clients' errors for what may.
    package func run() async throws -> Findings {
        let identity = try await ChainSurvey(client: client, chainID: chainID, known: known).run()
        var callbackGas: [Address: UInt64] = [:]
        for address in addresses { callbackGas[address] = try await check(address) }
        let unreached = try await vetOrchestrators()
        return Findings(
            identity: identity,
            callbackGas: callbackGas,
            balance: try await client.balance(of: account),
            head: try await client.blockNumber(),
            unreached: unreached,
            nodes: await nodes(except: unreached)
        )
    }

    private func nodes(except unreached: [String: String]) async -> [String: [NodeSummary]] {
        await withTaskGroup(of: (String, [NodeSummary]?).self) { group in
            for orchestrator in orchestrators where unreached[orchestrator.name] == nil {
                group.addTask { (orchestrator.name, try? await orchestrator.client.nodes()) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Those that do not answer, with the reason; throws the first one's error where none does.
    private func vetOrchestrators() async throws -> [String: String] {
        let failures = try await withThrowingTaskGroup(of: (Int, BacalhauError)?.self) { group in
            for (place, orchestrator) in orchestrators.enumerated() {
                group.addTask { try await vet(orchestrator).map { (place, $0) } }
            }
            return try await group.reduce(into: [Int: BacalhauError]()) { failures, failure in
                if let failure { failures[failure.0] = failure.1 }
            }
        }
        if failures.count == orchestrators.count, let first = failures[0] { throw first }
        return Dictionary(failures.map { (orchestrators[$0].name, "\($1)") }) { first, _ in first }
    }

    /// Why it does not answer; nil where it does.
    ///
    /// Throws where it will not do.
    private func vet(_ orchestrator: OrchestratorPlace) async throws -> BacalhauError? {
        do {
            let version = try await orchestrator.client.version()
            guard version.isSupported else {
                throw Problem.oldServer(orchestrator: orchestrator.name, version: version.description)
            }
            return nil
        } catch let error as BacalhauError {
            guard case .transport(.badRequest(let reason)) = error.kind else { return error }
            throw Problem.badAddress(key: "\(orchestrator.section).api or \(orchestrator.secret)", reason: reason)
        }
    }

    /// Its cap on the client's call, where it says so.
    private func check(_ contract: Address) async throws -> UInt64? {
        guard try await !client.code(at: contract).isEmpty else { throw Problem.noContract(contract) }
        let binding = try contracts.binding(of: contract)
        do {
            if let view = binding.views.relayer, view.need == .everything,
                try await contracts.isRelayer(account, of: contract) == false
            {
                throw Problem.notARelayer(account: account, contract: contract, remedy: view.remedy(for: account))
            }
            return try await contracts.callbackGas(of: contract)
        } catch let error as ContractDesk.UnexpectedOutput {
            throw Problem.notTheContract(contract, binding: binding.name, error.description)
        } catch let error as RPCError where error.revertData != nil {
            throw Problem.notTheContract(contract, binding: binding.name, error.description)
        }
    }
}
