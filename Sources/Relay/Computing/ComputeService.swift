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
        package var limits = JobMachine.Limits()
        package var longestWait: Duration = .seconds(15)

        package init() {}
    }

    let client: BacalhauClient
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
    private let gate: NodeGate

    package init(
        client: BacalhauClient,
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
        self.contracts = contracts
        self.addresses = addresses
        self.store = store
        self.context = context
        self.options = options
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
        self.answered = answered
        gate = NodeGate(backoff: options.limits.outageBackoff)
    }

    enum Work: Sendable {
        case admit(Request)
        case advance(ComputingItem)

        var request: Request {
            switch self {
            case .admit(let request): request
            case .advance(let item): item.request
            }
        }
    }

    package func run() async throws {
        heads.wake(wakeup)
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
        let admissible = batch.admissible.prefix(gate.room(at: environment.now))
        return WorkLoop.Batch(
            items: batch.advancing.map(Work.advance) + admissible.map(Work.admit),
            nextWake: [batch.nextDue, gate.opensAt].compactMap { $0 }.min()
        )
    }

    private func work(_ work: Work) async throws {
        do {
            switch work {
            case .admit(let request): try await admit(request)
            case .advance(let item):
                try await advance(item.request, item.machine, name: item.jobName, body: item.jobBody)
            }
        } catch StoreError.outOfStep(let request, let expected) {
            // Somebody else moved it meanwhile (an orphaned log, a retry): its new state has its own owner.
            environment.log.debug("request moved on", ["request.row": "\(request)", "expected": "\(expected)"])
        }
    }

    // MARK: Admission

    /// Asks the contract whether it still waits, then accepts or refuses.
    private func admit(_ request: Request) async throws {
        guard addresses.contains(request.observed.contract) else {
            let reason = "the contract \(request.observed.contract) is not in the settings any more"
            return try await bear(request, "not in the settings", reason)
        }
        // It was fetched before the node went away: its turn comes.
        guard gate.room(at: environment.now) > 0 else { return }
        let standing: ContractStanding
        do {
            gate.started()
            defer { gate.ended() }
            standing = try await contracts.standing(of: request.observed)
            gate.passed()
            environment.outages.recovered("chain node")
        } catch {
            environment.outages.failed("chain node", error)
            guard let error = error as? RPCError, error.isOfTheNode else {
                // The node answers, and not to this.
                gate.passed()
                return try await postpone(request, "\(error)")
            }
            let wake = gate.failed(at: environment.now, retryAfter: error.retryAfter)
            return try await postpone(request, until: wake, "\(error)")
        }
        switch standing {
        case .open:
            try await accept(request)
        case .closed(let closing):
            try await close(request, to: .settled, "settled elsewhere", reason: closing.rawValue)
        case .anotherRequest(let hash):
            environment.log(for: request).error("another request under this job id", ["other": hash.hex])
            environment.counters.increment("requests.superseded")
            let reason = "the contract has another request under this job id: \(hash.hex)"
            try await close(request, to: .dead, "superseded", reason: reason)
        case .unknown:
            // The node may be behind the one that showed the log.
            try await bear(request, "unknown", "the contract does not know this job")
        case .unreadable(let how):
            try await bear(request, "unreadable", how)
        }
    }

    /// Waits for the contract to say something else, up to a time.
    private func bear(_ request: Request, _ event: String, _ reason: String) async throws {
        guard environment.now - request.since < options.unknownTime else {
            return try await close(request, to: .dead, event, reason: reason)
        }
        try await postpone(request, reason)
    }

    /// The longer it has waited the seldomer it is tried.
    private func postpone(_ request: Request, _ reason: String) async throws {
        let pause = min(max(.seconds(2), (environment.now - request.since) / 4), .seconds(300))
        try await postpone(request, until: environment.now + pause, reason)
    }

    private func postpone(_ request: Request, until wake: Timestamp, _ reason: String) async throws {
        let change = ComputingChange(
            request: request.id,
            from: .observed,
            to: .observed,
            reason: reason,
            wakeAt: wake
        )
        try await store.record(change, at: environment.now)
    }

    private func close(_ request: Request, to state: RequestState, _ event: String, reason: String) async throws {
        let change = ComputingChange(
            request: request.id,
            from: request.state,
            to: state,
            reason: reason,
            event: event,
            detail: reason
        )
        try await store.record(change, at: environment.now)
        environment.counters.increment(state == .dead ? "requests.dead" : "requests.settledElsewhere")
        environment.log(for: request).info("request closed", ["reason": reason])
    }

    private func accept(_ request: Request) async throws {
        let now = environment.now
        switch JobPlan.make(for: request.observed, attempt: 1, context: context) {
        case .failure(let refusal):
            let change = ComputingChange(
                request: request.id,
                from: .observed,
                to: .answered,
                answer: .failure(refusal.text, source: "spec").fitted(
                    resultLimit: contracts.binding.resultLimit,
                    reasonLimit: contracts.binding.reasonLimit
                ),
                event: "refused",
                detail: "\(refusal.code): \(refusal.text)"
            )
            try await store.record(change, at: now)
            environment.counters.increment("requests.refused")
            environment.log(for: request).info("request refused", ["code": refusal.code])
            answered.signal()
        case .success(let plan):
            let machine = JobMachine(
                resultType: plan.resultType,
                timeoutSeconds: plan.timeoutSeconds,
                startedAt: now
            )
            let change = ComputingChange(
                request: request.id,
                from: .observed,
                to: .accepted,
                machine: machine,
                newJob: ComputingChange.NewJob(attempt: 1, name: plan.name, body: plan.body),
                wakeAt: now,
                event: "accepted",
                detail: plan.name
            )
            try await store.record(change, at: now)
            var request = request
            request.state = .accepted
            try await advance(request, machine, name: plan.name, body: plan.body)
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
