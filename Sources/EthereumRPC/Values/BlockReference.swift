package import Ethereum
import JSON

/// A block by height, tag or hash.
package enum BlockReference: Sendable, Hashable {
    /// The canonical block of this height, as the node sees it now.
    case number(UInt64)
    /// The head, which a reorg may still replace.
    case latest
    /// The last block that the consensus layer takes for safe; not every chain has one.
    case safe
    /// The last block that the consensus layer has made final; not every chain has one.
    case finalized
    /// Only for a transaction count: its other answers are no blocks.
    case pending
    /// This very block, which may have been orphaned.
    case hash(Hash32)

    /// As the last argument of calls on the state (EIP-1898): a hash must be canonical, since nodes keep orphaned blocks.
    func write(to writer: inout JSONWriter) {
        guard case .hash(let hash) = self else { return writer.string(text) }
        writer.object { object in
            object.member("blockHash", hash.hex)
            object.member("requireCanonical", true)
        }
    }

    /// As a plain argument.
    var text: String {
        switch self {
        case .number(let number): quantity(number)
        case .latest: "latest"
        case .safe: "safe"
        case .finalized: "finalized"
        case .pending: "pending"
        case .hash(let hash): hash.hex
        }
    }
}

/// A number as JSON-RPC writes it, as `0x1b4`.
func quantity(_ number: UInt64) -> String {
    "0x" + String(number, radix: 16)
}
