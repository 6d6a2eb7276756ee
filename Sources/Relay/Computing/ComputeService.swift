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

    let client: BacalhauClient
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
    let submissions: SubmissionGate
    let startedAt: Timestamp

    package init(
        client: BacalhauClient,
        files: ResultFiles? = nil,
        contracts: ContractDesk,
        addresses: Set<Address>,
        store: RelayStore,
        context: JobContext,
        options: Options,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        wakeup: Wakeup,
        answered: Wakeup
    ) {
        self.client = client
        self.files = files
        self.contracts = contracts
        self.addresses = addresses
        self.store = store
        self.context = context
        var options = options
        options.limits.readsFiles = files != nil
        self.options = options
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
        self.answered = answered
        gate = NodeGate(backoff: options.limits.outageBackoff)
        submissions = SubmissionGate(limits: options.breaker)
        startedAt = environment.now
    }

    enum Work: Sendable {
        case admit(AdmissibleItem)
        case advance(ComputingItem)
        /// Its log has been gone for too long to go on.
        case giveUp(ComputingItem)

        var request: Request {
            switch self {
            case .admit(let item): item.request
            case .advance(let item), .giveUp(let item): item.request
            }
        }
    }

    package func run() async throws {
        heads.wake(wakeup)
        // A node that took no jobs before a restart takes none after it.
        for item in try await store.underWay(limit: options.maxRunningJobs) {
            submissions.remember(item.machine, at: environment.now)
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
    private func fetch(_ count: Int) async throws -> WorkLoop<Work>.Batch {
        let batch = try await store.computing(
            upTo: heads.head.flatMap { $0.deepEnough(for: options.startConfirmations) },
            at: environment.now,
            limit: count,
            maxRunning: options.maxRunningJobs
        )
        let room = min(gate.room(at: environment.now), submissions.room(at: environment.now))
        let admissible = batch.admissible.prefix(room)
        return WorkLoop.Batch(
            items: batch.advancing.map(Work.advance) + batch.forsaken.map(Work.giveUp) + admissible.map(Work.admit),
            nextWake: [
                batch.nextDue, gate.opens(after: environment.now), submissions.opens(after: environment.now),
            ].compactMap { $0 }.min()
        )
    }

    private func work(_ work: Work) async throws {
        do {
            switch work {
            case .admit(let item): try await admit(item.request, attempts: item.attempts)
            case .giveUp(let item): try await giveUp(item)
            case .advance(let item):
                try await advance(item.request, item.machine, name: item.jobName, body: item.jobBody)
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
