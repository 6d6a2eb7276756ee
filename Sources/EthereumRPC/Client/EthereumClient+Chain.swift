package import Ethereum
import JSON
import Transport

/// The chain: who the node is, and its blocks.
extension EthereumClient {
    /// The chain that the node follows (`eth_chainId`, EIP-695), which transactions are signed for.
    package func chainID() async throws(RPCError) -> UInt64 {
        try await call("eth_chainId") { try Self.chainID(&$0) }
    }

    static func chainID(_ reader: inout JSONReader) throws -> UInt64 {
        try expect(reader.quantity(), "chain id")
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

    /// Genesis' hash; nil where the node does not serve blocks so old, as Filecoin's gateways do not.
    package func genesisHashIfKept() async throws(RPCError) -> Hash32? {
        do {
            return try await genesisHash()
        } catch {
            guard error.saysItIsNotKept else { throw error }
            return nil
        }
    }

    /// As `header(at:)`; nil also where the node does not serve blocks so old.
    package func headerIfKept(_ number: UInt64) async throws(RPCError) -> BlockHeader? {
        do {
            return try await header(at: .number(number))
        } catch {
            guard error.saysItIsNotKept else { throw error }
            return nil
        }
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
    /// A height without a block of its own is `nil` too: Filecoin's null rounds, for which nodes answer an error, `null`
    /// or the block before. A later block is an error.
    ///
    /// `safe` and `finalized` are `nil` before there is such a block, and where the node does not know the tag: nodes tell
    /// either by an error. Nothing is final then; it is never block 0.
    package func header(at block: BlockReference) async throws(RPCError) -> BlockHeader? {
        try await nodes.ask(pinned) { connection throws(RPCError) in try await connection.header(at: block) }
    }

    /// Reads the answer to a call for this block.
    static func header(_ reader: inout JSONReader, at block: BlockReference) throws -> BlockHeader? {
        guard try !reader.null() else { return nil }
        let header = try BlockHeader(&reader)
        switch block {
        // The tipset before a null round.
        case .number(let number) where header.number < number: return nil
        case .number(let number) where header.number > number:
            throw AnswerFault("block \(header.number) for \(number)")
        case .hash(let hash) where header.hash != hash: throw AnswerFault("block \(header.hash) for \(hash)")
        default: return header
        }
    }
}

extension NodeConnection {
    /// As the client's.
    func header(at block: BlockReference) async throws(RPCError) -> BlockHeader? {
        let method = if case .hash = block { "eth_getBlockByHash" } else { "eth_getBlockByNumber" }
        do {
            return try await call(method, [.block(block), .bool(false)], answerLimit: AnswerLimit.value) { reader in
                try EthereumClient.header(&reader, at: block)
            }
        } catch {
            guard error.isAbsence(of: block) else { throw error }
            return nil
        }
    }
}
