import Ethereum
import RelayTestSupport

/// The test contract that makes many requests in one transaction.
struct Batcher: Sendable {
    let address: Address

    static func deploy(on network: Network) async throws -> Batcher {
        let code = try await Contracts.testBytecode("Batcher")
        let receipt = try await network.requester.send(to: nil, code)
        guard let address = receipt.contractAddress else { throw NotDeployed() }
        return Batcher(address: address)
    }

    struct NotDeployed: Error {}

    /// At most 32 requests of their own.
    func ask(_ bridge: Bridge, _ requests: [(spec: String, type: ResultType)]) async throws -> [UInt64] {
        let each = ABIFunction("each", [.address, .array(of: .string), .array(of: .uint(bits: 8))])
        let call = try each.encodeCall([
            .address(bridge.address), .array(requests.map { .string(Array($0.spec.utf8)) }),
            .array(requests.map { .uint(UInt256(UInt64($0.type.rawValue))) }),
        ])
        return try await bridge.requests(to: address, call, wei: fees(requests.count))
    }

    /// The same request many times.
    func ask(_ bridge: Bridge, _ spec: String, _ type: ResultType, times: Int) async throws -> [UInt64] {
        let many = ABIFunction("many", [.address, .uint(bits: 256), .string, .uint(bits: 8)])
        let call = try many.encodeCall([
            .address(bridge.address), .uint(UInt256(UInt64(times))), .string(Array(spec.utf8)),
            .uint(UInt256(UInt64(type.rawValue))),
        ])
        return try await bridge.requests(to: address, call, wei: fees(times), gas: 15_000_000)
    }

    private func fees(_ count: Int) -> UInt64 { Bridge.fee * UInt64(count) }
}
