internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What a reading must stand before it is stored: its blocks, the other nodes, its block's bloom.
extension Follower {
    /// How often in a row what is in doubt is read again before it is taken as it is.
    private static let doubts = 3

    /// Where a reorganisation may come in between, each block of the logs must be the one at its height: of those that are
    /// not known already there are few.
    func confirm(
        blocksOf reading: LogReader.Reading,
        above lowest: UInt64,
        _ node: EthereumClient
    ) async throws {
        var last = reading.last?.number
        for log in reading.logs.logs where !log.removed && log.blockNumber > lowest && log.blockNumber != last {
            last = log.blockNumber
            guard log.blockNumber != reading.last?.number, chain.hash(at: log.blockNumber) == nil else { continue }
            guard try await node.header(at: .number(log.blockNumber))?.hash == log.blockHash else {
                throw LogCheck.Fault("block \(log.blockNumber) of the logs is not the node's own")
            }
        }
    }

    /// Other nodes must give the same logs, as many as the operator wants.
    ///
    /// False: one of them wants a smaller range, which the planner knows now.
    mutating func seek(
        quorum reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ node: EthereumClient,
        planner: WritableKeyPath<Follower, LogRangePlanner> = \.planner
    ) async throws -> Bool {
        let opinions = await opinions(on: reading, range, contracts, node)
        guard opinions.missing > 0 else { return true }
        var isNarrower = false
        for hint in opinions.tooMany where self[keyPath: planner].refused(range, hint: hint) == .narrower {
            isNarrower = true
        }
        if isNarrower { return false }
        throw missed(quorum: opinions, range)
    }

    /// What the other nodes say of a reading.
    struct Opinions {
        /// Nodes that would have to give the same logs, and have not.
        var missing: Int
        /// Those that give other logs, and those that give none, with the reason.
        var differing: [String] = []
        var silent: [String] = []
        /// With the hints of those that want a smaller range.
        var tooMany: [UInt64?] = []
    }

    func opinions(
        on reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async -> Opinions {
        var opinions = Opinions(missing: options.quorum - 1)
        guard opinions.missing > 0 else { return opinions }
        let mine = reading.logs.logs.filter { !$0.removed }
        for other in node.others where opinions.missing > 0 {
            let theirs: LogReader.Reading
            do {
                theirs = try await second(opinion: reading, range, contracts, other)
            } catch {
                if case .tooMany(let hint)? = (error as? RPCError)?.logRangeFailure { opinions.tooMany.append(hint) }
                opinions.silent.append("\(other.maskedEndpoint): \(error)")
                continue
            }
            if theirs.logs.logs.filter({ !$0.removed }) == mine {
                opinions.missing -= 1
            } else {
                opinions.differing.append(other.maskedEndpoint)
            }
        }
        return opinions
    }

    func missed(quorum opinions: Opinions, _ range: ClosedRange<UInt64>) -> FollowFault {
        environment.counters.increment("quorum.missed")
        var words = opinions.silent
        if !opinions.differing.isEmpty { words.insert("\(opinions.differing.joined(separator: ", ")) differ", at: 0) }
        if words.isEmpty { words = ["no other node may be asked"] }
        return FollowFault(
            "blocks \(range.lowerBound) to \(range.upperBound): \(options.quorum) nodes must give the same logs; "
                + words.joined(separator: "; ")
        )
    }

    /// The same range at another node; a block that is too much for a range by its hash.
    private func second(
        opinion reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ other: EthereumClient
    ) async throws -> LogReader.Reading {
        let header = reading.last
        let theirs: LogReader.Reading
        do {
            theirs = try await reader.read(range, of: contracts, withHeaderAt: header?.number, at: other)
        } catch {
            guard case .tooMany = error.logRangeFailure, range.count == 1 else { throw error }
            theirs = try await reader.read(block: range.lowerBound, of: contracts, at: other)
            guard theirs.last?.number == header?.number else { return theirs }
        }
        guard theirs.last?.hash == header?.hash else { throw FollowFault("it is on another branch, or not as far") }
        return theirs
    }

    /// Whether to read again later, since the block's bloom speaks of logs that the answer does not have: the node may not
    /// have them yet.
    ///
    /// Blooms err on the side of logs, so after a few times in a row, of whatever blocks, the block is asked for by its
    /// hash, at all nodes. Throws `FollowFault` where one of them shows what this one hides.
    mutating func isInDoubt(
        _ header: BlockHeader,
        _ reading: LogReader.Reading,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws -> Bool {
        guard reader.isMissing(logsOf: header, in: reading, of: contracts) else {
            doubts = 0
            return false
        }
        doubts += 1
        guard doubts > Self.doubts else { return true }
        doubts = 0
        for other in [node] + node.others {
            guard let alone = try? await reader.read(block: header.number, of: contracts, at: other),
                alone.last?.hash == header.hash, !alone.logs.logs.isEmpty
            else { continue }
            throw FollowFault("block \(header.number) has no logs in its range although it has some by its hash")
        }
        environment.counters.increment("blooms.unexplained")
        return false
    }

    /// A log that is none is the node's doing, since no chain has such: it, or another node, is asked again some times,
    /// before the log goes into quarantine and reading goes on.
    mutating func mind(_ logs: [MalformedLog], in range: ClosedRange<UInt64>, _ node: EthereumClient) throws {
        guard let log = logs.first else {
            // Another node does better: as long as it does, the one that gave them is not believed.
            if node.index != malformedAt { malformed = [:] }
            return
        }
        malformedAt = node.index
        let digest = keccak256(log.text)
        let times = malformed[digest, default: 0]
        guard times < Self.doubts else { return }
        // A node may make up ever new ones.
        if malformed.count >= 100 { malformed = [:] }
        malformed[digest] = times + 1
        throw LogCheck.Fault(
            "blocks \(range.lowerBound) to \(range.upperBound): \(logs.count) of the logs are none: \(log.reason)"
        )
    }
}
