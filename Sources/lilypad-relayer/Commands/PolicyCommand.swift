import Arguments
import Bacalhau
import Ethereum
import Formats
import JSON
import RelayCore
import RelayerConfiguration

/// `policy`: what would become of a spec.
struct PolicyCommand: RunnableCommand {
    let configuration: String
    let specPath: String
    let format: SpecFormat?
    let kind: RequestCommand.Kind?
    let contract: Address?
    let requester: Address?
    let sender: Address?
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "policy",
        "Say what would become of a spec, by the policy of the settings.",
        examples: [
            Example("policy test hello.json", "Would this spec be run, and if not, why?"),
            Example("policy test - --json < hello.json", "From standard input, for a program."),
        ],
        subcommands: [
            Command(
                "test",
                "Judge a spec as run would, and send nothing.",
                discussion: """
                    SPEC is a file with a spec, or - for standard input. It ends with 0 where the spec would be run, with 1 \
                    where it would be refused, and with 2 where the text is no spec at all. Everything that speaks against \
                    it is told, each with its code, the key of the rule and what that allows. A rule about the requester or \
                    the sender needs --requester or --sender; somebody who is not named is refused by it. Where the \
                    contract does not prove who asks, --sender counts for both.
                    """,
                examples: [
                    Example("policy test hello.json", "Would this spec be run, and if not, why?"),
                    Example("policy test hello.json --result-type cid --requester 0x…", "Asked by that account."),
                    Example("policy test - --json < hello.json", "From standard input, for a program."),
                ]
            ) { PolicyCommand($0) }
        ]
    )

    private init(_ arguments: Invocation) {
        configuration = arguments.configuration()
        specPath = arguments.positional("SPEC", .path, "The spec's file, or -.")
        format = arguments.optional(
            "format",
            "FORMAT",
            .choice(standIn: SpecFormat.task),
            "What the spec is written in: \(alternatives(SpecFormat.allCases.map(\.rawValue))); without it, what the "
                + "contract's binding says."
        )
        kind = arguments.optional(
            "result-type",
            "TYPE",
            .choice(standIn: RequestCommand.Kind.stdout),
            "What is wanted back: \(alternatives(RequestCommand.Kind.allCases.map(\.rawValue))); without it, what the "
                + "contract's binding says, or stdout where that is the request's to say."
        )
        contract = arguments.optional("contract", "ADDRESS", .address, "The contract; without it, the settings' first.")
        requester = arguments.optional("requester", "ADDRESS", .address, "The account that asks.")
        sender = arguments.optional("sender", "ADDRESS", .address, "The account that sends the transaction.")
        json = arguments.flag("json", "As a JSON object.")
    }

    func run() async throws -> ExitCode {
        let settings = try Wiring.settings(configuration, ProcessEnvironment.variables, needsAccount: false)
        let contract = try contract(of: settings)
        let context = settings.trialContext
        let binding = context.book[contract] ?? .reference
        let spec = try SpecFile.read(specPath, for: binding)
        let resultType = try resultType(of: binding)
        var question = JobQuestion(
            spec: spec,
            resultType: resultType,
            contract: contract,
            requestHash: .zero,
            requester: requester,
            sender: sender
        )
        let format = format ?? binding.format
        question.format = format
        switch JobPlan.make(for: question, attempt: 1, context: context) {
        case .success(let plan):
            if let refusal = settings.quotas.refusal(ofAlone: plan.computeSeconds) {
                tell(refusal, isSpec: true, contract)
                return .failed
            }
            tell(plan, contract)
            return .done
        case .failure(let refusal):
            let isSpec = Self.isSpec(spec, format)
            tell(refusal, isSpec: isSpec, contract)
            return isSpec ? .failed : .usage
        }
    }

    private func contract(of settings: RelayerSettings) throws -> Address {
        let known = settings.contracts.map(\.address)
        guard let contract else { return known[0] }
        guard known.contains(contract) else {
            let list = alternatives(known.map(\.checksummed))
            throw CommandFailure("--contract \(contract) is none of the settings' contracts: name \(list)", .usage)
        }
        return contract
    }

    /// What is asked for, where the contract lets that be said.
    private func resultType(of binding: ContractBinding) throws -> ResultType {
        let asked = kind.flatMap { ResultType(rawValue: $0.number) }
        guard case .always(let type) = binding.fields.resultType else { return asked ?? .stdout }
        guard let kind, asked != type else { return type }
        let always = RequestCommand.Kind(type)?.rawValue ?? "\(type)"
        throw CommandFailure(
            "--result-type \(kind.rawValue): requests by the binding \(binding.name) always ask for \(always); leave it away",
            .usage
        )
    }

    /// Whether a text is a spec at all, sound or not.
    private static func isSpec(_ text: [UInt8], _ format: SpecFormat) -> Bool {
        switch format {
        case .task, .legacy: isObject(text)
        case .module: (try? ModuleCall.read(text, limits: SpecLimits(body: SpecLimits.bodyCeiling))) != nil
        }
    }

    private static func isObject(_ text: [UInt8]) -> Bool {
        do throws(JSONError) {
            return try JSONValue.parse(text, limits: JSONLimits(bytes: .max)).object != nil
        } catch {
            // A key that is there twice is one of an object, or of something in it.
            return error.reason == .duplicateKey
        }
    }

    private func tell(_ plan: JobPlan, _ contract: Address) {
        guard json else {
            return Output.line(
                "accepted: a job of \(plan.body.count) bytes with \(TimeText.duration(.seconds(plan.timeoutSeconds)))"
                    + " at most, for contract \(contract)"
                    + (plan.agreement.map { ", on \($0.runs) nodes of which \($0.agree) must agree" } ?? "")
            )
        }
        let value: JSONValue = [
            "verdict": "accepted", "contract": .string(contract.checksummed),
            "bodySize": .number(JSONNumber(plan.body.count)),
            "timeoutSeconds": .number(JSONNumber(plan.timeoutSeconds)),
            "computeSeconds": .number(JSONNumber(plan.computeSeconds)),
            "runs": plan.agreement.map { .number(JSONNumber($0.runs)) } ?? .null,
            "agree": plan.agreement.map { .number(JSONNumber($0.agree)) } ?? .null,
        ]
        Output.line(value.line)
    }

    private func tell(_ refusal: JobRefusal, isSpec: Bool, _ contract: Address) {
        guard json else {
            Output.line(isSpec ? "refused, for contract \(contract):" : "not understood: this is no spec")
            for line in refusal.detail.split(separator: "\n") { Output.line("  " + String(line).shown(limit: 1_400)) }
            return Output.line("answer on chain: \(refusal.text.shown(limit: 1_024))")
        }
        let objections = refusal.objections.map { objection -> JSONValue in
            [
                "code": .string(objection.code.rawValue), "text": .string(objection.text),
                "detail": .string(objection.detail),
            ]
        }
        // What is wrong with the spec itself is one reason.
        let itself: JSONValue = [
            "code": .string(refusal.code), "text": .string(refusal.text), "detail": .string(refusal.detail),
        ]
        let value: JSONValue = [
            "verdict": isSpec ? "refused" : "not understood", "contract": .string(contract.checksummed),
            "answer": .string(refusal.text), "reasons": .array(objections.isEmpty ? [itself] : objections),
        ]
        Output.line(value.line)
    }
}

extension RelayerSettings {
    /// What a job is judged in, where nothing is asked of a chain: names and labels are as long as real ones.
    var trialContext: JobContext {
        JobContext(
            genesisHash: .zero,
            chainID: chain.id,
            namespace: bacalhau.namespace,
            limits: SpecLimits(body: bacalhau.maxBodySize.bytes),
            book: ContractBook(Dictionary(contracts.map { ($0.address, $0.binding) }) { first, _ in first }),
            policies: Dictionary(contracts.map { ($0.address, policy) }) { first, _ in first },
            modules: modules,
            readsFiles: results.source != nil,
            agreements: Dictionary(
                contracts.compactMap { contract in contract.agreement.map { (contract.address, $0) } }
            ) { first, _ in first }
        )
    }
}
