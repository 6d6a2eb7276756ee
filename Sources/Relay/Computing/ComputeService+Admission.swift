internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// From observed to accepted, or to an end at once.
extension ComputeService {
    /// Asks the contract whether it still waits, then accepts or refuses.
    ///
    /// `attempts` names of its jobs have been used before.
    func admit(_ request: Request, attempts: Int) async throws {
        guard addresses.contains(request.observed.contract) else {
            let reason = "the contract \(request.observed.contract) is not in the settings any more"
            return try await bear(request, "not in the settings", reason)
        }
        // It was fetched before the node went away: its turn comes.
        guard gate.room(at: environment.now) > 0 else { return }
        guard let standing = try await standing(of: request) else { return }
        switch standing {
        case .open:
            guard let sender = try await sender(of: request) else { return }
            try await accept(request, attempt: attempts + 1, sender: sender.address)
        case .closed where !isSure(request):
            try await postpone(request, "the contract says that it is closed, and its request is not final yet")
        case .closed(let closing):
            try await close(request, to: .settled, "settled elsewhere", reason: closing.rawValue)
        case .anotherRequest(let hash):
            // Following may not have seen yet that its log is gone.
            guard heads.isFinal(request.observed.place.blockNumber) else {
                return try await postpone(request, "the contract has another request under this job id: \(hash.hex)")
            }
            environment.log(for: request).error("another request under this job id", ["other": hash.hex])
            environment.counters.increment("requests.superseded")
            let reason = "the contract has another request under this job id: \(hash.hex)"
            try await close(request, to: .dead, "superseded", reason: reason)
        case .undecided(let how):
            // It is told by logs that are still to be read, or to become final.
            guard environment.now - max(request.since, startedAt) < options.undecidedTime else {
                return try await close(request, to: .dead, "undecided", reason: how)
            }
            try await postpone(request, how)
        case .unknown:
            // The node may be behind the one that showed the log.
            try await bear(request, "unknown", "the contract does not know this job")
        case .unreadable(let how):
            try await bear(request, "unreadable", how)
        }
    }

    /// Whether what the contract says is of this very request, and not of a job that a node behind the others does not have
    /// yet: by its hash, by its logs, or because every node has had it for long.
    private func isSure(_ request: Request) -> Bool {
        guard let record = contracts.book[request.observed.contract]?.views.record else { return true }
        return record.requestHash != nil || heads.isFinal(request.observed.place.blockNumber)
    }

    private func standing(of request: Request) async throws -> ContractStanding? {
        try await ask(of: request) { try await contracts.standing(of: request.observed) }
    }

    /// Asks the node about a request; nil when it does not tell: then the request waits, and the others behind it.
    private func ask<Value>(of request: Request, _ question: () async throws -> Value) async throws -> Value? {
        gate.started()
        defer { gate.ended() }
        do {
            let value = try await question()
            gate.passed()
            environment.outages.recovered(Outages.admission)
            return value
        } catch {
            environment.outages.failed(Outages.admission, error)
            let wake = gate.noted(error, at: environment.now) ?? environment.now + pause(of: request)
            try await postpone(request, until: wake, "\(error)")
            return nil
        }
    }

    /// Waits for the contract to say something else, up to a time.
    private func bear(_ request: Request, _ event: String, _ reason: String) async throws {
        // While the relayer was down nobody asked.
        guard environment.now - max(request.since, startedAt) < options.unknownTime else {
            return try await close(request, to: .dead, event, reason: reason)
        }
        try await postpone(request, reason)
    }

    /// The longer it has waited the seldomer it is tried.
    private func postpone(_ request: Request, _ reason: String) async throws {
        try await postpone(request, until: environment.now + pause(of: request), reason)
    }

    func pause(of request: Request) -> Duration {
        min(max(.seconds(2), (environment.now - request.since) / 4), .seconds(300))
    }

    func postpone(_ request: Request, until wake: Timestamp, _ reason: String) async throws {
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

    /// As the contract takes it, and a transaction.
    func fitted(_ answer: Answer, to request: ObservedRequest) -> Answer {
        guard let binding = contracts.book[request.contract] else { return answer }
        return answer.fitted(to: binding.form(for: request, within: TransactionSizeLimit(chainID: context.chainID)))
    }

    /// Who sent a request's transaction; nil where the node does not know it, or nobody has to.
    private struct Sender {
        let address: Address?
    }

    /// nil when the node does not tell, or no longer knows: then the request waits.
    private func sender(of request: Request) async throws -> Sender? {
        let contract = request.observed.contract
        guard let policy = context.policies[contract], let binding = contracts.book[contract],
            policy.needsSender(for: binding)
        else { return Sender(address: nil) }
        return try await askSender(of: request).map { Sender(address: $0) }
    }

    /// nil when the node does not tell, or no longer knows: then the request waits.
    func askSender(of request: Request) async throws -> Address? {
        let hash = request.observed.place.transactionHash
        guard let answer = try await ask(of: request, { Sender(address: try await contracts.client.sender(of: hash)) })
        else { return nil }
        if answer.address == nil {
            try await bear(request, "sender unknown", "the node does not know the request's transaction")
        }
        return answer.address
    }

    private func accept(_ request: Request, attempt: Int, sender: Address?) async throws {
        let made = JobPlan.make(for: request.observed, attempt: attempt, context: context, sender: sender)
        guard let plan = await sized(made) else {
            let wake = environment.now + .seconds(1)
            return try await postpone(request, until: wake, "the compute nodes are being listed")
        }
        let now = environment.now
        switch plan {
        case .failure(let refusal): try await refuse(request, refusal)
        case .success(let plan):
            if let refusal = quotas.refusal(ofAlone: plan.computeSeconds) { return try await refuse(request, refusal) }
            let machine = JobMachine(
                resultType: plan.resultType,
                timeoutSeconds: plan.timeoutSeconds,
                startedAt: now,
                attempt: attempt,
                queueSeconds: plan.queueSeconds,
                agreement: plan.agreement
            )
            let orchestrator = orchestrators.choose(for: plan, at: now)
            var change = ComputingChange(
                request: request.id,
                from: .observed,
                to: .accepted,
                machine: machine,
                newJob: newJob(plan, attempt, orchestrator),
                wakeAt: now,
                event: "accepted",
                detail: plan.name
            )
            change.claim = UsageClaim(
                party: request.observed.party ?? request.observed.requester,
                nodes: plan.nodes,
                seconds: plan.computeSeconds,
                quotas: quotas
            )
            do {
                try await store.record(change, at: now)
            } catch {
                orchestrator.gate.withdraw(plan.name, at: environment.now)
                guard let block = error as? QuotaBlock else { throw error }
                return try await wait(request, for: block)
            }
            var request = request
            request.state = .accepted
            let placement = Orchestrators.Placement(orchestrator: orchestrator, isSure: true)
            try await advance(request, machine, name: plan.name, body: plan.body, at: placement)
        }
    }

    /// Answers a request that gets no job.
    func refuse(_ request: Request, _ refusal: JobRefusal) async throws {
        let change = ComputingChange(
            request: request.id,
            from: .observed,
            to: .answered,
            answer: fitted(.failure(refusal.text, source: refusal.source), to: request.observed),
            event: "refused",
            detail: refusal.detail
        )
        try await store.record(change, at: environment.now)
        environment.counters.increment("requests.refused")
        environment.log(for: request).info("request refused", ["code": refusal.code])
        answered.signal()
    }
}
