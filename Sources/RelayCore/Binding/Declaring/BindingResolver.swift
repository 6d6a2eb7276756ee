internal import Ethereum

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
final class BindingResolver {
    let declaration: BindingDeclaration
    let abi: ContractABI
    var problems: [BindingProblem] = []
    private var notes: [String] = []
    /// Fields that settling functions want back.
    var echoes: [ContractBinding.Path] = []
    /// Of the job's id in the event, once it has been found.
    var idType: ABIType?

    init(declaration: BindingDeclaration, abi: ContractABI) {
        self.declaration = declaration
        self.abi = abi
    }

    /// Notes a problem, and goes on without the part.
    func attempt<Part>(_ part: () throws(BindingProblem) -> Part) -> Part? {
        do { return try part() } catch {
            problems.append(error)
            return nil
        }
    }

    func resolve() -> ContractBinding? {
        guard let event = attempt({ () throws(BindingProblem) in try abi.event(declaration.event, "request.event") })
        else { return nil }
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
        var binding = ContractBinding(
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
        binding.notes = notes
        return binding
    }

    /// Notes where not every job's id has room.
    ///
    /// That is no mistake: a contract that counts its jobs never comes so far.
    func checkRoom(forID type: ABIType, _ owner: String, _ key: String) {
        guard case .uint(let bits) = type, case .uint(let idBits)? = idType, bits < idBits else { return }
        notes.append("\(key): \(owner) is a \(type), and request.id a uint\(idBits): larger ids cannot be answered")
    }
}
