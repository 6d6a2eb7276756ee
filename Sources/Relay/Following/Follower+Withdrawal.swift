internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What the second reading does with requests whose logs it does not find.
extension Follower {
    /// What a node says of a request whose log the reading did not have.
    private enum Evidence {
        /// The log, or the job at the contract.
        case found
        /// Neither.
        case none
        /// It shows a log of which its contract knows nothing.
        case unclear
        /// It does not tell.
        case silent
    }

    /// Requests of this range whose logs are not there any more: each block is looked at alone before it is believed, by
    /// its hash too, and at each of the nodes; and the contract is asked.
    ///
    /// A node may cut a range's answer off without a word; what is taken back here is never read again. So most of the nodes
    /// must say that the request is not there, and one that is silent for the time of a blip is held to keep it.
    mutating func withdraw(
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ reading: LogReader.Reading,
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws {
        let stored = try await store.placed(in: range).filter { contracts.contains($0.contract) }
        guard !stored.isEmpty else { return }
        let there = reader.identities(in: reading.logs)
        let missing = stored.filter { !there.contains($0.hash) }
        var gone: [PlacedLog] = []
        for number in Set(missing.map(\.place.blockNumber)).sorted() {
            let requests = missing.filter { $0.place.blockNumber == number }
            gone += try await self.gone(requests, of: number, final, node)
        }
        guard !gone.isEmpty else { return }
        let now = environment.now
        try await store.orphan(
            gone.map(\.request),
            "its log is not in the chain at the second reading",
            stopJobsAt: now + options.orphanPatience,
            at: now
        )
        environment.counters.increment("requests.withdrawn", by: Int64(gone.count))
        environment.log.error("requests whose logs are not in the chain", ["requests": gone.count])
    }

    /// Those of one block's requests that most of the nodes do not have.
    private mutating func gone(
        _ requests: [PlacedLog],
        of number: UInt64,
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> [PlacedLog] {
        let contracts = Set(requests.map(\.contract)).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        var votes = Array(repeating: (found: 0, none: 0, silent: 0), count: requests.count)
        for asked in [node] + client.known.filter({ $0.index != node.index }) where !isGone(asked) {
            let there: Set<Hash32>
            do {
                there = try await logs(of: number, contracts, final, asked)
                noteAnswer(of: asked)
            } catch {
                if isHeldToKeep(asked) { for index in votes.indices { votes[index].silent += 1 } }
                continue
            }
            for (index, request) in requests.enumerated() {
                switch await evidence(of: request, isThere: there.contains(request.hash), asked) {
                case .found: votes[index].found += 1
                case .none: votes[index].none += 1
                case .silent: votes[index].silent += 1
                case .unclear: break
                }
            }
        }
        let kept = votes.count { $0.found > $0.none }
        if kept > 0 {
            environment.log.warning(
                "requests whose logs a node does not show, and other nodes or their contract have",
                ["requests": kept, "block.number": number, "node": node.maskedEndpoint]
            )
        }
        let gone = zip(votes, requests).filter { $0.0.none > $0.0.found + $0.0.silent }.map(\.1)
        // The others are looked at again.
        guard kept + gone.count == requests.count else {
            throw FollowFault(
                "whether \(requests.count - kept) requests are in block \(number) is not clear: nodes differ"
            )
        }
        return gone
    }

    /// The requests that a node shows in a block, asked for in both ways.
    private func logs(
        of number: UInt64,
        _ contracts: [Address],
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> Set<Hash32> {
        let alone = try await read(alone: number, contracts, final, node)
        let byHash = try await read(byHash: number, contracts, final, node)
        return reader.identities(in: alone.logs).union(reader.identities(in: byHash.logs))
    }

    private func evidence(of request: PlacedLog, isThere: Bool, _ node: EthereumClient) async -> Evidence {
        let desk = ContractDesk(client: node, book: reader.book)
        do {
            // Where the contract keeps no hash, the logs tell.
            guard let hash = try await desk.job(request.jobID, of: request.contract)?.requestHash else {
                return isThere ? .found : .none
            }
            guard hash != request.hash else { return .found }
            return isThere ? .unclear : .none
        } catch {
            // Where the contract itself does not tell, the logs do.
            let isOfTheContract =
                error is ContractDesk.UnexpectedOutput || error is ContractDesk.NotInSettings
                || (error as? RPCError).map { $0.executionFailure ?? $0.revertReason != nil } ?? false
            guard !isThere else { return .found }
            return isOfTheContract ? .none : .silent
        }
    }

    /// One block, at a node that shows in the same answer that it has the final one.
    func read(
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
            return try await read(byHash: number, contracts, final, node)
        }
        guard alone.last?.hash == final.hash else {
            throw FollowFault("the node does not have the final block \(final.number) any more")
        }
        return alone
    }

    /// A block that is too much for a range, where the node shows in one answer that the block is of the chain.
    func read(
        byHash number: UInt64,
        _ contracts: [Address],
        _ final: ChainLink,
        _ node: EthereumClient
    ) async throws -> LogReader.Reading {
        let alone = try await reader.read(block: number, of: contracts, at: node)
        let shown = try await node.header(at: number, with: .number(final.number))
        // Of a height that has no block now both say so.
        guard shown.tagged?.hash == final.hash, shown.header?.hash == alone.last?.hash else {
            throw FollowFault("the node does not have the final block \(final.number), or not block \(number) any more")
        }
        return alone
    }
}
