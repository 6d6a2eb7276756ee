import Ethereum
import JSON

/// The argument of `eth_getLogs`.
struct LogFilter {
    let addresses: [Address]
    /// By place; nil lets any topic pass.
    let topics: [[Hash32]?]
    let fromBlock: String?
    let toBlock: String?
    let blockHash: Hash32?

    init(_ object: JSONValue) throws(RPCFailure) {
        addresses = try LogFilter.list(object["address"], Address.init(hex:), "invalid argument 0: invalid address")
        var topics: [[Hash32]?] = []
        for position in object["topics"]?.array ?? [] {
            let wanted = try LogFilter.list(position, Hash32.init(hex:), "invalid argument 0: invalid topic(s)")
            topics.append(wanted.isEmpty ? nil : wanted)
        }
        self.topics = topics
        fromBlock = object["fromBlock"]?.string
        toBlock = object["toBlock"]?.string
        blockHash = object["blockHash"]?.string.flatMap { Hash32(hex: $0) }
        if blockHash != nil, fromBlock != nil || toBlock != nil {
            throw RPCFailure(
                code: -32_602,
                "invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one"
            )
        }
    }

    func matches(_ log: Log) -> Bool {
        guard addresses.isEmpty || addresses.contains(log.address), log.topics.count >= topics.count else {
            return false
        }
        return zip(topics, log.topics).allSatisfy { wanted, topic in wanted?.contains(topic) ?? true }
    }

    /// One value, several, or none.
    private static func list<Item>(
        _ value: JSONValue?,
        _ read: (String) -> Item?,
        _ problem: String
    ) throws(RPCFailure) -> [Item] {
        guard let value, value != .null else { return [] }
        var items: [Item] = []
        for element in value.array ?? [value] {
            guard let item = element.string.flatMap(read) else { throw RPCFailure(code: -32_602, problem) }
            items.append(item)
        }
        return items
    }
}
