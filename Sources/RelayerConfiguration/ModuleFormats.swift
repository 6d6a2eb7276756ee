import Bacalhau
import Formats

extension Format<ModuleName> {
    /// A module's name, with a version or without.
    static var moduleName: Self {
        Self(
            "a module's name, such as cowsay:v0.0.4 or github.com/org/cowsay:v1",
            schema: .text(pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}(:[A-Za-z0-9][A-Za-z0-9._+-]{0,63})?$"),
            standIn: .example
        ) { (text) throws(Misfit) in
            do throws(ModuleName.Flaw) {
                return try ModuleName(Array(text.utf8))
            } catch {
                throw Misfit("a name \(error.reason)")
            }
        }
    }
}

extension Format<ModuleDecimal> {
    /// A decimal number without an exponent.
    static var decimal: Self {
        Self("a number, such as 7, -1 or 0.25", schema: .scalar, standIn: .zero) { (text) throws(Misfit) in
            guard let number = ModuleDecimal(text) else { throw .plain }
            return number
        }
    }
}

extension Format<String> {
    /// The text of a value whose type another key names; it may be empty.
    static var anyValue: Self {
        Self("a text, a number, true or false", schema: .scalar, standIn: "text") { (text) throws(Misfit) in
            guard text.utf8.count <= ModuleParameter.longest else {
                throw Misfit("it is longer than \(ModuleParameter.longest) bytes")
            }
            return text
        }
    }

    /// The name of a module's input.
    static var inputName: Self {
        Self(
            "a name of 1 to 64 letters, digits, '.', '-' and '_'",
            schema: .text(pattern: "^[A-Za-z0-9._-]{1,64}$"),
            standIn: "input"
        ) { (text) throws(Misfit) in
            guard ModuleCall.isInputName(text) else { throw .plain }
            return text
        }
    }
}
