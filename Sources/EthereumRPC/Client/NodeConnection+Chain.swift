import Ethereum

/// By what a node shows which chain it serves.
struct ShownChain: Sendable {
    var chainID: UInt64 = 0
    /// By number, where the node serves blocks so old; nil: it has no such block.
    var headers: [UInt64: BlockHeader?] = [:]
}

extension NodeConnection {
    /// The chain's id and these blocks, in one request where the node takes batches: that is asked of each node time and
    /// again.
    func showChain(blocks: [UInt64]) async throws(RPCError) -> ShownChain {
        guard habits.takesBatches else { return try await showChainApart(blocks) }
        do {
            return try await showChainTogether(blocks)
        } catch {
            // A server may refuse the whole because of one block that it does not keep: alone each call says its own.
            guard error.isBatchRefused || !error.isOfTheNode else { throw error }
            let shown = try await showChainApart(blocks)
            if error.isBatchRefused { habits.noteRefusedBatch() }
            return shown
        }
    }

    private func showChainTogether(_ blocks: [UInt64]) async throws(RPCError) -> ShownChain {
        var shown = ShownChain()
        let calls = [RPCCall(id: nextID(), method: "eth_chainId", parameters: [])]
        let refusals = try await batch(
            calls + blocks.map { headerCall(.number($0)) },
            answerLimit: (blocks.count + 1) * AnswerLimit.value
        ) { place, reader in
            guard place > 0 else {
                shown.chainID = try EthereumClient.chainID(&reader)
                return
            }
            let block = blocks[place - 1]
            shown.headers[block] = .some(try EthereumClient.header(&reader, at: .number(block)))
        }
        if let refusal = refusals[0] { throw refusal }
        for (block, refusal) in zip(blocks, refusals.dropFirst()) {
            guard let refusal, !refusal.saysItIsNotKept else { continue }
            guard refusal.isAbsence(of: .number(block)) else { throw refusal }
            shown.headers[block] = .some(nil)
        }
        return shown
    }

    private func showChainApart(_ blocks: [UInt64]) async throws(RPCError) -> ShownChain {
        var shown = ShownChain()
        shown.chainID = try await call("eth_chainId", [], answerLimit: AnswerLimit.value) { reader in
            try EthereumClient.chainID(&reader)
        }
        for block in blocks {
            do {
                shown.headers[block] = .some(try await header(at: .number(block)))
            } catch {
                guard error.saysItIsNotKept else { throw error }
            }
        }
        return shown
    }
}
