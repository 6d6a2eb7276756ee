package import Ethereum
import JSON
import Transport

/// Two calls in one request (JSON-RPC 2.0 §6), so that both are answered by the same node behind a load balancer.
extension EthereumClient {
    /// The logs that fit, and the header of the block at `number` as the same node sees it; `nil` where it has none.
    ///
    /// A node that has the block at the range's end can have looked through the range. Servers may work on both at once,
    /// so the order of the two proves nothing about a block that arrives meanwhile.
    ///
    /// Where the logs are refused the error is that of `logs(_:)`. A node that takes no batches is asked one by one, from
    /// then on at once: the header after the logs.
    package func logs(
        _ filter: LogFilter,
        thenHeaderAt number: UInt64
    ) async throws(RPCError) -> (logs: LogBatch, header: BlockHeader?) {
        try await nodes.ask(pinned) { connection throws(RPCError) in
            try await connection.logs(filter, thenHeaderAt: .number(number))
        }
    }
}

extension EthereumClient {
    /// The block at a height, and the head of the same node: where it has a head above and no block, the height has none.
    package func headerWithHead(
        at number: UInt64
    ) async throws(RPCError) -> (header: BlockHeader?, head: BlockHeader?) {
        try await nodes.ask(pinned) { connection throws(RPCError) in
            try await connection.headerWithHead(at: .number(number))
        }
    }
}

extension NodeConnection {
    fileprivate typealias HeaderAndHead = (header: BlockHeader?, head: BlockHeader?)

    fileprivate func headerWithHead(at block: BlockReference) async throws(RPCError) -> HeaderAndHead {
        guard habits.takesBatches else { return try await headersApart(block) }
        do {
            return try await headersTogether(block)
        } catch {
            guard error.isBatchRefused else { throw error }
            let answer = try await headersApart(block)
            habits.noteRefusedBatch()
            return answer
        }
    }

    private func headersTogether(_ block: BlockReference) async throws(RPCError) -> HeaderAndHead {
        var headers: HeaderAndHead = (nil, nil)
        let refusals = try await batch(
            [headerCall(.latest), headerCall(block)],
            answerLimit: 2 * AnswerLimit.value
        ) { place, reader in
            if place == 0 {
                headers.head = try EthereumClient.header(&reader, at: .latest)
            } else {
                headers.header = try EthereumClient.header(&reader, at: block)
            }
        }
        if let refusal = refusals[0] { throw refusal }
        if let refusal = refusals[1], !refusal.isAbsence(of: block) { throw refusal }
        return headers
    }

    /// The head first: a block that is missing below it is missing, however fast blocks come.
    private func headersApart(_ block: BlockReference) async throws(RPCError) -> HeaderAndHead {
        let head = try await header(at: .latest)
        return (try await header(at: block), head)
    }
}

extension NodeConnection {
    fileprivate typealias LogsAndHeader = (logs: LogBatch, header: BlockHeader?)

    fileprivate func logs(
        _ filter: LogFilter,
        thenHeaderAt block: BlockReference
    ) async throws(RPCError) -> LogsAndHeader {
        guard habits.takesBatches else { return try await logsApart(filter, thenHeaderAt: block) }
        do {
            return try await logsTogether(filter, thenHeaderAt: block)
        } catch {
            guard error.isBatchRefused else { throw error }
            let answer = try await logsApart(filter, thenHeaderAt: block)
            // Only now: what else is wrong with the node would have been said again.
            habits.noteRefusedBatch()
            return answer
        }
    }

    private func logsTogether(
        _ filter: LogFilter,
        thenHeaderAt block: BlockReference
    ) async throws(RPCError) -> LogsAndHeader {
        var logs = LogBatch()
        var header: BlockHeader?
        let refusals = try await batch(
            [RPCCall(id: nextID(), method: "eth_getLogs", parameters: [.filter(filter)]), headerCall(block)],
            answerLimit: AnswerLimit.logs + AnswerLimit.value
        ) { place, reader in
            if place == 0 {
                logs = try LogBatch(&reader)
            } else {
                header = try EthereumClient.header(&reader, at: block)
            }
        }
        if let refusal = refusals[0] { throw refusal }
        if let refusal = refusals[1], !refusal.isAbsence(of: block) { throw refusal }
        return (logs, header)
    }

    private func logsApart(
        _ filter: LogFilter,
        thenHeaderAt block: BlockReference
    ) async throws(RPCError) -> LogsAndHeader {
        let logs = try await call("eth_getLogs", [.filter(filter)], answerLimit: AnswerLimit.logs) { reader in
            try LogBatch(&reader)
        }
        return (logs, try await header(at: block))
    }
}
