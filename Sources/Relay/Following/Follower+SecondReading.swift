internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What is final is read once more: what the first reading missed becomes a request, and what it found and nobody has is
/// taken back.
extension Follower {
    /// Ranges of a window in one look, at most: the first reading goes before.
    private static let secondRangesPerLook = 8

    /// What there is to read again, where it is time.
    mutating func readAgain(apartFrom first: EthereumClient) async throws {
        for turn in 0..<Self.secondRangesPerLook where !environment.stop.isRequested {
            guard try await readRangeAgain(apartFrom: first, isFirst: turn == 0) else { return }
        }
    }

    /// One range; returns whether there is a whole one more.
    private mutating func readRangeAgain(apartFrom first: EthereumClient, isFirst: Bool) async throws -> Bool {
        guard let final = chain.final else { return false }
        // What has been read once and is final; near the head first, as at the first reading.
        let open = cursors.filter { $0.secondBlock < $0.nextBlock && $0.secondBlock <= final.number }
        let near = open.filter { final.number - $0.secondBlock <= options.window }
        guard let lowest = (near.isEmpty ? open : near).map(\.secondBlock).min() else { return false }
        let group = open.filter { $0.secondBlock == lowest }
        let bound =
            ([final.number] + group.map { $0.nextBlock - min(1, $0.nextBlock) }
            + cursors.map(\.secondBlock).filter { $0 > lowest }.map { $0 - 1 }).min() ?? final.number
        let isWindow = bound - lowest >= secondPlanner.window
        guard isFirst || isWindow else { return false }
        if isFirst, let last = secondReadAt, environment.now >= last {
            let pause = isWindow ? options.secondWindowPause : options.secondReadPause
            guard environment.now - last >= pause else { return false }
        }
        secondReadAt = environment.now
        guard let range = secondPlanner.range(from: lowest, head: bound) else { return false }
        // Another one than read it first, and each time that it came to nothing the next.
        let nodes = client.known.filter { $0.index != first.index } + [first]
        let node = nodes[secondFaults % nodes.count]
        do {
            switch try await readAgain(range, group, final, node) {
            case .done: break
            case .narrower: return true
            case .notNow:
                // One that is a little behind is nothing to speak of.
                guard secondFaults >= nodes.count else {
                    secondFaults &+= 1
                    return false
                }
                throw FollowFault("\(node.maskedEndpoint) does not have the final block \(final.number) yet")
            }
        } catch  where error is LogCheck.Fault || error is FollowFault || error is RPCError {
            secondFaults &+= 1
            // Not the fault of the node that this look began with.
            if !(error is RPCError) { node.noteFault() }
            environment.outages.failed("second reading", error)
            return false
        }
        (secondFaults, secondTooOld) = (0, [:])
        environment.outages.recovered("second reading")
        moveCursors(group) { cursor, _ in cursor.secondBlock = range.upperBound + 1 }
        return true
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
                if secondPlanner.refused(range, hint: hint) == .narrower { return .narrower }
                reading = try await read(byHash: range.lowerBound, contracts, final, node)
            case .tooOld:
                // There is a gap already, or another node goes back further: all are asked, the only one twice.
                if let index = node.index { secondTooOld[index, default: 0] += 1 }
                let all = client.known.compactMap(\.index)
                guard all.allSatisfy({ secondTooOld[$0, default: 0] >= (all.count > 1 ? 1 : 2) }) else { throw error }
                try await pass(unread: range, group)
                return .done
            case .beyondHead, .unknownBlock, .other: throw error
            }
        }
        let known = chain
        try reader.check(reading, range, of: contracts) { known.hash(at: $0) }
        guard try await seek(quorum: reading, range, contracts, node, planner: \.secondPlanner) else {
            return .narrower
        }
        try await withdraw(range, contracts, reading, final, node)
        var batch = reader.batch(reading.logs)
        batch.isSecond = true
        batch.cursors = Self.moved(group, behind: range)
        let report = try await store.ingest(batch, at: environment.now)
        secondPlanner.answered()
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

    private static func moved(_ group: [ContractCursor], behind range: ClosedRange<UInt64>) -> [ContractCursor] {
        group.map { cursor in
            var cursor = cursor
            cursor.secondBlock = range.upperBound + 1
            return cursor
        }
    }

    /// No node goes back so far: it stays with the first reading, and a word of it.
    private func pass(unread range: ClosedRange<UInt64>, _ group: [ContractCursor]) async throws {
        _ = try await store.ingest(IngestBatch(cursors: Self.moved(group, behind: range)), at: environment.now)
        environment.counters.increment("chain.readOnce")
        environment.log.warning(
            "blocks cannot be read for the second time: no node goes back so far",
            ["block.from": range.lowerBound, "block.to": range.upperBound]
        )
    }
}
