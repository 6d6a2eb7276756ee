package import BacalhauAPI
internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
package import Transport

/// Looks at everything that a relayer needs, also beside one that runs: nothing is written, and nothing is sent that costs
/// money.
///
/// `Observations` is what can be seen; `Probes` see it, each for itself, with a time limit of its own and never stopped by
/// what another one finds; `Judgement` says what it means and what to do: pure.
package struct Doctor: Sendable {
    package let subject: DoctorSubject
    let transport: any HTTPTransport
    let webSocket: any WebSocketConnector
    let orchestrators: [Examinee]
    /// nil: published files are not read.
    let files: ResultFiles?
    private var book: ContractBook { subject.options.book }
    let time: any TimeSource
    /// The shortest and the longest wait for new blocks; within them, as long as two of them take.
    let patience: ClosedRange<Duration>

    package init(
        subject: DoctorSubject,
        transport: any HTTPTransport,
        webSocket: any WebSocketConnector,
        orchestrators: [Examinee],
        files: ResultFiles? = nil,
        time: any TimeSource = SystemTime(),
        patience: ClosedRange<Duration> = .seconds(3)...(.seconds(30))
    ) {
        self.subject = subject
        self.transport = transport
        self.webSocket = webSocket
        self.orchestrators = orchestrators
        self.files = files
        self.time = time
        self.patience = patience
    }

    /// An orchestrator that is looked at.
    package struct Examinee: Sendable {
        /// The section of the settings that has its keys.
        package let section: String
        /// Failed where not even its key could be read.
        package let place: Observed<OrchestratorPlace>

        package init(section: String = "bacalhau", place: Observed<OrchestratorPlace>) {
            self.section = section
            self.place = place
        }
    }

    /// Looks at all of it: about as long as two blocks take, from some seconds to half a minute.
    package func examine() async -> Examination {
        async let orchestrators = concurrently(orchestrators) { [runsJob = subject.runsJob, time] in
            await OrchestratorExaminer(place: $0.place, section: $0.section, runsJob: runsJob, time: time).look()
        }
        async let files = examineFiles()
        let database = DatabaseProbe(path: subject.database).look()
        let nodes = await examineNodes(anchor: database.state?.anchor?.number)
        let node = fit(nodes)
        async let contracts = examineContracts(at: node)
        async let account = examineAccount(at: node)
        let seen = await orchestrators
        var examination = await Examination(
            nodes: nodes.map(\.seen),
            contracts: contracts,
            account: account,
            orchestrator: seen.first ?? OrchestratorExamination(version: .failed("there is none")),
            database: database,
            files: files
        )
        examination.fallbacks = Array(seen.dropFirst())
        return examination
    }

    private func examineNodes(anchor: UInt64?) async -> [NodeProbe.Visit] {
        let probes = subject.nodes.map { endpoint in
            NodeProbe(
                endpoint: endpoint,
                transport: transport,
                webSocket: webSocket,
                subject: subject,
                filter: RequestFilter(addresses: subject.options.contracts.map(\.address), book: book),
                time: time,
                patience: patience
            )
        }
        var visits = await concurrently(probes) { await $0.reach() }
        let heads = visits.compactMap { $0.seen.reach.value?.head.number }
        let common = common(heads.min() ?? 0)
        visits = await concurrently(visits) { await $0.lookCloser(common: common, anchor: anchor) }
        return visits
    }

    /// The block at which the nodes are compared: all of them have it, whichever is behind, and it is as deep as what is
    /// called final, so that no reorganisation is taken for a fork.
    private func common(_ head: UInt64) -> UInt64 {
        let depth = subject.options.follow.settle.blocks ?? Self.depth
        // Genesis would tell nothing of a branch.
        return head - min(depth, head - min(1, head))
    }

    /// Where finality is a tag or a time.
    private static let depth: UInt64 = 64

    /// The first node that serves the chain, for what any of them knows.
    private func fit(_ visits: [NodeProbe.Visit]) -> EthereumClient? {
        visits.first { $0.seen.reach.value?.chainID == subject.options.chainID }?.client
    }

    private func examineContracts(at node: EthereumClient?) async -> [ContractExamination] {
        let account = subject.account.value
        return await concurrently(subject.options.contracts) { contract in
            await ContractProbe(
                address: contract.address,
                account: account,
                desk: node.map { ContractDesk(client: $0, book: book) },
                time: time
            ).look()
        }
    }

    private func examineAccount(at node: EthereumClient?) async -> Observed<AccountSight> {
        guard case .seen(let account) = subject.account else { return .failed(subject.account.failure ?? "") }
        guard let node else { return .failed("no node of chain \(subject.options.chainID) answers") }
        return await AccountProbe(account: account, node: node, time: time).look()
    }

    private func examineFiles() async -> Observed<Bool>? {
        guard let files else { return nil }
        return await observe(within: max(files.timeout, .seconds(15)), time) {
            try await files.check()
            return true
        }
    }

    private func concurrently<Item: Sendable, Found: Sendable>(
        _ items: [Item],
        _ look: @escaping @Sendable (Item) async -> Found
    ) async -> [Found] {
        await withTaskGroup(of: (Int, Found).self) { group in
            for (place, item) in items.enumerated() { group.addTask { (place, await look(item)) } }
            let found = await group.reduce(into: []) { $0.append($1) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
