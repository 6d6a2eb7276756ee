internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What is final is read once more: what the first reading missed becomes a request, and what it found and nobody has is
/// taken back.
extension Follower {
    /// One range, where it is time; nil where it is not.
    mutating func readAgain(apartFrom first: EthereumClient) async throws -> Outcome? {
        guard let final = chain.final, let lowest = cursors.map(\.secondBlock).min() else { return nil }
        let group = cursors.filter { $0.secondBlock == lowest }
        let others = cursors.map(\.secondBlock).filter { $0 > lowest }.min()
        let bound =
            ([final.number] + group.map { $0.nextBlock - min(1, $0.nextBlock) }
            + [others.map { $0 - 1 }].compactMap { $0 })
            .min() ?? final.number
        guard lowest <= bound, group.allSatisfy({ $0.nextBlock > lowest }) else { return nil }
        let isWindow = bound - lowest >= planner.window
        if let last = secondReadAt, environment.now >= last {
            let pause = isWindow ? options.secondWindowPause : options.secondReadPause
            guard environment.now - last >= pause else { return nil }
        }
        secondReadAt = environment.now
        guard let range = planner.range(from: lowest, head: bound) else { return nil }
        // Each time that it came to nothing another one.
        let nodes = first.others
        let node = nodes.isEmpty ? first : nodes[secondFaults % nodes.count]
        do {
            switch try await readAgain(range, group, final, node) {
            case .done: break
            case .narrower: return .again
            case .notNow:
                secondFaults &+= 1
                return nil
            }
        } catch  where error is LogCheck.Fault || error is FollowFault || error is RPCError {
            secondFaults &+= 1
            // Not the fault of the node that this look began with.
            if !(error is RPCError) { node.noteFault() }
            environment.outages.failed("second reading", error)
            return nil
        }
        environment.outages.recovered("second reading")
        for cursor in group {
            if let index = cursors.firstIndex(where: { $0.contractID == cursor.contractID }) {
                cursors[index].secondBlock = range.upperBound + 1
            }
        }
        return nil
    }

    private enum SecondReading {
        case done
        /// The node wants a smaller range.
        case narrower
        /// The node is not as far.
        case notNow
    }

    private mutating func readAgain(
        _ range: ClosedRange<UInt64>,
        _ group: [ContractCursor],
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> SecondReading {
        let contracts = group.map(\.address)
        let reading: LogReader.Reading
        do {
            // The node must be on this chain, and as far: said in the same request, as another may meet another node
            // behind a balancer.
            reading = try await reader.read(range, of: contracts, withHeaderAt: final.number, at: node)
            guard reading.last?.hash == final.hash else { return .notNow }
        } catch {
            switch error.logRangeFailure {
            case .tooMany(let hint):
                if planner.refused(range, hint: hint) == .narrower { return .narrower }
                reading = try await read(byHash: range.lowerBound, contracts, node)
            // There is a gap already, or another node does not go back so far.
            case .tooOld: return .done
            case .beyondHead, .unknownBlock, .other: throw error
            }
        }
        let known = chain
        try reader.check(reading, range, of: contracts) { known.hash(at: $0) }
        guard try await seek(quorum: reading, range, contracts, node) else { return .narrower }
        try await withdraw(range, contracts, reading, final, node)
        var batch = reader.batch(reading.logs)
        batch.cursors = group.map { cursor in
            var cursor = cursor
            cursor.secondBlock = range.upperBound + 1
            return cursor
        }
        let report = try await store.ingest(batch, at: environment.now)
        planner.answered()
        environment.counters.increment("requests.found", by: Int64(report.found))
        environment.counters.increment("requests.missedAtFirst", by: Int64(report.found + report.returned))
        if report.found + report.returned > 0 {
            environment.log.warning(
                "requests that the first reading missed",
                [
                    "requests": report.found + report.returned, "block.from": range.lowerBound,
                    "block.to": range.upperBound,
                ]
            )
        }
        return .done
    }

    /// Requests of this range whose logs are not there any more: each block is looked at alone before it is believed, and
    /// by its hash too.
    ///
    /// A node may cut a range's answer off without a word; what is taken back here is never read again.
    private func withdraw(
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ reading: LogReader.Reading,
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws {
        let stored = try await store.placed(in: range).filter { contracts.contains($0.contract) }
        guard !stored.isEmpty else { return }
        let there = Set(reading.logs.logs.filter { !$0.removed }.map(\.contentHash))
        let missing = stored.filter { !there.contains($0.hash) }
        var gone: [Int64] = []
        for number in Set(missing.map(\.place.blockNumber)).sorted() {
            let alone = try await read(alone: number, contracts, final, node)
            var left = missing.filter { $0.place.blockNumber == number }
            left = Self.remove(alone, from: left)
            guard !left.isEmpty else { continue }
            left = Self.remove(try await read(byHash: number, contracts, node), from: left)
            gone += left.map(\.request)
        }
        guard !gone.isEmpty else { return }
        let now = environment.now
        try await store.orphan(
            gone,
            "its log is not in the chain at the second reading",
            stopJobsAt: now + options.orphanPatience,
            at: now
        )
        environment.counters.increment("requests.withdrawn", by: Int64(gone.count))
        environment.log.error("requests whose logs are not in the chain", ["requests": gone.count])
    }

    private static func remove(_ reading: LogReader.Reading, from placed: [PlacedLog]) -> [PlacedLog] {
        let found = Set(reading.logs.logs.filter { !$0.removed }.map(\.contentHash))
        return placed.filter { !found.contains($0.hash) }
    }

    /// Asks the contracts how many jobs they have, where all that is final has been read twice: as seldom as that is done.
    mutating func audit(apartFrom first: EthereumClient) async throws {
        let now = environment.now
        if let last = auditedAt, now >= last, now - last < options.secondReadPause { return }
        guard let final = chain.final else { return }
        let node = first.pin(otherThan: first)
        for index in audits.indices {
            let contract = audits[index].contractID
            guard let cursor = cursors.first(where: { $0.contractID == contract }),
                final.number < cursor.secondBlock.saturatingAdding(planner.window)
            else { continue }
            auditedAt = now
            do {
                let found = try await audits[index].round(cursor, reader, store, at: node)
                try await store(missed: found, cursor)
            } catch  where error is RPCError || error is LogCheck.Fault || error is ContractDesk.UnexpectedOutput {
                // It is looked at again: following does not depend on it.
                environment.log.debug("the contract's count of jobs is not to be had", ["error": "\(error)"])
            }
        }
        let missing = audits.reduce(0) { $0 + $1.missing }
        if missing > 0, environment.counters["requests.unaccounted" as Counters.Gauge] != Int64(missing) {
            environment.log.error(
                "requests that the contract has, and no node shows",
                ["requests": missing, "remedy": "add a node to chain.rpc that keeps logs for longer"]
            )
        }
        environment.counters.set("requests.unaccounted", to: Int64(missing))
    }

    private func store(missed logs: LogBatch, _ cursor: ContractCursor) async throws {
        guard !logs.logs.isEmpty else { return }
        let report = try await store.ingest(reader.batch(logs), at: environment.now)
        environment.counters.increment("requests.found", by: Int64(report.found))
        environment.counters.increment("requests.missedAtFirst", by: Int64(report.found + report.returned))
        environment.log.warning(
            "requests that both readings missed, found by the contract's own count",
            ["requests": report.found + report.returned, "contract": cursor.address]
        )
    }

    /// One block, at a node that shows in the same answer that it has the final one.
    private func read(
        alone number: UInt64,
        _ contracts: [Address],
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> LogReader.Reading {
        let alone: LogReader.Reading
        do {
            alone = try await reader.read(number...number, of: contracts, withHeaderAt: final.number, at: node)
        } catch {
            guard case .tooMany = error.logRangeFailure else { throw error }
            return try await read(byHash: number, contracts, node)
        }
        guard alone.last?.hash == final.hash else {
            throw FollowFault("the node does not have the final block \(final.number) any more")
        }
        return alone
    }

    /// A block that is too much for a range, where the node shows in one answer with it that it is as far as the chain.
    private func read(
        byHash number: UInt64,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws -> LogReader.Reading {
        let alone = try await reader.read(block: number, of: contracts, at: node)
        let shown = try await node.headerWithHead(at: number)
        // Of a height that has no block now both say so.
        guard let head = shown.head, head.number >= highest, alone.last != nil || head.number > number,
            shown.header?.hash == alone.last?.hash
        else {
            throw FollowFault("the node is not as far as others, or does not have block \(number) any more")
        }
        return alone
    }
}
