package import Ethereum
import JSON

/// Which logs are asked for.
package struct LogFilter: Sendable, Hashable {
    /// A range or one block: a node refuses both at once (EIP-234).
    package enum Blocks: Sendable, Hashable {
        /// Both ends belong to it. Numbers only: some nodes refuse tags here, and what a tag means moves.
        case range(from: UInt64, to: UInt64)
        /// One block, which may be an orphaned one that the node still has.
        case block(Hash32)
    }

    /// Empty: of any contract.
    package var addresses: [Address]
    /// For each position the topics that fit; an empty position fits any.
    package var topics: [[Hash32]]
    package var blocks: Blocks

    package init(addresses: [Address], topics: [[Hash32]], blocks: Blocks) {
        self.addresses = addresses
        self.topics = topics
        self.blocks = blocks
    }

    /// The logs of the blocks `from` to `to`, both included.
    package init(addresses: [Address], topics: [[Hash32]], from: UInt64, to: UInt64) {
        self.init(addresses: addresses, topics: topics, blocks: .range(from: from, to: to))
    }

    /// The logs of one block, canonical or not (EIP-234).
    package init(addresses: [Address], topics: [[Hash32]], blockHash: Hash32) {
        self.init(addresses: addresses, topics: topics, blocks: .block(blockHash))
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            Self.write(addresses, topics, to: &object)
            switch blocks {
            case .range(let from, let to):
                object.member("fromBlock", quantity(from))
                object.member("toBlock", quantity(to))
            case .block(let hash):
                object.member("blockHash", hash.hex)
            }
        }
    }

    /// What of a filter is not of blocks: the members that are not empty.
    static func write(_ addresses: [Address], _ topics: [[Hash32]], to object: inout JSONWriter) {
        if !addresses.isEmpty {
            object.member("address") { $0.array { for address in addresses { $0.string(address.hex) } } }
        }
        if !topics.isEmpty {
            object.member("topics") { $0.array { for position in topics { write(position, to: &$0) } } }
        }
    }

    private static func write(_ position: [Hash32], to writer: inout JSONWriter) {
        if position.isEmpty { return writer.null() }
        writer.array { for topic in position { $0.string(topic.hex) } }
    }
}
