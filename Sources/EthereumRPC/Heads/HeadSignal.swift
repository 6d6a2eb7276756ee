package import Ethereum

/// Why the follower should look at the chain now.
///
/// Only a wake-up: what the head is, is asked for.
package enum HeadSignal: Sendable, Equatable {
    /// The node announced this block.
    case head(number: UInt64, hash: Hash32)
    /// Heads may have been missed: the subscription begins, or has ended.
    case poll
}
