import JSON
package import Transport

/// The JSON-RPC of one node or of several, typed.
///
/// Of several the first is asked that is fit for it, and the next where that one fails by a fault of its own. Beyond that
/// nothing is retried here: who calls knows whether a repeat is safe.
package struct EthereumClient: Sendable {
    let nodes: NodePool
    /// The only one that is asked, whatever becomes of it; nil: whichever is fit.
    let pinned: Int?

    init(nodes: NodePool, pinned: Int? = nil) {
        self.nodes = nodes
        self.pinned = pinned
    }

    /// One node.
    /// - Parameters:
    ///   - transport: what sends the requests.
    ///   - endpoint: the node.
    ///   - totalTimeout: from a call to the last byte of its answer.
    ///   - time: needed for a `Retry-After` that names a date.
    package init(
        transport: any HTTPTransport,
        endpoint: EthereumEndpoint,
        totalTimeout: Duration = .seconds(20),
        time: any TimeSource = SystemTime()
    ) {
        self.init(transport: transport, endpoints: [endpoint], totalTimeout: totalTimeout, time: time)
    }

    /// Several nodes of one chain, in order of preference; at least one.
    package init(
        transport: any HTTPTransport,
        endpoints: [EthereumEndpoint],
        totalTimeout: Duration = .seconds(20),
        time: any TimeSource = SystemTime()
    ) {
        let connections = endpoints.map { endpoint in
            NodeConnection(transport: transport, endpoint: endpoint, totalTimeout: totalTimeout, time: time)
        }
        self.init(nodes: NodePool(connections, time: time))
    }

    /// Of the only node, or of the first; may hold keys: people are shown `maskedEndpoint`.
    package var endpoint: EthereumEndpoint { connection.endpoint }
    /// The node's URL as it may be shown.
    package var maskedEndpoint: String { connection.mask.url }

    private var connection: NodeConnection { nodes.connections[pinned ?? 0] }

    /// Makes one call, whose `read` reads the member `result`; an answer of more than `answerLimit` decoded bytes throws.
    func call<Value>(
        _ method: String,
        _ parameters: RPCParameter...,
        answerLimit: Int = AnswerLimit.value,
        read: (inout JSONReader) throws -> Value
    ) async throws(RPCError) -> Value {
        try await nodes.ask(pinned) { connection throws(RPCError) in
            try await connection.call(method, parameters, answerLimit: answerLimit, read: read)
        }
    }
}
