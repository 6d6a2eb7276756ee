internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Synchronization

/// What one round sees of the chain: a receipt for each settlement, and once for all of them the account's count.
struct ChainView: Sendable {
    let service: SettleService
    let head: UInt64
    private let cache = Cache()

    init(service: SettleService, head: UInt64) {
        self.service = service
        self.head = head
    }

    /// Looks for a receipt of any attempt.
    ///
    /// A receipt counts only while its block is the canonical one at its height: nodes go on answering for orphaned
    /// blocks.
    func sighting(of hand: SettleService.Case) async throws -> SettlementMachine.Sighting {
        guard case .sent(let nonce, _, let attempts) = hand.machine.phase else {
            return SettlementMachine.Sighting(inclusion: nil, confirmations: 0, nonceIsSpent: false)
        }
        for attempt in attempts.reversed() {
            guard let receipt = try await service.client.receipt(of: attempt.hash),
                try await isCanonical(receipt)
            else { continue }
            let block = receipt.blockNumber
            return SettlementMachine.Sighting(
                inclusion: inclusion(receipt, of: hand),
                confirmations: head >= block ? head - block + 1 : 1,
                nonceIsSpent: true
            )
        }
        return SettlementMachine.Sighting(
            inclusion: nil,
            confirmations: 0,
            nonceIsSpent: try await finalCount() > nonce
        )
    }

    private func isCanonical(_ receipt: Receipt) async throws -> Bool {
        if let known = cache.hash(at: receipt.blockNumber) { return known == receipt.blockHash }
        guard let header = try await service.client.header(at: .number(receipt.blockNumber)) else { return false }
        cache.note(header.hash, at: receipt.blockNumber)
        return header.hash == receipt.blockHash
    }

    /// The account's transactions that are as deep as a receipt must be.
    private func finalCount() async throws -> UInt64 {
        if let count = cache.count { return count }
        guard let block = head.deepEnough(for: service.options.limits.receiptConfirmations) else { return 0 }
        let count = try await service.client.transactionCount(of: service.signer.address, at: .number(block))
        cache.note(count: count)
        return count
    }

    private func inclusion(_ receipt: Receipt, of hand: SettleService.Case) -> Inclusion {
        Inclusion(
            transactionHash: receipt.transactionHash,
            blockNumber: receipt.blockNumber,
            blockHash: receipt.blockHash,
            succeeded: receipt.succeeded,
            gasUsed: receipt.gasUsed,
            effectiveGasPrice: receipt.effectiveGasPrice,
            callbackSucceeded: callbackSucceeded(receipt, of: hand)
        )
    }

    /// The last field of the contract's own event for this job.
    private func callbackSucceeded(_ receipt: Receipt, of hand: SettleService.Case) -> Bool? {
        let binding = service.contracts.binding
        let event = hand.item.answer.kind == .result ? binding.fulfilledEvent : binding.failedEvent
        for log in receipt.logs where log.address == hand.request.observed.contract && log.topics.first == event.topic {
            guard let values = try? event.decode(topics: log.topics, data: log.data),
                values.first == .uint(hand.request.observed.jobID), case .bool(let succeeded)? = values.last
            else { continue }
            return succeeded
        }
        return nil
    }

    private final class Cache: Sendable {
        private struct State {
            var hashes: [UInt64: Hash32] = [:]
            var count: UInt64?
        }

        private let state = Mutex(State())

        func hash(at number: UInt64) -> Hash32? { state.withLock { $0.hashes[number] } }
        func note(_ hash: Hash32, at number: UInt64) { state.withLock { $0.hashes[number] = hash } }
        var count: UInt64? { state.withLock { $0.count } }
        func note(count: UInt64) { state.withLock { $0.count = count } }
    }
}
