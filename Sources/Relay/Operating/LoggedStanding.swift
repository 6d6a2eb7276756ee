internal import Ethereum
internal import RelayCore
internal import RelayStore

/// What the logs tell of a request whose contract has no view for it: once one that closes it is final, it is closed.
///
/// A contract of this kind takes a second answer as readily as the first, so nothing counts as open before all logs are
/// read that may say otherwise.
struct LoggedStanding: Sendable {
    /// Blocks that reading may be behind the head: what is in them may as well not be mined yet.
    private static let lag: UInt64 = 16

    let book: ContractBook
    let store: RelayStore
    let heads: HeadBoard

    func callAsFunction(_ request: ObservedRequest) async throws -> ContractStanding {
        guard book[request.contract]?.isToldByEvents == true else { return .open }
        let word = try await store.word(on: request)
        if let outcome = word.outcome {
            let block = outcome.place.blockNumber
            guard !heads.isFinal(block) else { return .closed(outcome.closing) }
            return .undecided("\(outcome.closing.rawValue) by somebody in block \(block), which is not final yet")
        }
        guard !word.isReadAgain else { return .undecided("a replay reads blocks that may tell of its answer") }
        let head = heads.head ?? .max
        guard word.nextBlock.saturatingAdding(Self.lag) > head else {
            return .undecided("logs that may tell of its answer are read up to block \(word.nextBlock) of \(head)")
        }
        return .open
    }
}
