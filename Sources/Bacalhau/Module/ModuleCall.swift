package import JSON

/// A request for a module: which one, with what inputs.
///
/// Two kinds of contracts ask for modules. One carries a text, `cowsay:v0.0.4 {"Message":"moo"}`, which `read` takes;
/// of the other, Lilypad's on-chain job creator, which carries the name and a list of `Message=moo`, `ModuleText` makes one.
package struct ModuleCall: Sendable, Equatable {
    package let module: ModuleName
    /// Strings, numbers and booleans in the order of the call, at most 64, no name twice.
    ///
    /// A name has 1 to 64 letters, digits, `.`, `-` and `_`.
    package let inputs: [JSONMember]

    /// As many parameters as a module may have.
    static let inputLimit = ModuleTemplate.parameterLimit

    /// Whether an input can be called so; ASCII alone, so that equal names are equal bytes.
    package static func isInputName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }
    }

    static let inputNames = "1 to 64 letters, digits, '.', '-' and '_'"
}

extension ModuleCall {
    static func tooLarge(_ size: Int, _ limits: SpecLimits) -> SpecRefusal {
        SpecRefusal(.tooLarge, "module: \(size) bytes, and \(limits.body) are allowed")
    }

    static func tooMany(_ count: Int) -> SpecRefusal {
        SpecRefusal(.tooLarge, "module: \(count) inputs, and \(inputLimit) are allowed")
    }
}
