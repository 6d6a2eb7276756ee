package import JSON

/// An input that a module takes: what the operator declares, and what a requester may give.
package struct ModuleParameter: Sendable, Equatable {
    /// What values there are; a template has them all as text.
    package enum Kind: String, Sendable, CaseIterable {
        /// A string without control characters.
        case text
        /// A decimal number of at most 18 digits before its point and 9 behind it.
        case number
        /// A number without a point.
        case integer
        case boolean
    }

    /// What a declaration says beside name and kind; nil is what it leaves out.
    package struct Rules: Sendable, Equatable {
        /// What counts where a call does not say; without it each call has to.
        package var fallback: String?
        /// A value to try the template with; without it one is chosen.
        package var sample: String?
        /// Bytes of a text at most, 1,024 where nil.
        package var maxLength: Int?
        /// Whether a text may have line feeds, carriage returns and tabs.
        package var newlines = false
        /// The least number.
        package var minimum: ModuleDecimal?
        /// The greatest number.
        package var maximum: ModuleDecimal?
        /// The only values there are; none is no limit.
        package var choices: [String] = []

        package init() {}
    }

    /// A declaration contradicts itself.
    package struct Flaw: Error, Sendable, Equatable {
        package enum Key: String, Sendable {
            case name
            case fallback = "default"
            case sample
            case maxLength
            case newlines
            case minimum = "min"
            case maximum = "max"
            case choices = "oneOf"
        }

        /// As the settings call it.
        package let key: Key
        /// What is wrong and what to do.
        package let message: String
    }

    /// Where no declaration says how long a text may be.
    package static let defaultLength = 1_024
    /// As long as a declaration may allow.
    package static let longest = 65_536

    package let name: String
    package let kind: Kind
    package let rules: Rules

    /// Checks the declaration; its default, its sample and its choices have to be values that a call could give.
    package init(_ name: String, _ kind: Kind, _ rules: Rules = Rules()) throws(Flaw) {
        self.name = name
        self.kind = kind
        self.rules = rules
        guard ModuleCall.isInputName(name) else {
            throw Flaw(key: .name, message: "a name has \(ModuleCall.inputNames)")
        }
        try checkWhatTheKindAllows()
        for choice in rules.choices { try check(choice, .choices) }
        if let fallback = rules.fallback { try check(fallback, .fallback) }
        if let sample = rules.sample { try check(sample, .sample) }
    }

    private func check(_ text: String, _ key: Flaw.Key) throws(Flaw) {
        do {
            _ = try accept(.string(text))
        } catch {
            throw Flaw(key: key, message: "\(SafeText.quoted(text)) \(error.reason)")
        }
    }

    private func checkWhatTheKindAllows() throws(Flaw) {
        let isNumber = kind == .number || kind == .integer
        if kind != .text, rules.maxLength != nil { throw Flaw(key: .maxLength, message: "it is for the type text") }
        if kind != .text, rules.newlines { throw Flaw(key: .newlines, message: "it is for the type text") }
        if let length = rules.maxLength, !(1...Self.longest).contains(length) {
            throw Flaw(key: .maxLength, message: "it has to be from 1 to \(Self.longest)")
        }
        for (bound, key) in [(rules.minimum, Flaw.Key.minimum), (rules.maximum, .maximum)] {
            guard let bound else { continue }
            guard isNumber else { throw Flaw(key: key, message: "it is for the types number and integer") }
            guard kind == .number || bound.isWhole else { throw Flaw(key: key, message: "\(bound) is no integer") }
        }
        if let least = rules.minimum, let most = rules.maximum, least > most {
            throw Flaw(key: .minimum, message: "\(least) is above max (\(most)): no value would do")
        }
    }

    /// What the template is tried with: sample, default or first choice, else a value of the kind.
    var trial: String {
        if let given = rules.sample ?? rules.fallback ?? rules.choices.first { return given }
        switch kind {
        case .text: return String("sample".prefix(rules.maxLength ?? Self.defaultLength))
        case .boolean: return "true"
        case .number, .integer:
            guard let one = ModuleDecimal("1") else { return "1" }
            if let least = rules.minimum, one < least { return least.text }
            if let most = rules.maximum, one > most { return most.text }
            return one.text
        }
    }
}

// MARK: - What a call gives

extension ModuleParameter {
    /// A value that does not do.
    package struct Misfit: Error, Sendable, Equatable {
        /// Completes a sentence that begins with the value.
        package let reason: String
    }

    /// The value as the template has it, in the requester's own characters.
    ///
    /// A number or a boolean may also come as a string of its characters: an on-chain job creator has nothing else. A
    /// text comes as a string only.
    package func accept(_ value: JSONValue) throws(Misfit) -> String {
        let text =
            switch kind {
            case .text: try checkedText(value)
            case .number, .integer: try checkedNumber(value)
            case .boolean: try checkedBoolean(value)
            }
        guard rules.choices.isEmpty || rules.choices.contains(where: { equals($0, text) }) else {
            throw Misfit(reason: "is none of the choices: \(rules.choices.joined(separator: ", "))")
        }
        return text
    }

    /// Texts by their bytes, numbers by their value.
    private func equals(_ choice: String, _ text: String) -> Bool {
        switch kind {
        case .text, .boolean: choice.utf8.elementsEqual(text.utf8)
        case .number, .integer: ModuleDecimal(choice) == ModuleDecimal(text)
        }
    }

    private func checkedText(_ value: JSONValue) throws(Misfit) -> String {
        guard let text = value.string else { throw Misfit(reason: "is \(value.shownKind), but has to be a string") }
        let limit = rules.maxLength ?? Self.defaultLength
        guard text.utf8.count <= limit else {
            throw Misfit(reason: "has \(text.utf8.count) bytes, and \(limit) are allowed")
        }
        for scalar in text.unicodeScalars where scalar.properties.generalCategory == .control {
            guard rules.newlines, ["\n", "\r", "\t"].contains(scalar) else {
                let shown = String(scalar.value, radix: 16, uppercase: true)
                throw Misfit(reason: "has the control character U+\(shown), which is not allowed here")
            }
        }
        return text
    }

    private func checkedNumber(_ value: JSONValue) throws(Misfit) -> String {
        guard let text = value.number?.text ?? value.string else {
            throw Misfit(reason: "is \(value.shownKind), but has to be \(expected)")
        }
        guard let number = ModuleDecimal(text), kind == .number || number.isWhole else {
            throw Misfit(reason: "has to be \(expected)")
        }
        if let least = rules.minimum, number < least { throw Misfit(reason: "is below the least, \(least)") }
        if let most = rules.maximum, number > most { throw Misfit(reason: "is above the greatest, \(most)") }
        return text
    }

    private func checkedBoolean(_ value: JSONValue) throws(Misfit) -> String {
        switch value {
        case .bool(let flag): return flag ? "true" : "false"
        case .string("true"): return "true"
        case .string("false"): return "false"
        default: throw Misfit(reason: "has to be true or false")
        }
    }

    private var expected: String {
        kind == .integer ? "an integer of at most 18 digits" : "a number of at most 18 digits and 9 behind the point"
    }
}
