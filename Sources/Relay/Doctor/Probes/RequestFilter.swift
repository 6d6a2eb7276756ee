internal import Ethereum
internal import EthereumRPC
internal import RelayCore

/// The logs that a relayer asks for, so that what is measured is what will be asked.
struct RequestFilter: Sendable {
    let addresses: [Address]
    let book: ContractBook

    func blocks(_ range: ClosedRange<UInt64>) -> LogFilter {
        LogFilter(
            addresses: addresses,
            topics: [book.topics(of: addresses)],
            from: range.lowerBound,
            to: range.upperBound
        )
    }

    func block(_ hash: Hash32) -> LogFilter {
        LogFilter(addresses: addresses, topics: [book.topics(of: addresses)], blockHash: hash)
    }
}
