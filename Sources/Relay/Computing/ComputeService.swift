package import BacalhauAPI
package import Ethereum
internal import EthereumRPC
package import RelayCore
package import RelayStore
internal import Telemetry
internal import Transport

/// Turns observed requests into answers: the driver of `JobMachine`.
///
/// It takes the rows whose state it owns (observed, accepted, submitted), decides by pure values, stores, acts, and turns
/// each outcome into the next event.
package struct ComputeService: Sendable {
    package struct Options: Sendable {
        /// Confirmations at which a job may be submitted.
        package var startConfirmations: UInt64 = 1
        /// Requests with a job that has not ended, at most.
        package var maxRunningJobs = 64
        /// A requester may run a quarter of these unless its quota says otherwise.
        package var quotas = Quotas()
        /// Requests in hand at a time, at most: as many as there are connections to the orchestrator.
        package var maxInHand = 64
        /// How long a contract may not know a request, or not tell, before the request is dead.
        package var unknownTime: Duration = .seconds(3_600)
        /// How long logs that may tell of its answer may be unread.
        package var undecidedTime: Duration = .seconds(7 * 86_400)
        package var limits = JobMachine.Limits()
        package var breaker = CircuitBreaker.Limits()
        package var longestWait: Duration = .seconds(15)

        package init() {}
    }

    let orchestrators: Orchestrators
    /// nil: a result is what the run output has of it.
    let files: ResultFiles?
    let contracts: ContractDesk
    let store: RelayStore
    let context: JobContext
    let options: Options
    /// The contracts of the settings.
    let addresses: Set<Address>
    let environment: ServiceEnvironment
    let heads: HeadBoard
    let wakeup: Wakeup
    /// Wakes settling.
    let answered: Wakeup
    let gate: NodeGate
    let filesGate: NodeGate
    let turns = AdmissionTurns()
    /// As they are kept.
    let quotas: Quotas
    let startedAt: Timestamp
    /// How long no relayer was at work before this one.
    let downtime: Duration

    package init(
        orchestrators: Orchestrators,
        files: ResultFiles? = nil,
        contracts: ContractDesk,
        addresses: Set<Address>,
        store: RelayStore,
        context: JobContext,
        options: Options,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        wakeup: Wakeup,
        answered: Wakeup,
        downtime: Duration = .zero
    ) {
        self.orchestrators = orchestrators
        self.files = files
        self.contracts = contracts
        self.addresses = addresses
        self.store = store
        self.context = context
        var options = options
        options.limits.readsFiles = files != nil
        self.options = options
        quotas = Self.quotas(options)
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
        self.answered = answered
        gate = NodeGate(backoff: options.limits.outageBackoff)
        filesGate = NodeGate(backoff: options.limits.fileBackoff)
        startedAt = environment.now
        self.downtime = downtime
    }

    enum Work: Sendable {
        /// Whose request is it?
        case identify(Request)
        case admit(AdmissibleItem)
        /// It has waited for a quota for too long.
        case refuse(Request, QuotaBlock)
        case advance(ComputingItem)
        /// Its log has been gone for too long to go on.
        case giveUp(ComputingItem)

        var request: Request {
            switch self {
            case .identify(let request), .refuse(let request, _): request
            case .admit(let item): item.request
            case .advance(let item), .giveUp(let item): item.request
            }
        }
    }

    package func run() async throws {
        heads.wake(wakeup)
        // A node that took no jobs before a restart takes none after it.
        for item in try await store.underWay(limit: options.maxRunningJobs) {
            let placement = orchestrators.placement(item.orchestrator)
            // Of one that is not in the settings any more it proves nothing about another.
            guard placement.isSure else { continue }
            placement.orchestrator.gate.remember(item.machine, at: environment.now)
        }
        try await WorkLoop(
            limit: min(options.maxRunningJobs, options.maxInHand),
            longestWait: options.longestWait,
            time: environment.time,
            wakeup: wakeup,
            stop: environment.stop,
            id: { $0.request.id },
            fetch: fetch,
            work: work
        ).run()
    }

    /// Jobs under way come first; new ones only where there is room.
    private func fetch(_ count: Int, _ inHand: Set<Int64>) async throws -> WorkLoop<Work>.Batch {
        let now = environment.now
        let batch = try await store.computing(
            upTo: heads.head.flatMap { $0.deepEnough(for: options.startConfirmations) },
            at: now,
            limit: count,
            rules: rules(inHand)
        )
        let admission = batch.admission
        for (lane, party) in admission.cutOff { turns.passed(party, in: lane) }
        try await tell(admission.blocks)
        if !admission.overdue.isEmpty { turns.findMoreOverdue() }
        let room = gate.room(at: now)
        let admissible = admission.items.prefix(min(room, orchestrators.room(at: now)))
        var items = batch.advancing.map(Work.advance) + batch.forsaken.map(Work.giveUp)
        items += admission.unknown.prefix(room).map(Work.identify)
        items += admission.overdue.map { Work.refuse($0.request, $0.block) }
        return WorkLoop.Batch(
            items: items + admissible.map(Work.admit),
            nextWake: [
                batch.nextDue, gate.opens(after: now), orchestrators.opens(after: now),
                admission.blocks.compactMap(\.block.until).min(), admission.cutOff.isEmpty ? nil : now + .seconds(1),
                turns.nextRested(after: now),
            ].compactMap { $0 }.min()
        )
    }

    private func work(_ work: Work) async throws {
        do {
            switch work {
            case .identify(let request): try await identify(request)
            case .admit(let item):
                turns.passed(item.request.observed.party, in: item.lane)
                try await admit(item.request, attempts: item.attempts)
            case .refuse(let request, let block): try await refuse(request, block)
            case .giveUp(let item): try await giveUp(item)
            case .advance(let item):
                let placement = orchestrators.placement(item.orchestrator)
                try await advance(item.request, item.machine, name: item.jobName, body: item.jobBody, at: placement)
            }
        } catch StoreError.outOfStep(let request, let expected) {
            // Somebody else moved it meanwhile (an orphaned log, a retry): its new state has its own owner.
            environment.log.debug("request moved on", ["request.row": "\(request)", "expected": "\(expected)"])
        }
    }
}

extension UInt64 {
    /// The highest block that has so many confirmations when this is the head; nil when none has.
    func deepEnough(for confirmations: UInt64) -> UInt64? {
        let above = confirmations > 0 ? confirmations - 1 : 0
        return self >= above ? self - above : nil
    }
}
