import Bacalhau
import Formats
import RelayCore
import Settings

/// Bindings of the operator's own: names of an ABI file, proven against it.
enum BindingSettings {
    /// A binding by its name; nil where it does not fit its ABI, which has been told.
    struct Named {
        let name: String
        let binding: ContractBinding?
    }

    /// The bindings of the list `bindings`, and the built-in ones.
    static func read(_ section: Section, chainID: UInt64) -> [Named] {
        let bindings = section.list(
            "bindings",
            0...64,
            "How contracts of other shapes ask and are answered. Every name is one of the contract's ABI; fields of tuples "
                + "are written as in job.spec, and one without a name by its place, as #0."
        ) { binding($0, TransactionSizeLimit(chainID: chainID)) }
        var names = ContractBinding.builtIn.map(\.name)
        for binding in bindings {
            if names.contains(binding.name) {
                section.refuse(
                    "bindings",
                    "there is a binding \(quoted(binding.name)) already: give this one another name"
                )
            }
            names.append(binding.name)
        }
        return bindings + ContractBinding.builtIn.map { Named(name: $0.name, binding: $0) }
    }

    private static func binding(_ section: Section, _ limit: TransactionSizeLimit) -> Named {
        let declaration = declaration(section)
        if declaration.resultLimit > limit.text {
            section.refuse(
                "resultLimit",
                "a transaction of this chain takes \(limit.bytes) bytes, and no result of \(declaration.resultLimit): set "
                    + "\(limit.text) or less"
            )
        }
        return Named(name: declaration.name, binding: proven(declaration, section))
    }

    private static func proven(_ declaration: BindingDeclaration, _ section: Section) -> ContractBinding? {
        let path = section.path("abi", "The ABI's file: a JSON list, or an artifact of Foundry, Hardhat or Vyper.")
        guard section.has("abi"), let abi = abi(path, section) else { return nil }
        switch declaration.resolved(with: abi) {
        case .success(let binding): return binding
        case .failure(let problems):
            for problem in problems.all { section.refuse("\(problem)") }
            return nil
        }
    }

    private static func abi(_ path: String, _ section: Section) -> ContractABI? {
        do {
            let bytes = try SettingsFile.bytes(of: path, limit: ContractABI.sizeLimit)
            return try ContractABI.read(bytes)
        } catch let problems as Problems {
            section.refuse("abi", "\(quoted(path)): \(problems.list.map(\.message).joined(separator: "; "))")
        } catch {
            section.refuse("abi", "\(quoted(path)) \(error)")
        }
        return nil
    }

    private static func declaration(_ section: Section) -> BindingDeclaration {
        let name = section.value("name", .bindingName, "What contracts[].binding calls it.")
        let format = section.value(
            "format",
            .choice(standIn: SpecFormat.task),
            default: .task,
            "What a spec is: v1 is one task of a Bacalhau job, lilypad-v0 the old Spec of Bacalhau 0.3, module the name "
                + "of one in modules."
        )
        var made = section.section("request", "The event by which the contract asks, and its fields.") { section in
            request(section, name: name, format: format)
        }
        made.fulfill = section.section("fulfill", "The function that brings a result.", call)
        made.fail = section.optionalSection(
            "fail",
            "The function that brings a reason instead; without it, requests without a result end in the dead letter.",
            call
        )
        made.standing = section.optionalSection(
            "settled",
            "A view that tells whether a job still waits. Without it, and without outcomes, a relayer with an empty "
                + "database answers again.",
            standing
        )
        made.outcomes = section.list(
            "outcomes",
            0...8,
            "Events by which the contract tells that a job is closed.",
            outcome
        )
        made.resultLimit = section.value(
            "resultLimit",
            .whole(1...1_000_000),
            default: made.resultLimit,
            "Bytes of a result that the contract takes at most; a CID has up to 64."
        )
        made.reasonLimit = section.value(
            "reasonLimit",
            .whole(16...1_024),
            default: made.reasonLimit,
            "Bytes of a reason that the contract takes at most; what is longer is cut."
        )
        return made
    }

    private static func request(_ section: Section, name: String, format: SpecFormat) -> BindingDeclaration {
        BindingDeclaration(
            name: name,
            format: format,
            event: section.value("event", .text, "The event's name, or its signature where several share it."),
            jobID: section.optional("id", .text, "The field with the job's id; without it requests have none."),
            requester: section.optional("requester", .text, "The field with the address of whoever asks."),
            isRequesterClaimed: section.value(
                "claimed",
                .flag,
                default: false,
                "Whether whoever asks may name any address as requester: quotas and policy.requesters then go by the "
                    + "transaction's sender."
            ),
            spec: section.value("spec", .text, "The field with the spec, or with the module's name."),
            inputs: section.optional("inputs", .text, "The field with a module's inputs, each key=value."),
            resultType: section.optional(
                "resultType",
                .text,
                "The field that says what is wanted: 0 CID, 1 standard output, 2 standard error, 3 exit code."
            ),
            result: section.value(
                "result",
                .choice(standIn: ResultWord.cid),
                default: .cid,
                "What is always wanted, where resultType names no field."
            ).type,
            fulfill: BindingDeclaration.Call(function: "", arguments: [])
        )
    }

    private static func call(_ section: Section) -> BindingDeclaration.Call {
        BindingDeclaration.Call(
            function: section.value("function", .text, "Its name, or its signature where several share it."),
            arguments: section.list(
                "arguments",
                1...64,
                .text,
                "What it is given, one for each value: jobId, jobIdText, requester, requestHash, requestHashText, "
                    + "resultType, text, event.FIELD, true, false, a number or a text in double quotes."
            )
        )
    }

    private static func standing(_ section: Section) -> BindingDeclaration.Standing {
        BindingDeclaration.Standing(
            view: section.value("view", .text, "The view's name; it takes a job id."),
            value: section.optional("value", .text, "The field of its output that tells; without it, the first.") ?? "",
            open: section.value("open", .text, "What it says of a job that waits: true, false or a number."),
            requestHash: section.optional(
                "requestHash",
                .text,
                "The field with the request's hash, where it keeps one."
            )
        )
    }

    private static func outcome(_ section: Section) -> BindingDeclaration.Outcome {
        BindingDeclaration.Outcome(
            event: section.value("event", .text, "The event's name."),
            jobID: section.value("id", .text, "The field with the job's id."),
            requester: section.optional("requester", .text, "The field with the address of whoever had asked."),
            success: section.optional("success", .text, "The field that tells a result (true) from a failure."),
            closing: section.value(
                "closing",
                .choice(standIn: ClosingWord.fulfilled),
                default: .fulfilled,
                "What the event means, where success names no field."
            ).closing
        )
    }
}

private enum ResultWord: String, CaseIterable, Sendable {
    case cid
    case stdout
    case stderr
    case exitCode = "exit-code"

    var type: ResultType {
        switch self {
        case .cid: .cid
        case .stdout: .stdout
        case .stderr: .stderr
        case .exitCode: .exitCode
        }
    }
}

private enum ClosingWord: String, CaseIterable, Sendable {
    case fulfilled
    case failed
    case cancelled

    var closing: ContractStanding.Closing {
        switch self {
        case .fulfilled: .fulfilled
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

extension Format<String> {
    /// A binding's name: up to 64 small letters, digits and dashes.
    static var bindingName: Self {
        Self(
            "a name of small letters, digits and dashes",
            schema: .text(pattern: "^[a-z0-9][a-z0-9-]{0,63}$"),
            standIn: "reference"
        ) { (text) throws(Misfit) in
            let isName = text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
            guard isName, (1...64).contains(text.utf8.count), text.utf8.first != 0x2d else { throw .plain }
            return text
        }
    }
}
