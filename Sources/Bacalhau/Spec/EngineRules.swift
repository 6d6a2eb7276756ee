internal import JSON

/// What an engine's parameters have to be.
///
/// Only the shapes of `docker` and `wasm` are known. Any other plausible type is passed on: what a network offers is the
/// orchestrator's to say.
enum EngineRules {
    static func read(_ node: SpecNode, inputs: [InputSource]) throws(SpecRefusal) -> SpecConfig {
        let config = try node.object(of: ["Type", "Params"])
        let type = try plausibleType(config.required("Type"))
        let parameters = config.optional("Params")
        switch type.lowercased() {
        case "docker":
            return SpecConfig(type: "docker", parameters: try docker(parameters ?? node, inputs: inputs))
        case "wasm":
            return SpecConfig(type: "wasm", parameters: try wasm(parameters ?? node, inputs: inputs))
        default:
            _ = try parameters?.members()
            return SpecConfig(type: type, parameters: parameters?.value.object ?? [])
        }
    }

    /// A type that could be one: 1 to 64 letters, digits, dots, dashes and underscores.
    static func plausibleType(_ node: SpecNode) throws(SpecRefusal) -> String {
        let type = try node.string()
        let isPlausible = (1...64).contains(type.utf8.count) && type.utf8.allSatisfy(isTypeByte)
        guard isPlausible else { throw node.refusal(.badValue, "\(SafeText.quoted(type)) is no name of a type") }
        return type
    }

    private static func isTypeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    // MARK: Docker

    private static func docker(_ node: SpecNode, inputs: [InputSource]) throws(SpecRefusal) -> [JSONMember] {
        let keys = ["Image", "Entrypoint", "Parameters", "EnvironmentVariables", "WorkingDirectory"]
        let params = try parameters(node, of: keys, engine: "docker")
        let image = try params.required("Image")
        guard try !image.plainString().has(" ") else { throw image.refusal(.badValue, "has a space") }
        _ = try params.optional("Entrypoint")?.strings()
        _ = try params.optional("Parameters")?.strings()
        try EnvironmentRules.checkAssignments(params.optional("EnvironmentVariables"))
        if let directory = params.optional("WorkingDirectory") { try checkAbsolute(directory) }
        return present(params)
    }

    private static func checkAbsolute(_ node: SpecNode) throws(SpecRefusal) {
        let path = try node.plainString()
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw node.refusal(.badValue, "\(SafeText.quoted(path)) is no absolute path")
        }
    }

    // MARK: WASM

    /// The form of 1.7 and later: modules are named by the targets of inputs.
    private static func wasm(_ node: SpecNode, inputs: [InputSource]) throws(SpecRefusal) -> [JSONMember] {
        let keys = ["EntryModule", "Entrypoint", "Parameters", "ImportModules"]
        let params = try parameters(node, of: keys, engine: "wasm")
        try checkModule(params.required("EntryModule"), inputs: inputs)
        for module in try params.optional("ImportModules")?.fewElements() ?? [] {
            try checkModule(module, inputs: inputs)
        }
        _ = try params.optional("Parameters")?.strings()
        var members = present(params)
        if let entry = params.optional("Entrypoint") {
            _ = try entry.plainString()
        } else {
            // Bacalhau has no default and fails the job.
            members.append(JSONMember("Entrypoint", "_start"))
        }
        return members
    }

    private static func checkModule(_ node: SpecNode, inputs: [InputSource]) throws(SpecRefusal) {
        if node.value.object != nil {
            throw node.refusal(.wrongKind, "is an object, the form before Bacalhau 1.7; name the target of an input")
        }
        let module = try node.plainString()
        guard inputs.contains(where: { bare($0.target) == bare(module) }) else {
            throw node.refusal(.conflict, "\(SafeText.quoted(module)) is the Target of none of the InputSources")
        }
    }

    /// A path without its leading slash, which is optional for modules.
    private static func bare(_ path: String) -> [UInt8] {
        Array(path.utf8.drop { $0 == UInt8(ascii: "/") })
    }

    // MARK: Both

    private static func parameters(
        _ node: SpecNode,
        of keys: [String],
        engine: String
    ) throws(SpecRefusal) -> SpecObject {
        guard node.path.steps.last == .key("Params") else {
            throw node.refusal(.missingKey, "\"Params\" is missing, and \(engine) needs it")
        }
        return try node.object(of: keys)
    }

    /// The members as they stand, without those that are `null`.
    private static func present(_ object: SpecObject) -> [JSONMember] {
        object.members.filter { $0.node.value != .null }.map { JSONMember($0.name, $0.node.value) }
    }
}
