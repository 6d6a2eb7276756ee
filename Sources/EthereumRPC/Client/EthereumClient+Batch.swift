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
            RPCCall(id: nextID(), method: "eth_getBlockByNumber", parameters: [.block(.latest), .bool(false)]),
            RPCCall(id: nextID(), method: "eth_getBlockByNumber", parameters: [.block(block), .bool(false)]),
            answerLimit: 2 * Self.headerLimit
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
            RPCCall(id: nextID(), method: "eth_getLogs", parameters: [.filter(filter)]),
            RPCCall(id: nextID(), method: "eth_getBlockByNumber", parameters: [.block(block), .bool(false)]),
            answerLimit: Self.logLimit + Self.headerLimit
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
        let logs = try await call("eth_getLogs", [.filter(filter)], answerLimit: Self.logLimit) { reader in
            try LogBatch(&reader)
        }
        return (logs, try await header(at: block))
    }

    /// Decoded bytes.
    private static let logLimit = 64 << 20
    static let headerLimit = 4 << 20

    /// Sends the calls as one request; gives the node's refusal of each, or nil, in their order.
    ///
    /// `read` reads the result of the call at a place. What befalls the whole is an error of the first call's method.
    private func batch(
        _ calls: RPCCall...,
        answerLimit: Int,
        read: (Int, inout JSONReader) throws -> Void
    ) async throws(RPCError) -> [RPCError?] {
        let method = calls.first?.method ?? ""
        var writer = JSONWriter()
        writer.array { for call in calls { call.write(to: &$0) } }
        let response = try await send(writer.bytes, method, answerLimit)
        let retryAfter = retryAfter(response)
        let envelope: BatchEnvelope
        do {
            envelope = try BatchEnvelope.read(response.body, ids: calls.map(\.id), read)
        } catch {
            throw unreadable(method, response, error)
        }
        switch envelope {
        case .refused(let refusal):
            throw failure(method, .server(refusal, mask), retryAfter)
        case .answers(let answers):
            let refusals = zip(calls, answers).map { call, answer in
                answer.map { failure(call.method, .server($0, mask), retryAfter) }
            }
            guard response.isSuccess else {
                // A result beside such a status is not to be trusted.
                let status = RPCError.Kind.http(status: response.status, excerpt: "")
                throw refusals.lazy.compactMap { $0 }.first ?? failure(method, status, retryAfter)
            }
            return refusals
        }
    }
}
