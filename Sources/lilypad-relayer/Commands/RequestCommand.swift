import Arguments
import Ethereum
import EthereumRPC
import Formats
import JSON
import Keys
import Relay
import RelayCore
import RelayerConfiguration
import Telemetry
import Transport

/// `request`: asks a contract for compute as any requester does, and waits for its answer.
struct RequestCommand: RunnableCommand {
    enum Kind: String, CaseIterable, Sendable {
        case cid
        case stdout
        case stderr
        case exitCode = "exit-code"

        var number: UInt8 {
            switch self {
            case .cid: 0
            case .stdout: 1
            case .stderr: 2
            case .exitCode: 3
            }
        }
    }

    static let keyVariable = "LILYPAD_REQUEST_KEY"

    let configuration: String
    let contract: Address?
    let rpc: String?
    let specPath: String
    let kind: Kind
    let keyFile: String?
    let yes: Bool
    let timeout: Duration
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "request",
        "Ask a contract for compute and wait for its answer.",
        discussion: """
            SPEC is a file with one task of Bacalhau's job model as JSON, or - for standard input. It is paid by a key of \
            its own, from --key-file or the variable \(keyVariable), never by the relayer's account. What it will cost is \
            shown before it is sent. The answer is read from the chain: a result goes to standard output; a failure goes \
            to standard error and ends with 3; no answer in time ends with 4.
            """,
        examples: [
            Example("request hello.json --type stdout --key-file my.key", "Ask, and confirm the cost."),
            Example("request hello.json --type stdout --key-file my.key --yes", "For scripts."),
        ]
    ) { arguments in
        let configuration = arguments.configuration()
        return RequestCommand(
            configuration: configuration,
            contract: arguments.optional(
                "contract",
                "ADDRESS",
                .address,
                "The contract; without it, the settings' first."
            ),
            rpc: arguments.optional(
                "rpc",
                "URL",
                .url(schemes: ["http", "https"]),
                "The node; without it, the settings'."
            ),
            specPath: arguments.positional("SPEC", .path, "The spec's file, or -."),
            kind: arguments.option(
                "type",
                "TYPE",
                .choice(standIn: Kind.stdout),
                default: .stdout,
                "What is wanted back: \(alternatives(Kind.allCases.map(\.rawValue)))."
            ),
            keyFile: arguments.optional("key-file", "FILE", .path, "A file with the key that pays, 64 hex digits."),
            yes: arguments.flag("yes", short: "y", "Send without asking."),
            timeout: arguments.option(
                "timeout",
                "TIME",
                .duration(.seconds(1)...(.seconds(86_400))),
                default: .seconds(600),
                "How long to wait for the answer."
            ),
            json: arguments.flag("json", "The answer as a JSON object.")
        )
    }

    func run() async throws -> ExitCode {
        let target = try target()
        let key = try key()
        let spec = try SpecFile.read(specPath)
        let requester = Requester(
            client: target.client,
            contract: target.contract,
            binding: .reference,
            signer: key,
            time: SystemTime()
        )
        let offer = try await requester.prepare(spec: spec, resultType: kind.number)
        Output.error("account    \(key.address.checksummed)")
        Output.error("contract   \(target.contract.checksummed)")
        Output.error("fee        \(Ether.text(offer.fee)) ether")
        Output.error("gas        at most \(offer.gasLimit) units, \(Ether.text(offer.gasCost)) ether")
        guard yes || Self.confirm() else { throw CommandFailure("nothing was sent", .failed) }
        let request = try await requester.send(offer) { Output.error("sent       \($0.hex)") }
        var progress = Progress()
        let answer = try await requester.wait(for: request, within: timeout) { waited in
            progress.show("request \(request.jobID) waits for its answer, \(TimeText.duration(waited))")
        }
        progress.close()
        return tell(answer, request)
    }

    private func tell(_ answer: Requester.Answer?, _ request: Requester.Sent) -> ExitCode {
        let code: ExitCode
        let state: String
        var text: String?
        switch answer {
        case .result(let result)?:
            (code, state, text) = (.done, "fulfilled", result)
            if !json { Output.write(result.hasSuffix("\n") || result.isEmpty ? result : result + "\n") }
        case .failure(let reason)?:
            (code, state, text) = (.answerIsFailure, "failed", reason)
            if !json { Output.error("request \(request.jobID) failed: \(reason.shown(limit: 1_024))") }
        case .cancelled?:
            (code, state) = (.answerIsFailure, "cancelled")
            if !json { Output.error("request \(request.jobID) was cancelled") }
        case nil:
            (code, state) = (.noAnswer, "requested")
            if !json {
                Output.error(
                    "no answer to request \(request.jobID) within \(TimeText.duration(timeout)); it goes on without us"
                )
            }
        }
        if json {
            let value: JSONValue = [
                "jobId": .string(request.jobID.description), "transaction": .string(request.transactionHash.hex),
                "state": .string(state), "text": text.map { .string($0) } ?? .null,
            ]
            Output.line(value.line)
        }
        return code
    }

    private static func confirm() -> Bool {
        guard Output.isTerminal(0) else {
            Output.error("standard input is no terminal: use --yes to send without asking")
            return false
        }
        Output.put("send it? [y/N] ", to: 2)
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }

    private func target() throws -> (client: EthereumClient, contract: Address) {
        if let contract, let rpc {
            return (EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint(rpc)), contract)
        }
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        let client = try rpc.map { EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint($0)) }
        return (client ?? wiring.client, contract ?? wiring.settings.contracts[0].address)
    }

    private func key() throws -> PrivateKey {
        if let keyFile { return try PrivateKey(hexFile: keyFile) }
        guard let text = ProcessEnvironment.variables[Self.keyVariable] else {
            throw CommandFailure("no key to pay with: name --key-file, or set \(Self.keyVariable)", .usage)
        }
        return try PrivateKey(hex: Secret(copying: Array(text.utf8)), source: Self.keyVariable)
    }
}
