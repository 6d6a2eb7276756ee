package import Bacalhau
internal import Ethereum

/// What the text of a request asks for, whatever the format that its contract writes specs in.
package struct SpecReading: Equatable, Sendable {
    package let task: TaskSpec
    /// The name by which the text asked for a module of the settings.
    package let module: String?

    package init(task: TaskSpec, module: String? = nil) {
        self.task = task
        self.module = module
    }

    package static func read(
        _ text: [UInt8],
        as format: SpecFormat,
        modules: ModuleCatalogue = ModuleCatalogue(),
        limits: SpecLimits
    ) throws(SpecRefusal) -> SpecReading {
        switch format {
        case .task: return SpecReading(task: try TaskSpec.read(text, limits: limits))
        case .legacy: return SpecReading(task: try TaskSpec.readLegacy(text, limits: limits))
        case .module:
            let call = Self.named(text, modules)
            let name = try ModuleCall.read(call, limits: limits).module.description
            return SpecReading(task: try modules.expand(call, limits: limits), module: name)
        }
    }

    /// The call with its module's own name, where it is called by the hash of one: the oldest contract of Lilypad v0 indexes
    /// the name, and so logs nothing else of it.
    private static func named(_ text: [UInt8], _ modules: ModuleCatalogue) -> [UInt8] {
        let word = text.prefix { $0 != UInt8(ascii: " ") }
        guard word.count == 66, let hash = Hash32(hex: String(decoding: word, as: UTF8.self)),
            let name = modules.names.first(where: { keccak256(Array($0.utf8)) == hash })
        else { return text }
        return Array(name.utf8) + text[word.count...]
    }
}
