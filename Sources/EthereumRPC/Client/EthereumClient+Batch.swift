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
            let (other, header) = try await connection.headers(.latest, .number(number))
            return (header, other)
        }
    }

    /// The block at a height, and the one that a tag names at the same node; nil where it has none.
    package func header(
        at number: UInt64,
        with tag: BlockReference
    ) async throws(RPCError) -> (header: BlockHeader?, tagged: BlockHeader?) {
        try await nodes.ask(pinned) { connection throws(RPCError) in
            let (other, header) = try await connection.headers(tag, .number(number))
            return (header, other)
        }
    }
}

extension NodeConnection {
    fileprivate typealias Headers = (first: BlockHeader?, second: BlockHeader?)

    /// `first` is `latest` or a tag, which moves; `second` a block that may be below it.
    fileprivate func headers(
        _ first: BlockReference,
        _ second: BlockReference
    ) async throws(RPCError) -> Headers {
        guard habits.takesBatches else { return try await headersApart(first, second) }
        do {
            return try await headersTogether(first, second)
        } catch {
            guard error.isBatchRefused else { throw error }
            let answer = try await headersApart(first, second)
            habits.noteRefusedBatch()
            return answer
        }
    }

    private func headersTogether(
        _ first: BlockReference,
        _ second: BlockReference
    ) async throws(RPCError) -> Headers {
        var headers: Headers = (nil, nil)
        let refusals = try await batch(
            [headerCall(first), headerCall(second)],
            answerLimit: 2 * AnswerLimit.value
        ) { place, reader in
            if place == 0 {
                headers.first = try EthereumClient.header(&reader, at: first)
            } else {
                headers.second = try EthereumClient.header(&reader, at: second)
            }
        }
        if let refusal = refusals[0], !refusal.isAbsence(of: first) { throw refusal }
        if let refusal = refusals[1], !refusal.isAbsence(of: second) { throw refusal }
        return headers
    }

    /// What moves first: a block that is missing below it is missing, however fast blocks come.
    private func headersApart(
        _ first: BlockReference,
        _ second: BlockReference
    ) async throws(RPCError) -> Headers {
        let moving = try await header(at: first)
        return (moving, try await header(at: second))
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
