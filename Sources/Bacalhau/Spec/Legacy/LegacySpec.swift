internal import JSON

/// What a spec of the old format means, as a task of the v1 format.
enum LegacySpec {
    static func draft(of spec: LegacyObject) throws(SpecRefusal) -> SpecDraft {
        try refuseWhatIsLost(spec)
        let engine = try LegacyEngine.read(spec)
        let inputs = try LegacyStorage.inputs(spec.optional("inputs")) + engine.modules
        let outputs = try LegacyStorage.outputs(spec.optional("outputs"))
        return SpecDraft(
            object: [
                ("Engine", engine.config),
                ("Publisher", try LegacyPublisher.read(spec, outputs: outputs)),
                ("Env", engine.environment),
                ("InputSources", SpecDraft(array: inputs, from: spec.optional("inputs") ?? spec.node)),
                ("ResultPaths", outputs),
                ("Resources", try LegacyResources.read(spec.optional("Resources"))),
                ("Network", try network(spec.optional("Network"))),
                ("Timeouts", try timeouts(spec)),
            ],
            from: spec.node
        )
    }

    /// What has no place in a task: annotations and tracking said nothing about what is run, the others did.
    private static func refuseWhatIsLost(_ spec: LegacyObject) throws(SpecRefusal) {
        if let verifier = spec.optional("Verifier") { _ = try verifier.word(LegacyVerifierWord.self) }
        if let selectors = spec.optional("NodeSelectors"), try !selectors.elements().isEmpty {
            throw selectors.refusal(.badValue, "is refused: a request cannot choose the nodes that run it")
        }
        _ = try spec.texts("Annotations")
        _ = try spec.flag("DoNotTrack")
    }

    /// Domains count for HTTP only, and stood for nothing elsewhere.
    private static func network(_ node: SpecNode?) throws(SpecRefusal) -> SpecDraft? {
        guard let node else { return nil }
        let network = try LegacyObject(node, known: ["Type", "Domains"])
        let domains = try network.texts("Domains")
        guard let type = network.optional("Type") else { return nil }
        let word = try type.word(LegacyNetworkWord.self)
        return SpecDraft(
            object: [
                ("Type", SpecDraft(.string(word.rawValue), from: type)),
                ("Domains", word == .http ? domains.map { SpecDraft($0) } : nil),
            ],
            from: node
        )
    }

    /// None where the spec asks for nothing or less; parts of seconds count up.
    ///
    /// It then gets what every task gets that does not say: the half hour that the old server gave it, or less.
    private static func timeouts(_ spec: LegacyObject) throws(SpecRefusal) -> SpecDraft? {
        guard let timeout = spec.optional("Timeout") else { return nil }
        guard let number = timeout.value.number else { throw timeout.wrongKind("a number of seconds") }
        guard let seconds = Double(number.text), seconds <= Double(Timeouts.longest) else {
            throw timeout.refusal(.badValue, "has to be seconds, \(Timeouts.longest) at most")
        }
        guard seconds > 0 else { return nil }
        let total = JSONNumber(Int64(seconds.rounded(.up)))
        return SpecDraft(object: [("TotalTimeout", SpecDraft(.number(total), from: timeout))], from: timeout)
    }
}
