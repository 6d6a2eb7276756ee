package import JSON

/// One task of Bacalhau's v1 job model, checked: what a contract asks to be run.
///
/// What Bacalhau would find out only later, or never, is found out here: it checks neither parameters nor types when a job
/// is submitted, and ignores unknown keys.
package struct TaskSpec: Sendable, Equatable {
    /// `docker` or `wasm` with checked parameters, or another type with its own.
    package var engine: SpecConfig
    /// Nil where the spec names none: nothing is published then but for a CID (`completed(for:)`).
    package var publisher: SpecConfig?
    /// Environment, in the order of the spec.
    package var environment: [JSONMember]
    /// Names and texts, in the order of the spec.
    package var meta: [JSONMember]
    /// At most 256, no two of one target or alias.
    package var inputs: [InputSource]
    /// At most 256, no two of one name or path; they need a publisher.
    package var results: [ResultPath]
    package var resources: Resources
    /// None where the spec says nothing: Bacalhau itself would give the job one.
    package var network: Network
    package var timeouts: Timeouts
    /// How many compute nodes run it, from 1; only the old format can ask for more than one.
    package var count: Int64 = 1
}

/// A type with its parameters, Bacalhau's form for engines, publishers and storage sources.
package struct SpecConfig: Sendable, Equatable {
    /// In Bacalhau's spelling where it is known, else as the spec has it: up to 64 letters, digits, `.`, `-` and `_`.
    package var type: String
    /// In the order of the spec.
    package var parameters: [JSONMember]

    package init(type: String, parameters: [JSONMember] = []) {
        self.type = type
        self.parameters = parameters
    }
}

/// Where something comes from and where the program finds it.
package struct InputSource: Sendable, Equatable {
    package var source: SpecConfig
    /// Empty where the spec gives none.
    package var alias: String
    /// The path at which the program finds it, without `..`.
    package var target: String
}

/// A directory whose content is published under a name.
package struct ResultPath: Sendable, Equatable {
    /// What the directory is called in the published tree: no slash, no name that Bacalhau itself puts there.
    package var name: String
    /// Absolute, as the program sees it, without `..`.
    package var path: String
}

/// How much text a spec may be.
package struct SpecLimits: Sendable, Equatable {
    /// Above this a job can wedge its compute node, whatever the configuration says.
    package static let bodyCeiling = 900_000

    /// Bytes of the body that is sent, 900,000 at most.
    package let body: Int

    /// Takes a ceiling in bytes, cut to what lies between 0 and `bodyCeiling`.
    package init(body: Int = 256 << 10) { self.body = min(max(0, body), Self.bodyCeiling) }
}

extension TaskSpec {
    static let keys = [
        "Name", "Engine", "Publisher", "Env", "Meta", "InputSources", "ResultPaths", "Resources", "Network", "Timeouts",
    ]

    /// Reads and checks the text of a spec; nothing of it is corrected.
    ///
    /// A `Name` is checked and not kept: the task of our jobs is always `main`. `null` members are absent ones, as they are
    /// for Bacalhau.
    package static func read(_ text: [UInt8], limits: SpecLimits = SpecLimits()) throws(SpecRefusal) -> TaskSpec {
        try read(SpecNode(value: try parse(text, limits: limits), path: JSONPath(), text: text))
    }

    /// Checks a task, whether a text has it as it is or it was made of another format.
    static func read(_ root: SpecNode) throws(SpecRefusal) -> TaskSpec {
        try refuseWholeJob(root)
        let task = try root.object(of: keys)
        if let name = task.optional("Name") { _ = try name.plainString() }
        let inputs = try InputRules.read(task.optional("InputSources"))
        let publisher = try PublisherRules.read(task.optional("Publisher"))
        return TaskSpec(
            engine: try EngineRules.read(task.required("Engine"), inputs: inputs),
            publisher: publisher,
            environment: try EnvironmentRules.read(task.optional("Env")),
            meta: try readMeta(task.optional("Meta")),
            inputs: inputs,
            results: try ResultPathRules.read(task.optional("ResultPaths")),
            resources: try Resources.read(task.optional("Resources")),
            network: try Network.read(task.optional("Network")),
            timeouts: try Timeouts.read(task.optional("Timeouts"))
        )
    }

    /// The text of a spec in any of the formats that are JSON: no key twice in an object.
    static func parse(_ text: [UInt8], limits: SpecLimits) throws(SpecRefusal) -> JSONValue {
        do {
            // The body puts the task three levels deeper.
            let depth = JSONReader.depthLimit - 3
            return try JSONValue.parse(text, limits: JSONLimits(bytes: limits.body, depth: depth))
        } catch {
            throw refusal(of: error, in: text, limits: limits)
        }
    }

    private static func refusal(of error: JSONError, in text: [UInt8], limits: SpecLimits) -> SpecRefusal {
        let place = JSONPlace(offset: error.offset, in: text)
        switch error.reason {
        case .tooLong:
            return SpecRefusal(.tooLarge, "spec: \(text.count) bytes, and \(limits.body) are allowed")
        case .utf8:
            return SpecRefusal(.notUTF8, "spec: is no UTF-8 at \(place)")
        case .duplicateKey:
            var reader = JSONReader(text.span.extracting(droppingFirst: error.offset))
            let name = (try? reader.text()) ?? ""
            return SpecRefusal(.duplicateKey, "spec: key \(SafeText.quoted(name)) at \(place) is there twice")
        default:
            return SpecRefusal(.notJSON, "spec: is no JSON: \(error.reason.words) at \(place)")
        }
    }

    static func refuseWholeJob(_ root: SpecNode) throws(SpecRefusal) {
        guard root.value.object != nil else { throw root.wrongKind("an object: one task of a Bacalhau job") }
        for key in ["Job", "Tasks", "Spec"] where root.value[key] != nil {
            throw root.refusal(.unknownKey, "has the key \"\(key)\", so it is a whole job; give one task of it")
        }
    }

    private static func readMeta(_ node: SpecNode?) throws(SpecRefusal) -> [JSONMember] {
        var meta: [JSONMember] = []
        for (name, node) in try node?.members() ?? [] {
            meta.append(JSONMember(name, .string(try node.string())))
        }
        return meta
    }
}
