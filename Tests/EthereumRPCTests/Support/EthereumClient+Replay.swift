import EthereumRPC
import JSON
import Transport

extension EthereumClient {
    /// A client whose only call gets this answer.
    static func answering(_ body: String, status: Int = 200, headers: [HTTPRequest.Header] = []) -> EthereumClient {
        EthereumClient(
            transport: ScriptedTransport(bodies: [body], status: status, headers: headers),
            endpoint: EthereumEndpoint("http://127.0.0.1:8545")
        )
    }

    /// A client whose only call gets this result.
    static func answering(result: String) -> EthereumClient {
        answering(#"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#)
    }

    /// A client whose only call gets what the node answered in this step.
    static func replaying(_ step: Transcript.Step) -> EthereumClient {
        answering(step.bodyText, status: step.status)
    }
}
