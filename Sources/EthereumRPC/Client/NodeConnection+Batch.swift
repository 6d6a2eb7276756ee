import JSON
import Transport

/// Several calls in one request (JSON-RPC 2.0 §6).
extension NodeConnection {
    /// The call for a block's header by height or tag, as part of a batch.
    func headerCall(_ block: BlockReference) -> RPCCall {
        RPCCall(id: nextID(), method: "eth_getBlockByNumber", parameters: [.block(block), .bool(false)])
    }

    /// Sends the calls as one request; gives the node's refusal of each, or nil, in their order.
    ///
    /// `read` reads the result of the call at a place. What befalls the whole is an error of the first call's method.
    func batch(
        _ calls: [RPCCall],
        answerLimit: Int,
        read: (Int, inout JSONReader) throws -> Void
    ) async throws(RPCError) -> [RPCError?] {
        let method = calls.first?.method ?? ""
        var writer = JSONWriter()
        writer.array { for call in calls { call.write(to: &$0) } }
        let response = try await send(writer.bytes, method, answerLimit)
        let envelope: BatchEnvelope
        do {
            envelope = try BatchEnvelope.read(response.body, ids: calls.map(\.id), read)
        } catch {
            throw unreadable(method, response, error)
        }
        switch envelope {
        case .refused(let refusal):
            throw self.refusal(refusal, of: method, response)
        case .answers(let answers):
            let refusals = zip(calls, answers).map { call, answer in
                answer.map { refusal($0, of: call.method, response) }
            }
            guard response.isSuccess else {
                // A result beside such a status is not to be trusted.
                let status = RPCError.Kind.http(status: response.status, excerpt: "")
                throw refusals.lazy.compactMap { $0 }.first ?? failure(method, status, retryAfter(response))
            }
            return refusals
        }
    }
}
