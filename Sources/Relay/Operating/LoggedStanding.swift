internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import RelayStore

/// What the logs tell of a request whose contract has no view for it: once one that closes it is final, it is closed.
///
/// A contract of this kind takes a second answer as readily as the first, so nothing counts as open before all logs are
/// read that may say otherwise.
struct LoggedStanding: Sendable {
    /// Blocks that reading may be behind the head: what is in them may as well not be mined yet.
    private static let lag: UInt64 = 16

    let client: EthereumClient
    let book: ContractBook
    let store: RelayStore
    let heads: HeadBoard

    func callAsFunction(_ request: ObservedRequest) async throws -> ContractStanding {
        guard let binding = book[request.contract], binding.isToldByEvents else { return .open }
        let word = try await store.word(on: request)
        if let said = try await said(of: request, word, binding) { return said }
        let block = request.place.blockNumber
        if block < word.startBlock { return .undecided(unread(block...(word.startBlock - 1))) }
        if let gap = word.gap { return .undecided(unread(gap)) }
        let head = heads.head ?? .max
        guard word.nextBlock.saturatingAdding(Self.lag) > head else {
            return .undecided("logs that may tell of its answer are read up to block \(word.nextBlock) of \(head)")
        }
        return .open
    }

    /// What the first outcome says that is not somebody else's, however many of those stand before it; nil: there is none.
    private func said(
        of request: ObservedRequest,
        _ word: OutcomeWord,
        _ binding: ContractBinding
    ) async throws -> ContractStanding? {
        var outcomes = word.outcomes
        while let last = outcomes.last {
            for outcome in outcomes {
                let standing = try await standing(of: outcome, to: request, word, binding)
                if standing != .open { return standing }
            }
            guard outcomes.count == OutcomeWord.limit else { return nil }
            outcomes = try await store.word(on: request, behind: last.place).outcomes
        }
        return nil
    }

    /// What one node shows is believed once it is final and has been shown a second time: invented, it would keep the request
    /// from its answer for ever.
    ///
    /// Where the event does not say whom the answer was for, the transaction does: anybody may answer somebody else.
    private func standing(
        of outcome: ObservedOutcome,
        to request: ObservedRequest,
        _ word: OutcomeWord,
        _ binding: ContractBinding
    ) async throws -> ContractStanding {
        let block = outcome.place.blockNumber
        let what = "\(outcome.closing.rawValue) by somebody in block \(block)"
        guard heads.isFinal(block), block < word.secondBlock else {
            return .undecided("\(what), which is not final yet, or has been read only once")
        }
        guard outcome.isConfirmed else {
            return .undecided("\(what), says one node, and the second reading did not find it")
        }
        guard outcome.requester == nil, binding.namesRequester else { return .closed(outcome.closing) }
        guard let call = try await client.call(in: outcome.place.transactionHash), call.to == request.contract else {
            return .undecided("\(what), and whether it was for \(request.requester) cannot be told")
        }
        return binding.requester(in: call.data) == request.requester ? .closed(outcome.closing) : .open
    }

    private func unread(_ blocks: ClosedRange<UInt64>) -> String {
        "blocks \(blocks.lowerBound) to \(blocks.upperBound) may tell of its answer and have not been read: replay them"
            + " with --from-block \(blocks.lowerBound) --to-block \(blocks.upperBound)"
    }
}
