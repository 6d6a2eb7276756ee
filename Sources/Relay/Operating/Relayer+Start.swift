internal import BacalhauAPI
internal import Ethereum
internal import EthereumRPC
internal import RelayCore
package import RelayStore
internal import Telemetry
internal import Transport

/// Before anything is done: what must be right, and what is worth a word.
extension Relayer {
    /// Claims the database for this chain and says where each contract goes on; throws `Preflight.Problem` and what the
    /// store throws.
    package func start(_ findings: Preflight.Findings) async throws -> [ContractCursor] {
        try await store.claim(findings.identity)
        try await goOnAfterHalt()
        if let other = try await store.accountsInFlight().first(where: { $0 != signer.address }) {
            throw Preflight.Problem.anotherAccount(unfinished: other, configured: signer.address)
        }
        try await refuseStartsBeyondTheHead(findings.head)
        let cursors = try await store.register(
            options.contracts.map { (address: $0.address, startBlock: $0.startBlock) }
        )
        let readings = options.contracts.map { ($0.address, $0.binding.reading) }
        if let other = try await store.claim(readings: Dictionary(readings) { first, _ in first }) {
            throw Preflight.Problem.anotherReading(contract: other.contract, known: other.reading)
        }
        environment.counters.set("account.gwei", to: findings.balance.wholeGwei)
        if findings.balance == .zero {
            environment.log.warning("the account has no money: no answer can be sent", ["account": signer.address])
        }
        warnOfUnreadBlocks(cursors)
        // Whoever reads them finds all of them from the start.
        for counter in Self.counters { environment.counters.increment(counter, by: 0) }
        return cursors
    }

    /// What is counted; the gauges appear when they are known.
    private static let counters: [Counters.Counter] = [
        "requests.found", "requests.refused", "requests.settled", "requests.settledElsewhere", "requests.superseded",
        "requests.dead", "requests.dropped", "jobs.submitted", "jobs.succeeded", "jobs.failed", "transactions.sent",
        "settlements.lost",
        "logs.rejected", "chain.reorgs", "requests.orphaned", "requests.returned", "requests.missedAtFirst",
        "requests.foundByCount", "requests.withdrawn", "chain.gaps", "chain.readOnce", "jobs.circuitOpened",
        "jobs.moved", "jobs.leftStopped",
    ]

    /// A contract that is followed from a block of the far future would be followed by nobody.
    ///
    /// One that has been followed before is: its node may be behind, as it may be by some blocks for a new one.
    private func refuseStartsBeyondTheHead(_ head: UInt64) async throws {
        let known = Set(try await store.cursors().filter { $0.nextBlock > $0.startBlock }.map(\.address))
        let new = options.contracts.filter { !known.contains($0.address) }
        guard let last = new.max(by: { $0.startBlock < $1.startBlock }) else { return }
        guard last.startBlock > head.saturatingAdding(256) else { return }
        throw Preflight.Problem.startsBeyondTheHead(contract: last.address, start: last.startBlock, head: head)
    }

    /// A start block that was lowered after the first start moves no cursor: the blocks between are an operator's to ask
    /// for.
    private func warnOfUnreadBlocks(_ cursors: [ContractCursor]) {
        for (contract, cursor) in zip(options.contracts, cursors) where contract.startBlock < cursor.startBlock {
            let last = cursor.startBlock - 1
            environment.log.warning(
                "startBlock was lowered, and the blocks between have not been read",
                [
                    "contract": contract.address, "block.from": contract.startBlock, "block.to": last,
                    "remedy": "lilypad-relayer replay --from-block \(contract.startBlock) --to-block \(last)",
                ]
            )
        }
    }

    /// Tries until node and orchestrator answer; nil when the relayer is asked to stop meanwhile.
    func waitForPreflight() async throws -> Preflight.Findings? {
        let stored = try await store.chain()
        let preflight = Preflight(
            client: client,
            contracts: ContractDesk(client: client, book: book),
            addresses: options.contracts.map(\.address),
            account: signer.address,
            chainID: options.chainID,
            orchestrators: [bacalhau] + fallbacks,
            // After a halt the anchor may be gone too: that is what an operator looks at, and accepts or not.
            known: stored.identity.map { ($0, stored.halt == nil ? stored.anchor : nil) }
        )
        let backoff = Backoff(first: .milliseconds(250), limit: .seconds(15))
        let wakeup = Wakeup()
        environment.stop.wake(wakeup)
        let report = report(HeadBoard())
        var failures = 0
        try await report.tellStart()
        while !environment.stop.isRequested {
            do {
                let findings = try await preflight.run()
                environment.outages.recovered("chain node")
                // The probe tells of those that are away.
                if findings.unreached[bacalhau.name] == nil { environment.outages.recovered("orchestrator") }
                return findings
            } catch let error as RPCError {
                if case .transport(.badRequest(let reason)) = error.kind {
                    throw Preflight.Problem.badAddress(key: "chain.rpc", reason: reason)
                }
                environment.outages.failed("chain node", error)
            } catch let error as BacalhauError {
                environment.outages.failed("orchestrator", error)
            }
            failures += 1
            try await report.tellStart()
            try await wakeup.next(within: backoff.delay(after: failures), of: environment.time)
        }
        return nil
    }

    /// nil when the relayer is asked to stop first: then `look` is cut off, for it has done nothing yet.
    func untilStopped<Findings: Sendable>(
        _ look: @escaping @Sendable () async throws -> Findings?
    ) async throws -> Findings? {
        let asked = Wakeup()
        environment.stop.wake(asked)
        return try await withThrowingTaskGroup(of: Findings?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await look() }
            group.addTask {
                await asked.next()
                return nil
            }
            return try await group.next() ?? nil
        }
    }
}
