import Bacalhau
import JSON

/// Modules fuzzed from seeds: a template, a call of it, and what must hold of the task that comes out.
///
/// Each function is pure: a seed that breaks a rule breaks it again.
package enum ModuleFuzz {
    /// What a seed came to.
    package struct Outcome: Sendable, Equatable {
        /// Whether there was anything to check: the call was accepted.
        package var isAccepted = false
        /// The rule that did not hold; nil where all did.
        package var failure: String?
    }

    /// The broken rule of an expansion, if any.
    package static func expansionFailure(seed: UInt64) -> String? { expansion(seed: seed).failure }

    /// The broken rule of reading a call, if any.
    package static func callFailure(seed: UInt64) -> String? { call(seed: seed).failure }

    /// Expands a drawn call of a drawn template.
    package static func expansion(seed: UInt64) -> Outcome {
        var drawing = ModuleDrawing(seed: seed)
        let parameters = drawing.parameters()
        let tree = drawing.task(parameters)
        guard let name = ModuleName("fuzz/module:v1"),
            let template = try? ModuleTemplate(name: name, parameters: parameters, text: JSONWriter.bytes(of: tree))
        else { return Outcome() }
        let text = drawing.callText(name, parameters)
        let limits = SpecLimits(body: drawing.chance.choose(256 << 10, 4_096, 1_500, 700))
        do {
            let task = try ModuleCatalogue([template]).expand(text, limits: limits)
            let call = try ModuleCall.read(text, limits: limits)
            let filled = try template.tree(of: call, limits: limits)
            let check = ExpansionCheck(template: tree, parameters: parameters, call: call)
            return Outcome(isAccepted: true, failure: check.failure(of: filled, task, limits))
        } catch {
            return Outcome(failure: refusalFailure(error))
        }
    }

    /// Reads a damaged call, or the text made of what an on-chain job creator might carry: what is accepted has those very
    /// fields, and reads as the same call when it is written again.
    package static func call(seed: UInt64) -> Outcome {
        var drawing = ModuleDrawing(seed: seed)
        do {
            let (text, inputs) = drawing.damagedCall()
            let call = try ModuleCall.read(text)
            if let inputs, inputs != call.inputs.map({ field($0) }) {
                return Outcome(isAccepted: true, failure: "reads as other fields: \(words(text))")
            }
            let written = Array("\(call.module) ".utf8) + JSONWriter.bytes(of: .object(call.inputs))
            guard let again = try? ModuleCall.read(written), again == call else {
                return Outcome(isAccepted: true, failure: "reads as another call: \(words(written))")
            }
            return Outcome(isAccepted: true)
        } catch {
            return Outcome(failure: refusalFailure(error))
        }
    }

    /// A refusal goes on chain: one short clean line.
    private static func refusalFailure(_ refusal: SpecRefusal) -> String? {
        let isClean = refusal.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        return isClean && (1...1_024).contains(refusal.text.utf8.count) ? nil : "no fit reason: \(refusal.text)"
    }

    /// An input as the on-chain job creator's field.
    private static func field(_ input: JSONMember) -> [UInt8] {
        Array("\(input.name)=\(input.value.string ?? "no string")".utf8)
    }

    private static func words(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What must hold of a task that a template and a call have become.
struct ExpansionCheck {
    let template: JSONValue
    let parameters: [ModuleParameter]
    let call: ModuleCall

    func failure(of filled: JSONValue, _ task: TaskSpec, _ limits: SpecLimits) -> String? {
        if let place = difference(template, filled, at: "task") { return "\(place) is not as the template has it" }
        let bytes = JSONWriter.bytes(of: filled)
        if bytes.count > limits.body { return "\(bytes.count) bytes, and \(limits.body) are allowed" }
        guard (try? JSONValue.parse(bytes)) == filled else { return "is other JSON when it is written and read" }
        guard (try? TaskSpec.read(bytes, limits: limits)) == task else {
            return "is another task when it is read as text"
        }
        return nil
    }

    /// Where the two differ in anything but the placeholders of a string, or where one of those is filled wrongly.
    private func difference(_ template: JSONValue, _ filled: JSONValue, at place: String) -> String? {
        switch (template, filled) {
        case (.string(let pattern), .string(let text)):
            return Array(text.utf8) == expected(pattern) ? nil : place
        case (.array(let patterns), .array(let values)) where patterns.count == values.count:
            return zip(patterns, values).enumerated().lazy
                .compactMap { difference($1.0, $1.1, at: "\(place)[\($0)]") }.first
        case (.object(let patterns), .object(let values)) where patterns.count == values.count:
            for (pattern, value) in zip(patterns, values) {
                guard pattern.name.utf8.elementsEqual(value.name.utf8) else { return "\(place).\(pattern.name)" }
                if let found = difference(pattern.value, value.value, at: "\(place).\(pattern.name)") { return found }
            }
            return nil
        default: return template == filled ? nil : place
        }
    }

    /// The bytes of a template's string with its placeholders filled: found by splitting, and not by reading along.
    private func expected(_ pattern: String) -> [UInt8] {
        let opening = Array("{{".utf8)
        let closing = Array("}}".utf8)
        let parts = Array(pattern.utf8).split(separator: opening + opening, omittingEmptySubsequences: false)
        let filled = parts.map { part -> [UInt8] in
            let pieces = part.split(separator: opening, omittingEmptySubsequences: false)
            return pieces.dropFirst().reduce(Array(pieces.first ?? [])) { text, piece in
                let halves = piece.split(separator: closing, maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2 else { return text + opening + piece }
                return text + value(of: String(decoding: halves[0], as: UTF8.self)) + halves[1]
            }
        }
        return Array(filled.joined(separator: opening))
    }

    private func value(of name: String) -> [UInt8] {
        switch call.inputs.first(where: { $0.name == name })?.value {
        case .string(let text): Array(text.utf8)
        case .number(let number): Array(number.text.utf8)
        case .bool(let flag): Array("\(flag)".utf8)
        default: Array((parameters.first { $0.name == name }?.rules.fallback ?? "no value").utf8)
        }
    }
}
