internal import Ethereum
internal import EthereumRPC
internal import RelayCore

/// The logs that a relayer asks for, so that what is measured is what will be asked.
struct RequestFilter: Sendable {
    let addresses: [Address]
    let binding: ContractBinding

    func blocks(_ range: ClosedRange<UInt64>) -> LogFilter {
        LogFilter(
            addresses: addresses,
            topics: [[binding.requestEvent.topic]],
            from: range.lowerBound,
            to: range.upperBound
        )
    }

    func block(_ hash: Hash32) -> LogFilter {
        LogFilter(addresses: addresses, topics: [[binding.requestEvent.topic]], blockHash: hash)
    }
}
