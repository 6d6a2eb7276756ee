package import Ethereum
import JSON
import Transport

/// The chain: who the node is, and its blocks.
extension EthereumClient {
    /// The chain that the node follows (`eth_chainId`, EIP-695), which transactions are signed for.
    package func chainID() async throws(RPCError) -> UInt64 {
        try await call("eth_chainId") { try expect($0.quantity(), "chain id") }
    }

    /// As `Geth/v1.17.10-stable/linux-amd64/go1.26.8`; cut to 256 bytes.
    package func clientVersion() async throws(RPCError) -> String {
        try await call("web3_clientVersion") { reader in
            oneLine(try expect(reader.textIfAny(), "client version"), limit: 256)
        }
    }

    /// Of block 0: tells a chain from one that was reset and has the same id.
    package func genesisHash() async throws(RPCError) -> Hash32 {
        guard let genesis = try await header(at: .number(0)) else {
            throw RPCError(method: "eth_getBlockByNumber", endpoint: maskedEndpoint, kind: .malformed("no block 0"))
        }
        return genesis.hash
    }

    /// The height of the head.
    package func blockNumber() async throws(RPCError) -> UInt64 {
        try await call("eth_blockNumber") { reader in
            try expect(reader.quantity().flatMap { $0 <= Int64.max ? $0 : nil }, "block number")
        }
    }

    /// A block's header; `nil` when the node has no such block.
    ///
    /// A hash alone does not prove that it is canonical.
    ///
    /// `safe` and `finalized` are `nil` too before there is such a block, which nodes tell by an error.
    package func header(at block: BlockReference) async throws(RPCError) -> BlockHeader? {
        let method = if case .hash = block { "eth_getBlockByHash" } else { "eth_getBlockByNumber" }
        do {
            return try await call(method, .block(block), .bool(false)) { reader in
                guard try !reader.null() else { return nil }
                return try Self.check(BlockHeader(&reader), isAt: block)
            }
        } catch {
            guard [.safe, .finalized].contains(block), error.says("block not found") else { throw error }
            return nil
        }
    }

    /// Some nodes answer with a neighbour where a height has no block.
    private static func check(_ header: BlockHeader, isAt block: BlockReference) throws(AnswerFault) -> BlockHeader {
        switch block {
        case .number(let number) where header.number != number:
            throw AnswerFault("block \(header.number) for \(number)")
        case .hash(let hash) where header.hash != hash: throw AnswerFault("block \(header.hash) for \(hash)")
        default: return header
        }
    }
}
