internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// The contracts' own counts, beside what their logs tell.
extension Follower {
    /// Asks the contracts how many jobs they have, where all that is final has been read twice: as seldom as that is done.
    mutating func audit(apartFrom first: EthereumClient) async throws {
        let now = environment.now
        if let last = auditedAt, now >= last, now - last < options.secondReadPause { return }
        guard let final = chain.final else { return }
        // What one node does not show another one may.
        let nodes = first.others + [first]
        let node = nodes[auditTurn % nodes.count]
        for index in audits.indices {
            let contract = audits[index].contractID
            guard let cursor = cursors.first(where: { $0.contractID == contract }),
                final.number < cursor.secondBlock.saturatingAdding(secondPlanner.window)
            else { continue }
            auditedAt = now
            var audit = audits[index]
            var round = try await audit.round(cursor, reader, store, at: node) { block, hash in
                try await read(block, having: hash, of: cursor.address, final, node)
            }
            if round.trouble == nil {
                let between = try await audit.roundBetween(
                    cursor,
                    reader,
                    store,
                    at: nodes,
                    window: secondPlanner.window
                ) { try await read(between: $0, for: $1, of: cursor.address, final, $2) }
                round.found.logs += between.found.logs
                round.trouble = between.trouble
            }
            audits[index] = audit
            try await store(missed: round.found, cursor)
            if round.trouble != nil || audit.missing > 0 { auditTurn &+= 1 }
            tell(round.trouble, of: cursor.address)
        }
        let missing = audits.reduce(0) { $0 + $1.missing }
        if missing > 0, environment.counters["requests.unaccounted" as Counters.Gauge] != Int64(missing) {
            var remedy = "add a node to chain.rpc that keeps logs for longer"
            let blocks = audits.compactMap(\.numbers.blocks)
            if let from = blocks.map(\.lowerBound).min(), let to = blocks.map(\.upperBound).max() {
                remedy += ", then lilypad-relayer replay --from-block \(from) --to-block \(to)"
            }
            environment.log.error(
                "requests that the contract has, and no node shows",
                ["requests": missing, "remedy": remedy]
            )
        }
        environment.counters.set("requests.unaccounted", to: Int64(missing))
    }

    /// A round that failed is tried again: following does not depend on it.
    ///
    /// What is the contract's own trouble is no outage.
    private mutating func tell(_ trouble: (any Error)?, of contract: Address) {
        guard let trouble else {
            uncounted.remove(contract)
            return environment.outages.recovered("count of jobs")
        }
        let revert = (trouble as? RPCError).flatMap { $0.executionFailure ?? $0.revertReason }
        guard trouble is ContractDesk.UnexpectedOutput || revert != nil else {
            return environment.outages.failed("count of jobs", FollowFault("\(contract): \(trouble)"))
        }
        guard uncounted.insert(contract).inserted else { return }
        environment.log.warning(
            "the contract does not say how many jobs it has: requests that no node shows are not found",
            ["contract": contract, "error": "\(trouble)"]
        )
    }

    /// The block in which a request should be, by its range and by its hash, and as many nodes as the operator wants.
    ///
    /// On a branch of its own a node has other jobs, and the logs to them: so it has to show the final block.
    private func read(
        _ block: UInt64,
        having hash: Hash32,
        of contract: Address,
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> LogReader.Reading {
        var reading = try await read(alone: block, [contract], final, node)
        if !reading.logs.logs.contains(where: { $0.contentHash == hash }) {
            reading = try await read(byHash: block, [contract], final, node)
        }
        try reader.check(reading, block...block, of: [contract]) { _ in nil }
        // Their answers are compared with this one, which has another header beside it.
        reading.last = nil
        let opinions = await opinions(on: reading, block...block, [contract], node)
        guard opinions.missing == 0 else { throw missed(quorum: opinions, block...block) }
        return reading
    }

    /// Blocks between two known requests; those that a node shows and that were looked for need the operator's quorum.
    private func read(
        between range: ClosedRange<UInt64>,
        for ids: ClosedRange<UInt64>,
        of contract: Address,
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> LogReader.Reading {
        var reading: LogReader.Reading
        do {
            reading = try await reader.read(range, of: [contract], withHeaderAt: final.number, at: node)
            guard reading.last?.hash == final.hash else {
                throw FollowFault("the node does not have the final block \(final.number) any more")
            }
        } catch let error as RPCError {
            guard case .tooMany = error.logRangeFailure, range.count == 1 else { throw error }
            reading = try await read(byHash: range.lowerBound, [contract], final, node)
        }
        try reader.check(reading, range, of: [contract]) { chain.hash(at: $0) }
        guard !reader.requests(of: ids, in: reading).isEmpty else { return reading }
        reading.last = nil
        let opinions = await opinions(on: reading, range, [contract], node)
        guard opinions.missing == 0 else { throw missed(quorum: opinions, range) }
        return reading
    }

    private func store(missed logs: LogBatch, _ cursor: ContractCursor) async throws {
        guard !logs.logs.isEmpty else { return }
        let report = try await store.ingest(reader.batch(logs), at: environment.now)
        environment.counters.increment("requests.found", by: Int64(report.found))
        environment.counters.increment("requests.missedAtFirst", by: Int64(report.found + report.returned))
        environment.counters.increment("requests.foundByCount", by: Int64(report.found + report.returned))
        guard report.found + report.returned > 0 else { return }
        environment.log.warning(
            "requests that both readings missed, found by the contract's own count",
            ["requests": report.found + report.returned, "contract": cursor.address]
        )
    }
}
