internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Telemetry

/// What a reading must stand before it is stored: its blocks, the other nodes, its block's bloom.
extension Follower {
    /// How often a block is read again that seems to hold what its logs do not show.
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
    /// False: one of them wants a smaller range, which is planned.
    mutating func seek(
        quorum reading: LogReader.Reading,
        _ range: ClosedRange<UInt64>,
        _ contracts: [Address],
        _ node: EthereumClient
    ) async throws -> Bool {
        var missing = options.quorum - 1
        let mine = reading.logs.logs.filter { !$0.removed }
        var differing: [String] = []
        var isNarrower = false
        for other in node.others where missing > 0 {
            let theirs: LogReader.Reading
            do {
                theirs = try await second(opinion: reading, range, contracts, other)
            } catch {
                if case .tooMany(let hint)? = (error as? RPCError)?.logRangeFailure {
                    isNarrower = planner.refused(range, hint: hint) == .narrower || isNarrower
                }
                continue
            }
            if theirs.logs.logs.filter({ !$0.removed }) == mine {
                missing -= 1
            } else {
                differing.append(other.maskedEndpoint)
            }
        }
        guard missing > 0 else { return true }
        if isNarrower { return false }
        environment.counters.increment("quorum.missed")
        let words = differing.isEmpty ? "no other node answers" : "\(differing.joined(separator: ", ")) differ"
        throw FollowFault(
            "blocks \(range.lowerBound) to \(range.upperBound): \(options.quorum) nodes must give the same logs; \(words)"
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

    /// Whether to read again, since the block's bloom speaks of logs that the answer does not have: the node may not have
    /// them yet.
    ///
    /// Blooms err on the side of logs, so a few times are enough.
    mutating func doubts(
        _ header: BlockHeader,
        _ reading: LogReader.Reading,
        _ contracts: [Address]
    ) throws -> Bool {
        guard let bloom = header.logsBloom, !bloom.isFull, bloom.mayContain(reader.binding.requestEvent.topic),
            contracts.contains(where: { bloom.mayContain($0) }),
            !reading.logs.logs.contains(where: { $0.blockNumber == header.number })
        else { return false }
        let times = doubt.map { $0.block == header.hash ? $0.times : 0 } ?? 0
        guard times < Self.doubts else {
            environment.counters.increment("blooms.unexplained")
            return false
        }
        doubt = (header.hash, times + 1)
        throw FollowFault("block \(header.number) has no logs although its bloom speaks of some: not indexed yet")
    }
}
