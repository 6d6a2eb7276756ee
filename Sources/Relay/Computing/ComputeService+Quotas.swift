internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// Each requester its share: who is answerable for a request, and what waits for a quota.
extension ComputeService {
    /// The quotas with what they leave open: nobody may have all places.
    static func quotas(_ options: Options) -> Quotas {
        var quotas = options.quotas
        quotas.requester.running = quotas.requester.running ?? max(1, options.maxRunningJobs / 4)
        return quotas
    }

    func rules(_ inHand: Set<Int64>) -> AdmissionRules {
        let patience = options.quotas.patience
        let now = environment.now
        let rests = turns.rests(at: now)
        return AdmissionRules(
            maxRunning: options.maxRunningJobs,
            quotas: quotas,
            inHand: inHand,
            last: turns.last,
            resting: rests.resting,
            wary: rests.wary,
            // While the relayer was down nothing could begin.
            refusedBefore: turns.isToFindOverdue(patience, at: now) ? now - patience - downtime : nil
        )
    }

    /// Finds out whose request it is where the contract does not prove it; it is then known of all in its transaction.
    func identify(_ request: Request) async throws {
        guard gate.room(at: environment.now) > 0 else { return }
        guard let sender = try await askSender(of: request) else { return }
        try await store.note(party: sender, ofTransaction: request.observed.place.transactionHash)
        wakeup.signal()
    }

    /// Says who waits for a quota, now and then, and why beside the request that is next.
    func tell(_ blocks: [(party: Address?, block: QuotaBlock)]) async throws {
        for (party, block) in blocks where turns.isToTell(party, at: environment.now) {
            environment.log.info(
                "requests wait for a quota",
                ["requester": party, "quota": block.key, "allowed": block.allowed]
            )
            if let party { try await store.tell("waits: \(block.text) (\(block.key))", nextOf: party) }
        }
    }

    /// Answers a request that has waited for too long.
    func refuse(_ request: Request, _ block: QuotaBlock) async throws {
        try await refuse(request, JobRefusal(block, after: options.quotas.patience))
    }

    /// A quota has no room for the job that a request asks for, by what others have taken meanwhile or by its size.
    func wait(_ request: Request, for block: QuotaBlock) async throws {
        let now = environment.now
        guard now - request.since < options.quotas.patience + downtime else { return try await refuse(request, block) }
        turns.rest(request.observed.party, until: now + Self.rest)
        // A job that ends before its time-out makes room too, and nobody says so to this one.
        let wake = min(block.until ?? .distantFuture, now + pause(of: request))
        try await postpone(request, until: wake, "waits: \(block.text) (\(block.key))")
    }

    /// How long a party is passed over whose job did not fit.
    private static let rest: Duration = .seconds(15)
}
