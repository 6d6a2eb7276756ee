import Ethereum
import JSON

extension EthereumClient {
    /// The logs that fit, in the node's order.
    ///
    /// Whether they stand in the blocks they claim is the caller's to check.
    package func logs(_ filter: LogFilter) async throws(RPCError) -> LogBatch {
        try await call("eth_getLogs", .filter(filter), answerLimit: AnswerLimit.logs) { reader in
            try LogBatch(&reader)
        }
    }
}
