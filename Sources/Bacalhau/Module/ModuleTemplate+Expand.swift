internal import Formats
package import JSON

extension ModuleTemplate {
    /// The checked task of a call that names this module.
    package func expand(_ call: ModuleCall, limits: SpecLimits = SpecLimits()) throws(SpecRefusal) -> TaskSpec {
        let inputs = try inputs(of: call)
        do {
            // Without the text: a place in the template means nothing to the requester.
            return try task(with: inputs, limits: limits, text: [])
        } catch {
            throw blamed(error, limits)
        }
    }

    /// The task of a call as JSON, before its own rules are applied.
    package func tree(of call: ModuleCall, limits: SpecLimits = SpecLimits()) throws(SpecRefusal) -> JSONValue {
        try filled(with: try inputs(of: call), limits)
    }

    func task(with inputs: [String], limits: SpecLimits, text: [UInt8]) throws(SpecRefusal) -> TaskSpec {
        try TaskSpec.read(SpecNode(value: try filled(with: inputs, limits), path: JSONPath(), text: text))
    }

    /// Nothing is built that would exceed the limit.
    private func filled(with inputs: [String], _ limits: SpecLimits) throws(SpecRefusal) -> JSONValue {
        let sizes = inputs.map { JSONWriter.bytes(of: .string($0)).count - 2 }
        let total = zip(sizes, uses).reduce(size) { $0 + $1.0 * $1.1 }
        guard total <= limits.body else {
            throw SpecRefusal(.tooLarge, "spec: \(total) bytes, and \(limits.body) are allowed")
        }
        return root.filled(with: inputs)
    }

    /// Says whose mistake a refusal of the whole task is: what is refused with the values that the template was tried
    /// with is the template's own.
    private func blamed(_ refusal: SpecRefusal, _ limits: SpecLimits) -> SpecRefusal {
        do {
            _ = try task(with: parameters.map(\.trial), limits: limits, text: [])
            return SpecRefusal(refusal.code, "module \(name): its task is refused with these inputs: \(refusal.text)")
        } catch {
            let words = "its template is refused, which is for the relayer's operator to mend: \(error.text)"
            return SpecRefusal(error.code, "module \(name): \(words)")
        }
    }
}

// MARK: - Inputs

extension ModuleTemplate {
    /// A text for each parameter, in their order: what the call gives, or the default.
    private func inputs(of call: ModuleCall) throws(SpecRefusal) -> [String] {
        var texts = parameters.map(\.rules.fallback)
        for input in call.inputs {
            guard let index = parameters.firstIndex(named: input.name) else { throw unknown(input.name) }
            do {
                texts[index] = try parameters[index].accept(input.value)
            } catch {
                throw SpecRefusal(
                    .moduleInput,
                    "module \(name): input \"\(input.name)\": \(input.shown)\(error.reason)"
                )
            }
        }
        if let missing = texts.firstIndex(of: nil) {
            let words = "input \"\(parameters[missing].name)\" is missing (\(parameters[missing].kind.rawValue))"
            throw SpecRefusal(.moduleInput, "module \(name): \(words)")
        }
        return texts.compactMap(\.self)
    }

    private func unknown(_ input: String) -> SpecRefusal {
        let known = parameters.map(\.name)
        let near = nearestName(to: input, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        let list = known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))"
        return SpecRefusal(.moduleInput, "module \(name): unknown input \"\(input)\"\(near) (\(list))")
    }
}

extension JSONMember {
    /// The beginning of a value that is short to show, and a space.
    fileprivate var shown: String {
        switch value {
        case .string(let text): "\(SafeText.quoted(text, limit: 40)) "
        case .number(let number): "\(SafeText.line(number.text, limit: 40)) "
        case .bool(let flag): "\(flag) "
        case .null, .array, .object: ""
        }
    }
}
