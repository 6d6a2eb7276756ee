internal import Bacalhau
internal import Ethereum

extension BindingResolver {
    /// The fields of the request's event.
    func fields(_ names: FieldName) -> ContractBinding.Fields? {
        let id = declaration.jobID.flatMap { name in
            attempt { () throws(BindingProblem) in
                let found = try names.find(name, "request.id", "an unsigned integer", \.isUnsigned)
                idType = found.parameter.type
                return found.path
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
        guard let name = declaration.inputs else { return .text(spec.path) }
        guard declaration.format == .module else {
            throw BindingProblem("request.inputs", "only the format module has inputs beside its spec")
        }
        let inputs = try names.find(name, "request.inputs", "a string[]") { $0 == .array(of: .string) }
        return .module(name: spec.path, inputs: inputs.path)
    }
}
