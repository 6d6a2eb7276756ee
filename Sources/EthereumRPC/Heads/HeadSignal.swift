package import Ethereum

/// What the subscription tells whoever follows the chain: why to look at it now, and whether more will be told.
///
/// Only wake-ups: what is true is asked for. Each but `head` is a reason to look.
package enum HeadSignal: Sendable, Equatable {
    /// The node announced this block.
    case head(number: UInt64, hash: Hash32)
    /// The node announced a log that was subscribed to, or that it is no longer in the chain.
    case log(blockNumber: UInt64, removed: Bool)
    /// Heads are announced, and logs too if `hasLogs`; comes again when the logs follow the heads, and when signals came
    /// faster than they were taken and more than heads was lost.
    case subscribed(hasLogs: Bool)
    /// Nothing is announced any more, until `subscribed` comes again; silent: no head came for too long.
    case ended(isSilent: Bool)
}
