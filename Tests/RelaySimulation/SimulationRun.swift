import BacalhauAPI
import Ethereum
import EthereumRPC
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Telemetry
import Transport

/// One seed's course: the real follower and the real store among simulated nodes, until the dust has settled.
final class SimulationRun {
    /// Looks of one life, at most: a follower that needs more goes round in circles.
    static let mostLooks = 3_000
    /// Looks at a chain that stands still, at most, before all must be well.
    static let mostCalmLooks = 200

    /// Each is accepted at once; reorganisations that deep are few.
    static let mostHalts = 12

    let plan: SimulationPlan
    let time: ManualTime
    let network: SimulatedNetwork
    let path: String
    let log = LogRecorder()
    let keepsTrace: Bool
    var failures: [String] = []
    private var looks = 0
    private var commits = 0
    private var halts = 0
    private var deaths = 0
    private var rewinds: Int64 = 0
    private var situations: Set<SimulatedSituation> = []

    /// - Parameters:
    ///   - plan: what is played.
    ///   - path: the database file, which is not there yet.
    ///   - keepsTrace: whether every call and look is noted.
    init(_ plan: SimulationPlan, path: String, keepsTrace: Bool) {
        self.plan = plan
        self.path = path
        self.keepsTrace = keepsTrace
        time = ManualTime()
        network = SimulatedNetwork(plan, time: time, keepsTrace: keepsTrace)
    }

    /// How a life ended.
    private enum Ending {
        case settled
        case died
        case halted(String)
        case failed
    }

    func run() async -> SimulationReport {
        network.note(plan.description)
        var lives = plan.lives[...]
        while failures.isEmpty {
            let life = lives.popFirst()
            switch await live(life) {
            case .settled where life == nil: return report
            case .settled: break
            case .died:
                deaths += 1
                situations.insert(.death)
                network.note("died: \(life.map { "\($0.end)" } ?? "")")
                network.pass(life?.pause ?? 0)
            case .halted(let reason):
                halts += 1
                situations.insert(.halt)
                if halts > Self.mostHalts { fail("halted \(halts) times, whatever is accepted: \(reason)") }
                await accept(reason)
            case .failed: return report
            }
        }
        return report
    }

    private var report: SimulationReport {
        SimulationReport(
            seed: plan.seed,
            failures: failures,
            trace: network.trace,
            looks: looks,
            calls: network.calls,
            commits: commits,
            halts: halts,
            deaths: deaths,
            rewinds: rewinds,
            situations: situations.union(network.situations)
        )
    }

    func fail(_ what: String) {
        failures.append(what)
        network.note("FAILED: \(what)")
    }

    // MARK: A life

    private func live(_ life: SimulationPlan.Life?) async -> Ending {
        let crash = CrashSwitch()
        let store: RelayStore
        do {
            store = try RelayStore(path: path, hooks: hooks(life, crash))
        } catch {
            // The first commit of a new file is its schema.
            guard crash.crash != nil else {
                fail("the store does not open: \(error)")
                return .failed
            }
            return .died
        }
        let environment = ServiceEnvironment(
            time: time,
            log: keepsTrace ? Logger(level: .info, sink: log, clock: { [time] in time.now() }) : .none
        )
        let ending = await live(life, crash, store, environment)
        rewinds += environment.counters["chain.reorgs"]
        if environment.counters["requests.withdrawn"] > 0 { situations.insert(.withdrawal) }
        if environment.counters["requests.foundByCount"] > 0 { situations.insert(.foundByCount) }
        commits += store.commitCount
        await store.close()
        return ending
    }

    private func live(
        _ life: SimulationPlan.Life?,
        _ crash: CrashSwitch,
        _ store: RelayStore,
        _ environment: ServiceEnvironment
    ) async -> Ending {
        do {
            let clients = clients(life, crash)
            let heads = HeadBoard()
            let cursors = try await start(relayer(clients, store, environment), clients, store, crash)
            var follower = Follower(
                client: clients.chain,
                reader: LogReader(binding: .reference),
                store: store,
                options: plan.follow,
                environment: environment,
                heads: heads,
                cursors: cursors,
                chain: try await store.chain().canonical
            )
            return try await follow(&follower, heads, life, crash, store)
        } catch  where crash.crash != nil {
            return .died
        } catch let halt as ChainHalt {
            return .halted(halt.reason)
        } catch {
            fail("following ended with \(type(of: error)): \(error)")
            return .failed
        }
    }

    private struct Clients {
        let chain: EthereumClient
        let bacalhau: BacalhauClient
    }

    private func clients(_ life: SimulationPlan.Life?, _ crash: CrashSwitch) -> Clients {
        let transport = DyingTransport(network, crash, life?.end)
        let chain = EthereumClient(
            transport: transport,
            endpoints: plan.nodes.indices.map { EthereumEndpoint("\(SimulatedNetwork.addressPrefix)\($0).test") },
            totalTimeout: .milliseconds(plan.totalTimeout),
            time: time
        )
        let endpoint = BacalhauEndpoint(url: SimulatedNetwork.orchestrator)
        return Clients(chain: chain, bacalhau: BacalhauClient(transport: transport, endpoint: endpoint))
    }

    private func relayer(_ clients: Clients, _ store: RelayStore, _ environment: ServiceEnvironment) -> Relayer {
        let contracts = zip(network.withWorld(\.contracts), plan.startBlocks).map {
            Relayer.Contract(address: $0, startBlock: $1)
        }
        return Relayer(
            client: clients.chain,
            webSocket: nil,
            bacalhau: OrchestratorPlace(clients.bacalhau),
            signer: TestAccount(seed: 7),
            store: store,
            options: Relayer.Options(
                chainID: SimulatedWorld.chainID,
                contracts: contracts,
                namespace: "lilypad",
                follow: plan.follow
            ),
            environment: environment
        )
    }

    /// What is done before following, as often as it takes.
    private func start(
        _ relayer: Relayer,
        _ clients: Clients,
        _ store: RelayStore,
        _ crash: CrashSwitch
    ) async throws -> [ContractCursor] {
        network.note("start")
        // A new database would refuse nodes that differ: this one has known better times.
        if plan.nodes.contains(where: { $0.allegiance == .otherGenesis }) {
            let genesis = network.withWorld(\.chain.genesis.hash)
            try await store.claim(ChainIdentity(chainID: SimulatedWorld.chainID, genesisHash: genesis))
        }
        for attempt in 1... {
            do {
                let cursors = try await relayer.start(try await preflight(clients, store).run())
                network.withWorld { $0.isKnown = true }
                return cursors
            } catch  where passes(atStart: error) && crash.crash == nil && attempt < 200 {
                network.note("  not yet: \(error)")
                network.pass(plan.blockTime / 2)
                goBeyondFinality(try await store.chain())
            }
        }
        return []
    }

    private func preflight(_ clients: Clients, _ store: RelayStore) async throws -> Preflight {
        let stored = try await store.chain()
        return Preflight(
            client: clients.chain,
            contracts: ContractDesk(client: clients.chain, binding: .reference),
            addresses: network.withWorld(\.contracts),
            account: TestAccount(seed: 7).address,
            chainID: SimulatedWorld.chainID,
            orchestrators: [OrchestratorPlace(clients.bacalhau)],
            known: stored.identity.map { ($0, stored.anchor) }
        )
    }

    /// What mends itself: a node's trouble.
    private static func passes(_ error: any Error) -> Bool {
        error is RPCError || error is LogCheck.Fault || error is FollowFault || error is BacalhauError
    }

    /// Somebody starts it again, where a node said once that there is no contract.
    private func passes(atStart error: any Error) -> Bool {
        Self.passes(error) || error is Preflight.Problem && !network.withWorld { $0.made >= $0.plan.newBlocks }
    }

    // MARK: Following

    /// As `FollowService` does it, with the pauses by hand.
    private func follow(
        _ follower: inout Follower,
        _ heads: HeadBoard,
        _ life: SimulationPlan.Life?,
        _ crash: CrashSwitch,
        _ store: RelayStore
    ) async throws -> Ending {
        var failures = 0
        var calmLooks = 0
        var soundLooks = 0
        var openedBeside: Connection?
        for look in 1...Self.mostLooks {
            looks += 1
            if life?.end == .afterLooks(look) { return .died }
            var pause = Int64(0)
            do {
                let outcome = try await follower.look()
                network.note("  look: \(outcome)")
                failures = 0
                if outcome == .idle { pause = self.pause(follower) }
            } catch  where Self.passes(error) && crash.crash == nil {
                network.note("  look: \(error)")
                failures += 1
                let asked = (error as? RPCError)?.retryAfter?.milliseconds ?? 0
                let own = plan.follow.outageBackoff.delay(after: failures).milliseconds
                pause = failures.isMultiple(of: plan.nodes.count) ? max(own, min(asked, 600_000)) : 50
            }
            checkReleases(heads)
            if plan.answers { try await answer(upTo: heads.view?.settle?.number, store) }
            follower.isBusy = try await store.hasOpenRequests()
            if network.withWorld({ $0.waiting != nil }) { goBeyondFinality(try await store.chain()) }
            if network.withWorld(\.isOver) {
                calmLooks += 1
                let beside = try reader(&openedBeside)
                let open = try open(in: beside)
                soundLooks = open.isEmpty ? soundLooks + 1 : 0
                if soundLooks == 1 { network.note("  all is well") }
                if soundLooks > 2 {
                    try check(beside)
                    return .settled
                }
                if calmLooks > Self.mostCalmLooks {
                    open.forEach(fail)
                    try check(beside)
                    return .failed
                }
            }
            network.pass(pause)
        }
        fail("\(Self.mostLooks) looks in one life, and no end")
        return .failed
    }

    /// As computing and settling would: afterwards nothing waits for these.
    private func answer(upTo block: UInt64?, _ store: RelayStore) async throws {
        let now = Timestamp(milliseconds: time.now())
        let batch = try await store.computing(upTo: block, at: now, limit: 0, rules: AdmissionRules(maxRunning: 1_000))
        for item in batch.admission.items {
            let closing = ComputingChange(
                request: item.request.id,
                from: .observed,
                to: .dead,
                reason: "closed",
                event: "closed"
            )
            try await store.record(closing, at: now)
        }
    }

    private func reader(_ connection: inout Connection?) throws -> Connection {
        if let connection { return connection }
        let opened = try Connection(path: path, options: ConnectionOptions(access: .readOnly))
        connection = opened
        return opened
    }

    /// In the end, when nothing is drawn any more, longer than it would be.
    private func pause(_ follower: Follower) -> Int64 {
        let (isCalm, isOver) = network.withWorld { ($0.isCalm, $0.isOver) }
        if isOver { return 20_000 }
        let pause = (plan.follow.pollInterval ?? follower.pace.pause(isAnnounced: false, isBusy: true)).milliseconds
        return isCalm ? max(pause, plan.blockTime * 3) : pause
    }

    private func goBeyondFinality(_ stored: StoredChain) {
        let now = time.now()
        let anchor = stored.anchor?.number
        if let news = network.withWorld({ $0.goBeyondFinality(above: anchor, at: now) }) { network.note("    \(news)") }
    }

    /// An operator looks, finds that the chain has indeed left what was final, and accepts it.
    private func accept(_ reason: String) async {
        do {
            let chain = try StoreView(path: path).overview().chain
            network.note("halted: \(reason)")
            let isRight = network.withWorld { world in
                world.wentBeyondFinality
                    && chain.final.map { !world.chain.head.contains($0.hash, at: $0.number) } ?? false
            }
            guard isRight else { return fail("halted without need: \(reason)") }
            guard let halt = chain.halt else { return fail("halted, and the store does not know: \(reason)") }
            let now = Timestamp(milliseconds: time.now())
            _ = try StoreView(path: path).instruct(Relayer.acceptVerb, arguments: Relayer.acceptance(of: halt), at: now)
            network.pass(plan.blockTime * 3)
        } catch {
            fail("the halt cannot be accepted: \(error)")
        }
    }

    private func hooks(_ life: SimulationPlan.Life?, _ crash: CrashSwitch) -> WriterHooks {
        WriterHooks(
            beforeCommit: { number in
                if life?.end == .beforeCommit(number) { crash.trip("before commit \(number)") }
                try crash.reach("before commit")
            },
            afterCommit: { number in
                if life?.end == .afterCommit(number) { crash.trip("after commit \(number)") }
                try crash.reach("after commit")
            }
        )
    }
}
