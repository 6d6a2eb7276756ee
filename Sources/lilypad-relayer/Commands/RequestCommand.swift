import Arguments
import Bacalhau
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

        init?(_ type: ResultType) {
            guard let kind = Self.allCases.first(where: { $0.number == type.rawValue }) else { return nil }
            self = kind
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
    let unchecked: Bool
    let timeout: Duration
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "request",
        "Ask a contract for compute and wait for its answer.",
        discussion: """
            SPEC is a file with one task of Bacalhau's job model as JSON, or - for standard input. It is paid by a key of \
            its own, from --key-file or the variable \(keyVariable), never by the relayer's account. What it will cost is \
            shown before it is sent, and a spec that the relayer would refuse is not sent. The answer is read from the chain: a result goes to standard output; a failure goes \
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
            unchecked: arguments.flag("unchecked", "Send also what the relayer will refuse."),
            timeout: arguments.option(
                "timeout",
                "TIME",
                .duration(.seconds(1)...(.seconds(86_400))),
                default: .seconds(600),
                "How long to wait, from the sending to the answer."
            ),
            json: arguments.flag("json", "The answer as a JSON object.")
        )
    }

    func run() async throws -> ExitCode {
        let target = try target()
        let key = try key()
        let spec = try SpecFile.read(specPath, for: .reference)
        if !unchecked { try check(spec, of: key.address, for: target) }
        let requester = Requester(
            client: target.client,
            contract: target.contract,
            binding: .reference,
            signer: key,
            time: SystemTime()
        )
        let offer = try await requester.prepare(
            spec: spec,
            resultType: kind.number,
            expectedChain: target.chainID
        )
        Output.error("account    \(key.address.checksummed)")
        Output.error("contract   \(target.contract.checksummed) on chain \(offer.chainID)")
        Output.error("fee        \(Ether.text(offer.fee)) ether")
        Output.error("gas        at most \(offer.gasLimit) units, \(Ether.text(offer.gasCost)) ether")
        guard yes || Confirmation.ask("send it?") else { throw CommandFailure("nothing was sent", .failed) }
        let time = SystemTime()
        let end = Timestamp(milliseconds: time.now()) + timeout
        var transaction = Hash32.zero
        let sent = try await requester.send(offer, within: timeout) { hash in
            transaction = hash
            Output.error("sending    \(hash.hex)")
        }
        guard let request = sent else { return tellUnmined(transaction) }
        var progress = Progress()
        let rest = max(end - Timestamp(milliseconds: time.now()), .zero)
        let answer = try await requester.wait(for: request, within: rest) { waited in
            progress.show("request \(request.jobID) waits for its answer, \(TimeText.duration(waited))")
        }
        progress.close()
        return tell(answer, request)
    }

    /// What nobody will answer with a result is not worth its fee.
    ///
    /// The policy is known where the settings have the contract; otherwise the spec alone is looked at.
    private func check(_ spec: [UInt8], of requester: Address, for target: Target) throws {
        guard let type = ResultType(rawValue: kind.number) else { return }
        guard let context = target.context else {
            do {
                _ = try TaskSpec.read(spec).completed(for: type)
            } catch {
                throw Self.refusal(error.text)
            }
            return
        }
        let question = JobQuestion(
            spec: spec,
            resultType: type,
            contract: target.contract,
            requestHash: .zero,
            requester: requester,
            sender: requester
        )
        if case .failure(let refusal) = JobPlan.make(for: question, attempt: 1, context: context) {
            throw Self.refusal(refusal.text)
        }
    }

    private static func refusal(_ reason: String) -> CommandFailure {
        CommandFailure(
            "the relayer would refuse this: \(reason)\nNothing was sent; --unchecked sends it all the same.",
            .usage
        )
    }

    private func tellUnmined(_ transaction: Hash32) -> ExitCode {
        if json {
            let value: JSONValue = [
                "jobId": .null, "transaction": .string(transaction.hex), "state": "sent", "text": .null,
            ]
            Output.line(value.line)
        } else {
            Output.error(
                "the transaction has not been mined within \(TimeText.duration(timeout)); it may still be: \(transaction.hex)"
            )
        }
        return .noAnswer
    }

    private func tell(_ answer: Requester.Answer?, _ request: Requester.Sent) -> ExitCode {
        let code: ExitCode
        let state: String
        var text: String?
        switch answer {
        case .result(let result)?:
            (code, state, text) = (.done, "fulfilled", result)
            if !json { Self.write(result) }
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
                    "no answer to request \(request.jobID) within \(TimeText.duration(timeout)); it stays open for the"
                        + " relayer, and its requester can cancel it once the contract's cancelAfter blocks have passed"
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

    /// As it came for a program; on a terminal without what moves the cursor or turns the direction of text.
    private static func write(_ result: String) {
        let ended = result.hasSuffix("\n") || result.isEmpty ? result : result + "\n"
        guard Output.isTerminal(1) else { return Output.write(ended) }
        let lines = ended.split(separator: "\n", omittingEmptySubsequences: false)
        Output.write(lines.map { oneLine(String($0), limit: .max) }.joined(separator: "\n"))
    }

    /// Whom to ask, and what is known of it: without settings, no more than the command line says.
    private struct Target {
        let client: EthereumClient
        let contract: Address
        var chainID: UInt64?
        /// With the contract's policy.
        var context: JobContext?
    }

    private func target() throws -> Target {
        if let contract, let rpc {
            let client = EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint(rpc))
            return Target(client: client, contract: contract)
        }
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        let client = try rpc.map { EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint($0)) }
        let settings = wiring.settings
        let contract = contract ?? settings.contracts[0].address
        return Target(
            client: client ?? wiring.client(),
            contract: contract,
            chainID: settings.chain.id,
            context: settings.contracts.contains { $0.address == contract } ? settings.trialContext : nil
        )
    }

    private func key() throws -> PrivateKey {
        let text = ProcessEnvironment.variables[Self.keyVariable]
        if let keyFile {
            guard text == nil else {
                throw CommandFailure("two keys to pay with: keep --key-file or \(Self.keyVariable), not both", .usage)
            }
            return try PrivateKey(hexFile: keyFile)
        }
        guard let text else {
            throw CommandFailure("no key to pay with: name --key-file, or set \(Self.keyVariable)", .usage)
        }
        return try PrivateKey(hex: Secret(copying: Array(text.utf8)), source: Self.keyVariable)
    }
}
