internal import JSON

/// What is to be run: an image, or a module of WebAssembly that becomes an input.
struct LegacyEngine {
    let config: SpecDraft
    /// For Docker part of `config`.
    var environment: SpecDraft?
    /// The inputs that hold a program's modules.
    var modules: [SpecDraft] = []

    static func read(_ spec: LegacyObject) throws(SpecRefusal) -> LegacyEngine {
        let choice = try choice(spec)
        for key in ["Docker", "Wasm", "Language"] {
            guard let other = spec.filled(key), other.path != choice.parameters.path else { continue }
            throw other.refusal(.conflict, "is not empty, and the engine \(choice.word.rawValue) does not read it")
        }
        return try choice.word == .wasm ? wasm(choice) : docker(choice)
    }

    private struct Choice {
        let word: LegacyEngineWord
        /// The value that names the engine.
        let node: SpecNode
        let parameters: SpecNode
    }

    /// The engine by its word, else by the `EngineSpec` of versions 1.0.4 to 1.4.
    private static func choice(_ spec: LegacyObject) throws(SpecRefusal) -> Choice {
        let later = spec.filled("EngineSpec")
        if let node = spec.optional("Engine") {
            let word = try node.word(LegacyEngineWord.self)
            if let later { throw later.refusal(.conflict, "stands beside \"Engine\"; give one of them") }
            guard let parameters = spec.optional(word.rawValue) else {
                let words = "\"\(word.rawValue)\" is missing, and the engine \(word.rawValue) needs it"
                throw spec.node.refusal(.missingKey, words)
            }
            return Choice(word: word, node: node, parameters: parameters)
        }
        guard let later else {
            throw spec.node.refusal(.missingKey, "\"Engine\" is missing (allowed: \(LegacyEngineWord.allowed))")
        }
        let config = try LegacyObject(later, known: ["Type", "Params"])
        guard let node = config.optional("Type") else { throw later.refusal(.missingKey, "\"Type\" is missing") }
        let word = try node.word(LegacyEngineWord.self)
        guard let parameters = config.optional("Params") else {
            throw later.refusal(.missingKey, "\"Params\" is missing, and the engine \(word.rawValue) needs it")
        }
        return Choice(word: word, node: node, parameters: parameters)
    }

    private static func docker(_ choice: Choice) throws(SpecRefusal) -> LegacyEngine {
        let docker = try LegacyObject(choice.parameters, known: LegacyKeys.docker)
        let parameters = SpecDraft(
            object: [
                ("Image", try docker.text("Image").map { SpecDraft($0) }),
                ("Entrypoint", try docker.texts("Entrypoint").map { SpecDraft($0) }),
                ("Parameters", try docker.texts("Parameters").map { SpecDraft($0) }),
                ("EnvironmentVariables", try docker.texts("EnvironmentVariables").map { SpecDraft($0) }),
                ("WorkingDirectory", try docker.text("WorkingDirectory").map { SpecDraft($0) }),
            ],
            from: docker.node
        )
        return LegacyEngine(config: config("docker", parameters, choice))
    }

    private static func wasm(_ choice: Choice) throws(SpecRefusal) -> LegacyEngine {
        let wasm = try LegacyObject(choice.parameters, known: LegacyKeys.wasm)
        guard let module = wasm.filled("EntryModule") else {
            throw wasm.node.refusal(.missingKey, "\"EntryModule\" is missing, and the engine Wasm needs it")
        }
        let entry = try LegacyStorage.input(module, defaultTarget: "/wasm/entry.wasm")
        let imports = try imports(wasm.optional("ImportModules"))
        let entryPoint = try wasm.text("EntryPoint").map { SpecDraft($0) }
        let parameters = SpecDraft(
            object: [
                ("EntryModule", entry.target),
                ("Entrypoint", entryPoint ?? SpecDraft("_start", from: wasm.node)),
                ("Parameters", try wasm.texts("Parameters").map { SpecDraft($0) }),
                ("ImportModules", imports.isEmpty ? nil : SpecDraft(array: imports.map(\.target), from: wasm.node)),
            ],
            from: wasm.node
        )
        return LegacyEngine(
            config: config("wasm", parameters, choice),
            environment: wasm.optional("EnvironmentVariables").map { SpecDraft($0) },
            modules: [entry.draft] + imports.map(\.draft)
        )
    }

    private static func imports(_ node: SpecNode?) throws(SpecRefusal) -> [LegacyStorage.Input] {
        var imports: [LegacyStorage.Input] = []
        for (index, element) in try (node?.fewElements() ?? []).enumerated() {
            imports.append(try LegacyStorage.input(element, defaultTarget: "/wasm/imports/module_\(index).wasm"))
        }
        return imports
    }

    private static func config(_ type: JSONValue, _ parameters: SpecDraft, _ choice: Choice) -> SpecDraft {
        SpecDraft(object: [("Type", SpecDraft(type, from: choice.node)), ("Params", parameters)], from: choice.node)
    }
}
