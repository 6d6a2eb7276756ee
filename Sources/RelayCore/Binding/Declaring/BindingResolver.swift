internal import Bacalhau
internal import Ethereum
internal import Formats

extension BindingDeclaration {
    /// Proves the declaration against an ABI; throws all that does not fit.
    package func resolved(with abi: ContractABI) -> Result<ContractBinding, BindingProblems> {
        let resolver = BindingResolver(declaration: self, abi: abi)
        guard let binding = resolver.resolve(), resolver.problems.isEmpty else {
            return .failure(BindingProblems(all: resolver.problems))
        }
        return .success(binding)
    }
}

/// Everything that is wrong with a binding.
package struct BindingProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    package let all: [BindingProblem]

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Notes what does not fit as it goes.
private final class BindingResolver {
    let declaration: BindingDeclaration
    let abi: ContractABI
    var problems: [BindingProblem] = []
    /// Fields that settling functions want back.
    private var echoes: [ContractBinding.Path] = []

    init(declaration: BindingDeclaration, abi: ContractABI) {
        self.declaration = declaration
        self.abi = abi
    }

    /// Notes a problem, and goes on without the part.
    private func attempt<Part>(_ part: () throws(BindingProblem) -> Part) -> Part? {
        do { return try part() } catch {
            problems.append(error)
            return nil
        }
    }

    func resolve() -> ContractBinding? {
        guard let event = attempt({ () throws(BindingProblem) in try self.event(declaration.event, "request.event") })
        else { return nil }
        if event.anonymous {
            problems.append(
                BindingProblem("request.event", "\(event.signature) is anonymous: its logs cannot be asked for")
            )
        }
        let names = FieldName(parameters: event.inputs, owner: event.signature)
        var fields = self.fields(names)
        let fulfill = call(declaration.fulfill, "fulfill", names)
        let fail = declaration.fail.flatMap { call($0, "fail", names) }
        fields?.echoes = echoes
        let standing = declaration.standing.flatMap { one in
            attempt { () throws(BindingProblem) in try record(one) }
        }
        var outcomes: [OutcomeEvent] = []
        for (index, one) in declaration.outcomes.enumerated() {
            if let made = attempt({ () throws(BindingProblem) in try outcome(one, "outcomes[\(index)]") }) {
                outcomes.append(made)
            }
        }
        guard let fields, let fulfill else { return nil }
        return ContractBinding(
            name: declaration.name,
            format: declaration.format,
            requestEvent: event,
            fields: fields,
            fulfill: fulfill,
            fail: fail,
            outcomes: outcomes,
            views: ContractViews(record: standing),
            form: AnswerForm(
                resultLimit: declaration.resultLimit,
                reasonLimit: declaration.reasonLimit,
                takesBytes: fulfill.takesBytes
            ),
            gas: declaration.gas
        )
    }

    // MARK: The request

    private func fields(_ names: FieldName) -> ContractBinding.Fields? {
        let id = declaration.jobID.flatMap { name in
            attempt { () throws(BindingProblem) in
                try names.find(name, "request.id", "an unsigned integer", \.isUnsigned).path
            }
        }
        let requester = declaration.requester.flatMap { name in
            attempt { () throws(BindingProblem) in
                try names.find(name, "request.requester", "an address") { $0 == .address }.path
            }
        }
        let type = declaration.resultType.flatMap { name in
            attempt { () throws(BindingProblem) in
                try names.find(name, "request.resultType", "an unsigned integer", \.isUnsigned).path
            }
        }
        guard let spec = attempt({ () throws(BindingProblem) in try spec(names) }) else { return nil }
        return ContractBinding.Fields(
            jobID: id,
            requester: requester,
            isRequesterClaimed: declaration.isRequesterClaimed,
            spec: spec,
            resultType: type.map { .field($0) } ?? .always(declaration.result)
        )
    }

    private func spec(_ names: FieldName) throws(BindingProblem) -> ContractBinding.SpecField {
        let spec = try names.find(declaration.spec, "request.spec", "a string or bytes", \.isText)
        guard !spec.isIndexed else {
            throw BindingProblem(
                "request.spec",
                "\(quoted(declaration.spec)) is indexed, so that its logs hold only the hash of it"
            )
        }
        guard let name = declaration.inputs else { return .text(spec.path) }
        guard declaration.format == .module else {
            throw BindingProblem("request.inputs", "only the format module has inputs beside its spec")
        }
        let inputs = try names.find(name, "request.inputs", "a string[]") { $0 == .array(of: .string) }
        guard !inputs.isIndexed else {
            throw BindingProblem(
                "request.inputs",
                "\(quoted(name)) is indexed, so that its logs hold only the hash of it"
            )
        }
        return .module(name: spec.path, inputs: inputs.path)
    }

    // MARK: The answer

    private func call(_ call: BindingDeclaration.Call, _ key: String, _ names: FieldName) -> SettlingCall? {
        guard
            let function = attempt({ () throws(BindingProblem) in
                try self.function(call.function, "\(key).function")
            })
        else { return nil }
        let leaves = function.inputs.leaves
        guard leaves.count == call.arguments.count else {
            let wanted = leaves.map { "\($0.type) \($0.name)" }.joined(separator: ", ")
            problems.append(
                BindingProblem(
                    "\(key).arguments",
                    "\(function.signature) takes \(leaves.count) values (\(wanted)), and \(call.arguments.count) are named"
                )
            )
            return nil
        }
        var arguments: [SettlingCall.Argument] = []
        for (index, (word, leaf)) in zip(call.arguments, leaves).enumerated() {
            let place = "\(key).arguments[\(index)]"
            guard
                let argument = attempt({ () throws(BindingProblem) in
                    try ArgumentWord(word, place).argument(for: leaf, of: function, names, declaration, &echoes)
                })
            else { return nil }
            arguments.append(argument)
        }
        let isAddressed = arguments.contains { [.jobID, .jobIDText, .requestHash, .requestHashText].contains($0) }
        if !isAddressed, !(declaration.jobID == nil && arguments.contains(.requester)) {
            problems.append(
                BindingProblem("\(key).arguments", "neither jobId nor requestHash says which request is answered")
            )
        }
        if key == "fulfill", !arguments.contains(.text) {
            problems.append(BindingProblem("\(key).arguments", "without text the answer would not reach the contract"))
        }
        return SettlingCall(function: function, arguments: arguments)
    }

    // MARK: What is known of it

    private func record(_ standing: BindingDeclaration.Standing) throws(BindingProblem) -> RecordView {
        guard declaration.jobID != nil else {
            throw BindingProblem("settled.view", "it is asked by job id, and request.id names none")
        }
        let function = try function(standing.view, "settled.view")
        guard function.inputs.count == 1, let input = function.inputs.first, input.type.isUnsigned else {
            throw BindingProblem("settled.view", "\(function.signature) has to take a job id and nothing else")
        }
        let names = FieldName(parameters: function.outputs, owner: "the output of \(function.signature)")
        let value = standing.value.isEmpty ? "#0" : standing.value
        let found = try names.find(value, "settled.value", "a boolean or an unsigned integer") {
            $0 == .bool || $0.isUnsigned
        }
        let open: ABIValue
        switch found.parameter.type {
        case .bool:
            guard ["true", "false"].contains(standing.open) else {
                throw BindingProblem("settled.open", "\(quoted(value)) is true or false, not \(quoted(standing.open))")
            }
            open = .bool(standing.open == "true")
        default:
            guard let number = UInt256(decimal: standing.open) else {
                throw BindingProblem("settled.open", "\(quoted(standing.open)) is no number, which \(quoted(value)) is")
            }
            open = .uint(number)
        }
        let hash = try standing.requestHash.map { name throws(BindingProblem) in
            try names.find(name, "settled.requestHash", "a bytes32") { $0 == .fixedBytes(32) }.path
        }
        var meanings = [RecordView.Meaning(open, .requested)]
        // What a contract says of a job that it does not have, as a node does that is a block behind.
        if case .uint(let number) = open, number != .zero { meanings.append(RecordView.Meaning(.uint(.zero), .none)) }
        return RecordView(
            function: function,
            state: found.path,
            meanings: meanings,
            otherwise: .fulfilled,
            requestHash: hash
        )
    }

    private func outcome(_ one: BindingDeclaration.Outcome, _ key: String) throws(BindingProblem) -> OutcomeEvent {
        guard declaration.jobID != nil else {
            throw BindingProblem("\(key).event", "it closes a job by its id, and request.id names none")
        }
        let event = try event(one.event, "\(key).event")
        let names = FieldName(parameters: event.inputs, owner: event.signature)
        let id = try names.find(one.jobID, "\(key).id", "an unsigned integer", \.isUnsigned)
        let requester = try one.requester.map { name throws(BindingProblem) in
            try names.find(name, "\(key).requester", "an address") { $0 == .address }.path
        }
        let success = try one.success.map { name throws(BindingProblem) in
            try names.find(name, "\(key).success", "a boolean") { $0 == .bool }.path
        }
        return OutcomeEvent(
            event: event,
            jobID: id.path,
            requester: requester,
            kind: success.map { .flag($0) } ?? .always(one.closing)
        )
    }

    // MARK: Names of the ABI

    private func event(_ name: String, _ key: String) throws(BindingProblem) -> ABIEvent {
        try pick(name, key, "event", abi.events.map { ($0.name, $0.signature, $0) })
    }

    private func function(_ name: String, _ key: String) throws(BindingProblem) -> ABIFunction {
        try pick(name, key, "function", abi.functions.map { ($0.name, $0.signature, $0) })
    }

    /// The one of this name, or of this signature where several share a name.
    private func pick<One>(
        _ name: String,
        _ key: String,
        _ what: String,
        _ all: [(name: String, signature: String, one: One)]
    ) throws(BindingProblem) -> One {
        let found = all.filter { $0.name == name || $0.signature == name }
        if found.count > 1 {
            let signatures = alternatives(found.map(\.signature))
            throw BindingProblem(key, "the ABI has several of this name: write \(signatures)")
        }
        if let one = found.first?.one { return one }
        let near = nearestName(to: name, among: all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw BindingProblem(key, "the ABI has no \(what) \(quoted(name))\(near)")
    }
}

extension [ABIParameter] {
    /// The values one by one, those of tuples in their places.
    var leaves: [ABIParameter] {
        flatMap { parameter -> [ABIParameter] in
            if case .tuple(let members) = parameter.type { members.leaves } else { [parameter] }
        }
    }
}
