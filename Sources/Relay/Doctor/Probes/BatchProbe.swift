internal import EthereumRPC
internal import JSON
internal import Transport

/// Tries whether a node takes several calls in one request (JSON-RPC 2.0 §6).
struct BatchProbe: Sendable {
    let endpoint: EthereumEndpoint
    let transport: any HTTPTransport
    let time: any TimeSource

    func look() async -> Observed<Bool> {
        let request = HTTPRequest(
            .post,
            endpoint.url,
            headers: [.init("Content-Type", "application/json"), .init("Accept", "application/json")]
                + endpoint.headers,
            body: JSONWriter.bytes(of: .array([Self.call("eth_chainId", 1), Self.call("eth_blockNumber", 2)]))
        )
        let (transport, mask) = (transport, SecretMask(url: endpoint.url, headers: endpoint.headers))
        return await observe(within: .seconds(12), time) {
            do {
                let response = try await transport.send(request)
                let answers = (try? JSONValue.parse(response.body))?.array ?? []
                return answers.count == 2 && answers.allSatisfy { $0["result"]?.string != nil }
            } catch let error as HTTPError {
                throw error.cleaned(by: mask)
            }
        }
    }

    private static func call(_ method: String, _ id: Int64) -> JSONValue {
        ["jsonrpc": "2.0", "id": .number(JSONNumber(id)), "method": .string(method), "params": []]
    }
}
