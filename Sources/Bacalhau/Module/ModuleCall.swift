package import JSON

/// A request for a module: which one, with what inputs.
///
/// Two kinds of contracts ask for modules. One carries a text, `cowsay:v0.0.4 {"Message":"moo"}`, which `read` takes;
/// the other is Lilypad's on-chain job creator, which carries the name and a list of `Message=moo`. `text` is the form
/// in which either is kept: reading it gives the same call.
package struct ModuleCall: Sendable, Equatable {
    package let module: ModuleName
    /// Strings, numbers and booleans in the order of the call, at most 64, no name twice.
    ///
    /// A name has 1 to 64 letters, digits, `.`, `-` and `_`.
    package let inputs: [JSONMember]

    /// As many parameters as a module may have.
    static let inputLimit = ModuleTemplate.parameterLimit

    init(module: ModuleName, inputs: [JSONMember]) {
        self.module = module
        self.inputs = inputs
    }

    /// The call as one text, `name:version {"k":"v"}`; without inputs the name alone.
    package var text: [UInt8] {
        let name = Array(module.description.utf8)
        return inputs.isEmpty ? name : name + [0x20] + JSONWriter.bytes(of: .object(inputs))
    }

    /// Whether an input can be called so; ASCII alone, so that equal names are equal bytes.
    package static func isInputName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }
    }

    static let inputNames = "1 to 64 letters, digits, '.', '-' and '_'"
}

// MARK: - What the on-chain job creator carries

extension ModuleCall {
    /// Takes the fields of a `JobAdded` event: the module's name, and inputs of the form `key=value`.
    ///
    /// The first `=` ends the key, and all behind it is the value, a string. Lilypad's own job creator passes over an
    /// input without `=` and lets the last of two equal keys count: here both are refused. `limits.body` bounds the
    /// call's `text`.
    package init(
        module: [UInt8],
        inputs: [[UInt8]],
        limits: SpecLimits = SpecLimits()
    ) throws(SpecRefusal) {
        let size = inputs.reduce(module.count) { $0 + $1.count }
        guard size <= limits.body else { throw Self.tooLarge(size, limits) }
        guard inputs.count <= Self.inputLimit else { throw Self.tooMany(inputs.count) }
        var members: [JSONMember] = []
        for (index, input) in inputs.enumerated() {
            let member = try Self.member(input, at: index)
            guard !members.contains(where: { $0.name == member.name }) else {
                throw SpecRefusal(.duplicateKey, "module: inputs[\(index)]: \"\(member.name)\" is there twice")
            }
            members.append(member)
        }
        self.init(module: try Self.name(module), inputs: members)
        let text = text
        guard text.count <= limits.body else { throw Self.tooLarge(text.count, limits) }
    }

    private static func name(_ text: [UInt8]) throws(SpecRefusal) -> ModuleName {
        do {
            return try ModuleName(text)
        } catch {
            throw SpecRefusal(.badValue, "module: the module's name \(error.reason), at byte \(error.offset)")
        }
    }

    private static func member(_ input: [UInt8], at index: Int) throws(SpecRefusal) -> JSONMember {
        guard let text = String(validating: input, as: UTF8.self) else {
            throw SpecRefusal(.notUTF8, "module: inputs[\(index)] is no UTF-8")
        }
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw SpecRefusal(
                .badValue,
                "module: inputs[\(index)]: \(SafeText.quoted(text)) is not of the form key=value"
            )
        }
        let name = String(decoding: text.utf8[..<equals], as: UTF8.self)
        guard isInputName(name) else {
            let words = "\(SafeText.quoted(name)) is no name of an input (\(inputNames))"
            throw SpecRefusal(.badValue, "module: inputs[\(index)]: \(words)")
        }
        let value = text.utf8[text.utf8.index(after: equals)...]
        return JSONMember(name, .string(String(decoding: value, as: UTF8.self)))
    }

    static func tooLarge(_ size: Int, _ limits: SpecLimits) -> SpecRefusal {
        SpecRefusal(.tooLarge, "module: \(size) bytes, and \(limits.body) are allowed")
    }

    static func tooMany(_ count: Int) -> SpecRefusal {
        SpecRefusal(.tooLarge, "module: \(count) inputs, and \(inputLimit) are allowed")
    }
}
