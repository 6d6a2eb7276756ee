internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Synchronization

/// What one round sees of the chain: a receipt for each settlement, and once for all of them the account's count.
struct ChainView: Sendable {
    /// Blocks below the head of which any node has the state: geth keeps 128.
    private static let stateDepth: UInt64 = 64

    let service: SettleService
    private let head: UInt64
    /// Up to where a mined answer is final; nil: nothing is.
    private let final: UInt64?
    private let cache = Cache()

    init(service: SettleService) {
        self.service = service
        let view = service.heads.view
        head = view?.head ?? 0
        final = view?.receipt?.number
    }

    /// Looks for a receipt of any attempt.
    ///
    /// A receipt counts only while its block is the canonical one at its height: nodes go on answering for orphaned
    /// blocks.
    func sighting(of hand: SettleService.Case) async throws -> SettlementMachine.Sighting {
        guard case .sent(let nonce, _, let attempts) = hand.machine.phase else {
            return SettlementMachine.Sighting(inclusion: nil, nonceIsSpent: false)
        }
        for attempt in attempts.reversed() {
            guard let receipt = try await service.client.receipt(of: attempt.hash),
                try await isCanonical(receipt.blockHash, at: receipt.blockNumber)
            else { continue }
            return SettlementMachine.Sighting(
                inclusion: inclusion(receipt, of: hand),
                missing: missing(receipt.blockNumber),
                nonceIsSpent: true
            )
        }
        let mined = hand.machine.mined
        let keepsBlock = if let mined { try await isCanonical(mined.blockHash, at: mined.blockNumber) } else { false }
        return SettlementMachine.Sighting(
            inclusion: nil,
            keepsBlock: keepsBlock,
            missing: mined.map { missing($0.blockNumber) } ?? 0,
            nonceIsSpent: try await isSpent(nonce)
        )
    }

    /// Blocks until this one is final; by time or a tag it may take fewer or more.
    private func missing(_ block: UInt64) -> UInt64 {
        guard let final else { return max(1, block) }
        return block > final ? block - final : 0
    }

    /// Whether the account's count, as deep as receipts must be, has passed the nonce.
    ///
    /// The latest count comes first: nodes drop the state of old blocks, and a nonce that is free there is free.
    private func isSpent(_ nonce: UInt64) async throws -> Bool {
        try await latestCount() > nonce ? try await finalCount() > nonce : false
    }

    private func latestCount() async throws -> UInt64 {
        if let count = cache.latestCount { return count }
        let count = try await service.client.transactionCount(of: service.signer.address)
        cache.note(latestCount: count)
        return count
    }

    private func isCanonical(_ hash: Hash32, at number: UInt64) async throws -> Bool {
        if let known = cache.hash(at: number) { return known == hash }
        guard let header = try await service.client.header(at: .number(number)) else { return false }
        cache.note(header.hash, at: number)
        return header.hash == hash
    }

    /// The account's transactions that are as deep as a receipt must be, and no deeper than nodes keep states.
    private func finalCount() async throws -> UInt64 {
        if let count = cache.finalCount { return count }
        guard let final else { return 0 }
        let block = max(min(final, head), head - min(head, Self.stateDepth - 1))
        let count = try await service.client.transactionCount(of: service.signer.address, at: .number(block))
        cache.note(finalCount: count)
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

    /// As the contract's own event for this job says; nil where it does not.
    private func callbackSucceeded(_ receipt: Receipt, of hand: SettleService.Case) -> Bool? {
        let request = hand.request.observed
        let outcomes = receipt.logs.lazy.filter { $0.address == request.contract }.compactMap { log in
            service.contracts.book[request.contract]?.outcome(in: log)
        }
        return outcomes.first { $0.jobID == request.jobID }?.callbackSucceeded
    }

    private final class Cache: Sendable {
        private struct State {
            var hashes: [UInt64: Hash32] = [:]
            var latestCount: UInt64?
            var finalCount: UInt64?
        }

        private let state = Mutex(State())

        func hash(at number: UInt64) -> Hash32? { state.withLock { $0.hashes[number] } }
        func note(_ hash: Hash32, at number: UInt64) { state.withLock { $0.hashes[number] = hash } }
        var latestCount: UInt64? { state.withLock { $0.latestCount } }
        func note(latestCount count: UInt64) { state.withLock { $0.latestCount = count } }
        var finalCount: UInt64? { state.withLock { $0.finalCount } }
        func note(finalCount count: UInt64) { state.withLock { $0.finalCount = count } }
    }
}
