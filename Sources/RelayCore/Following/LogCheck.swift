package import Ethereum

/// Whether an answer of `eth_getLogs` can be what was asked for: a node's word is checked before it is stored.
package enum LogCheck {
    /// The answer is in doubt as a whole: it is asked for again.
    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    /// Of these contracts, with one of these first topics, in these blocks; `known` tells the block that was read at a height.
    package static func check(
        _ logs: [Log],
        in range: ClosedRange<UInt64>,
        of contracts: [Address],
        topics: [Hash32],
        known: (UInt64) -> Hash32?
    ) throws(Fault) {
        var last: Log?
        for log in logs {
            guard contracts.contains(log.address), let topic = log.topics.first, topics.contains(topic),
                range.contains(log.blockNumber)
            else {
                throw Fault("a log of \(log.address) in block \(log.blockNumber) was not asked for")
            }
            if let last, last.blockNumber == log.blockNumber {
                guard last.blockHash == log.blockHash else { throw Fault("two blocks of number \(log.blockNumber)") }
                guard last.logIndex < log.logIndex else {
                    throw Fault("log \(log.logIndex) of block \(log.blockNumber) comes after \(last.logIndex)")
                }
            } else {
                if let last, last.blockNumber > log.blockNumber {
                    throw Fault("block \(log.blockNumber) comes after \(last.blockNumber)")
                }
                if let hash = known(log.blockNumber), hash != log.blockHash {
                    throw Fault("block \(log.blockNumber) of the logs is another than the chain's")
                }
            }
            last = log
        }
    }
}
