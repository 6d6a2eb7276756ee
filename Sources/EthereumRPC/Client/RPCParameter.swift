import Ethereum
import JSON

/// One argument of a call.
enum RPCParameter {
    case text(String)
    case bool(Bool)
    case bytes([UInt8])
    case hash(Hash32)
    case address(Address)
    /// As a plain argument.
    case block(BlockReference)
    /// As the last argument of a call on the state.
    case state(BlockReference)
    case call(CallRequest)
    case filter(LogFilter)
    case percentiles([Int])

    func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .bool(let bool): writer.bool(bool)
        case .bytes(let bytes): writer.string("0x" + Hex.encode(bytes))
        case .hash(let hash): writer.string(hash.hex)
        case .address(let address): writer.string(address.hex)
        case .block(let block): writer.string(block.text)
        case .state(let block): block.write(to: &writer)
        case .call(let request): request.write(to: &writer)
        case .filter(let filter): filter.write(to: &writer)
        case .percentiles(let values): writer.array { for value in values { $0.integer(value) } }
        }
    }
}
