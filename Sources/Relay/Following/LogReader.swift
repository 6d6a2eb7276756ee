package import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore

/// Reads a range of blocks and says what is in it: requests, and logs for the quarantine.
package struct LogReader: Sendable {
    package let client: EthereumClient
    package let binding: ContractBinding

    package init(client: EthereumClient, binding: ContractBinding) {
        self.client = client
        self.binding = binding
    }

    /// The node answered with something that was not asked for: the whole answer is in doubt.
    package struct StrayLog: Error, CustomStringConvertible {
        package let description: String
    }

    /// Throws `RPCError` or `StrayLog`.
    package func read(_ range: ClosedRange<UInt64>, of contracts: [Address]) async throws -> IngestBatch {
        let filter = LogFilter(
            addresses: contracts,
            topics: [[binding.requestEvent.topic]],
            from: range.lowerBound,
            to: range.upperBound
        )
        let answer = try await client.logs(filter)
        var batch = IngestBatch()
        for log in answer.logs where !log.removed {
            guard contracts.contains(log.address), range.contains(log.blockNumber) else {
                throw StrayLog(description: "a log of \(log.address) in block \(log.blockNumber) was not asked for")
            }
            sort(log, into: &batch)
        }
        for log in answer.malformed {
            batch.rejected.append(
                RejectedLog(
                    reason: log.reason,
                    digest: keccak256(log.text),
                    blockNumber: log.blockNumber,
                    logIndex: log.logIndex,
                    transactionHash: nil,
                    bytes: log.text
                )
            )
        }
        return batch
    }

    private func sort(_ log: Log, into batch: inout IngestBatch) {
        switch binding.decode(log) {
        case .request(let request):
            batch.requests.append(request)
        case .rejected(let reason):
            batch.rejected.append(
                RejectedLog(
                    reason: reason,
                    // Its place too: who says the same twice has said two things.
                    digest: keccak256(
                        log.contentHash.bytes + log.blockHash.bytes + UInt256(log.logIndex).bigEndianBytes
                    ),
                    blockNumber: log.blockNumber,
                    logIndex: log.logIndex,
                    transactionHash: log.transactionHash,
                    bytes: log.address.bytes + log.topics.flatMap(\.bytes) + log.data
                )
            )
        }
    }
}
