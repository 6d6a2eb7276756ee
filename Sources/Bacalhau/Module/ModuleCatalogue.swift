internal import Formats

/// The modules that an operator offers.
package struct ModuleCatalogue: Sendable, Equatable {
    private let templates: [ModuleName: ModuleTemplate]

    /// Takes modules of different names; of several of one name the first counts.
    package init(_ templates: [ModuleTemplate] = []) {
        self.templates = Dictionary(templates.map { ($0.name, $0) }) { first, _ in first }
    }

    /// In alphabetical order.
    package var names: [String] { templates.keys.map(\.description).sorted() }

    /// The module that a call names, letter by letter.
    package subscript(name: ModuleName) -> ModuleTemplate? { templates[name] }

    /// Reads a call's text and makes the task that it asks for, under the same rules as a task that a contract writes.
    package func expand(_ text: [UInt8], limits: SpecLimits = SpecLimits()) throws(SpecRefusal) -> TaskSpec {
        let call = try ModuleCall.read(text, limits: limits)
        guard let template = templates[call.module] else { throw unknown(call.module) }
        return try template.expand(call, limits: limits)
    }

    private func unknown(_ name: ModuleName) -> SpecRefusal {
        SpecRefusal(.moduleUnknown, "module: \"\(name)\" is none of this relayer's modules\(remedy(for: name))")
    }

    /// Other versions first: a name without one, or with an old one, is the likeliest slip.
    private func remedy(for name: ModuleName) -> String {
        let known = names
        let versions = templates.keys.filter { $0.name == name.name }.map(\.description).sorted()
        if !versions.isEmpty { return "; it has \(listed(versions))" }
        if let near = nearestName(to: name.description, among: known) { return "; did you mean \"\(near)\"?" }
        return known.isEmpty ? ": it has none" : ", which are \(listed(known))"
    }

    private func listed(_ names: [String]) -> String {
        let most = 8
        let more = names.count > most ? " and \(names.count - most) more" : ""
        return names.prefix(most).joined(separator: ", ") + more
    }
}
