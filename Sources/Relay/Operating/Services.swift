internal import Ethereum
internal import RelayCore
internal import RelayStore

/// The services of one run, wired together.
struct Services: Sendable {
    let followWakeup = Wakeup()
    let announcements = Announcements()
    /// Each runs until it is asked to stop.
    let all: [@Sendable () async throws -> Void]

    init(
        _ relayer: Relayer,
        _ findings: Preflight.Findings,
        _ cursors: [ContractCursor],
        _ chain: StoredChain,
        downtime: Duration
    ) {
        let heads = HeadBoard()
        let logged = LoggedStanding(client: relayer.client, book: relayer.book, store: relayer.store, heads: heads)
        let desk = ContractDesk(client: relayer.client, book: relayer.book) { try await logged($0) }
        let reader = LogReader(book: relayer.book)
        let computeWakeup = Wakeup()
        let settleWakeup = Wakeup()
        let options = relayer.options
        let orchestrators = Orchestrators(relayer.bacalhau, relayer.fallbacks, limits: options.compute.breaker)
        for orchestrator in orchestrators.all {
            if let nodes = findings.nodes[orchestrator.name] {
                orchestrator.learned(nodes, at: relayer.environment.now)
            }
            guard let cause = findings.unreached[orchestrator.name] else { continue }
            orchestrator.setVetted(false)
            orchestrator.isAway(cause)
            relayer.environment.outages.failed(orchestrator.outage, Unreached(description: cause))
        }
        let compute = ComputeService(
            orchestrators: orchestrators,
            files: relayer.files,
            contracts: desk,
            addresses: Set(options.contracts.map(\.address)),
            store: relayer.store,
            context: JobContext(
                genesisHash: findings.identity.genesisHash,
                chainID: options.chainID,
                namespace: options.namespace,
                limits: options.specLimits,
                book: relayer.book,
                policies: Dictionary(options.contracts.map { ($0.address, $0.policy) }) { first, _ in first },
                modules: options.modules,
                readsFiles: relayer.files != nil,
                agreements: Dictionary(
                    options.contracts.compactMap { contract in contract.agreement.map { (contract.address, $0) } }
                ) { first, _ in first }
            ),
            options: options.compute,
            environment: relayer.environment,
            heads: heads,
            wakeup: computeWakeup,
            answered: settleWakeup,
            downtime: downtime
        )
        let settle = SettleService(
            client: relayer.client,
            contracts: desk,
            signer: relayer.signer,
            chainID: options.chainID,
            store: relayer.store,
            gas: relayer.gasPolicies(findings),
            options: options.settle,
            environment: relayer.environment,
            heads: heads,
            wakeup: settleWakeup
        )
        let follow = FollowService(
            options: options.follow,
            environment: relayer.environment,
            store: relayer.store,
            announcements: announcements,
            wakeup: followWakeup
        )
        let follower = Follower(
            client: relayer.client,
            reader: reader,
            store: relayer.store,
            options: options.follow,
            environment: relayer.environment,
            heads: heads,
            cursors: cursors,
            chain: chain.canonical,
            past: chain.links
        )
        let instructions = InstructionService(
            store: relayer.store,
            replay: ReplayRun(
                client: relayer.client,
                reader: reader,
                store: relayer.store,
                contracts: options.contracts.map(\.address),
                reach: ReplayReach(window: options.follow.window, quorum: options.follow.quorum),
                time: relayer.environment.time
            ),
            environment: relayer.environment,
            heads: heads,
            wakeup: Wakeup(),
            others: [computeWakeup, settleWakeup]
        )
        let report = relayer.report(heads, orchestrators.all)
        let probe = OrchestratorProbe(
            orchestrators: orchestrators.all,
            store: relayer.store,
            environment: relayer.environment
        )
        all = [
            { try await report.run() },
            { try await probe.run() },
            { try await instructions.run() },
            { try await settle.run() },
            { try await compute.run() },
            { try await follow.run(follower) },
        ]
    }

    private struct Unreached: Error, CustomStringConvertible {
        let description: String
    }
}
