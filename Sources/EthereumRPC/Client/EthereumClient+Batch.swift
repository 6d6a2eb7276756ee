package import Ethereum

extension EthereumClient {
    package func logs(
        _ filter: LogFilter,
        thenHeaderAt number: UInt64
    ) async throws(RPCError) -> (logs: LogBatch, header: BlockHeader?) {
        (try await logs(filter), try await header(at: .number(number)))
    }
}
