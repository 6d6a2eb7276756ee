internal import JSON

/// Where input comes from and what is published: the old format has one object for both.
enum LegacyStorage {
    /// An input, and the path at which the program finds it.
    struct Input {
        let draft: SpecDraft
        let target: SpecDraft
    }

    static func inputs(_ node: SpecNode?) throws(SpecRefusal) -> [SpecDraft] {
        var inputs: [SpecDraft] = []
        for element in try node?.fewElements() ?? [] { inputs.append(try input(element).draft) }
        return inputs
    }

    /// An input; only modules of WebAssembly have a path by default.
    static func input(_ node: SpecNode, defaultTarget: String? = nil) throws(SpecRefusal) -> Input {
        let storage = try LegacyObject(node, known: LegacyKeys.storage, fillers: LegacyKeys.storageFillers)
        let source = try source(storage)
        let path = try storage.text("path").map { SpecDraft($0) }
        guard let target = path ?? defaultTarget.map({ SpecDraft(.string($0), from: node) }) else {
            throw node.refusal(.missingKey, "\"path\" is missing, at which the program finds it")
        }
        let alias = try storage.text("Name").map { SpecDraft($0) }
        let draft = SpecDraft(object: [("Source", source), ("Alias", alias), ("Target", target)], from: node)
        return Input(draft: draft, target: target)
    }

    /// The published directories, or nil where there are none.
    static func outputs(_ node: SpecNode?) throws(SpecRefusal) -> SpecDraft? {
        guard let node else { return nil }
        var outputs: [SpecDraft] = []
        for element in try node.fewElements() {
            let storage = try LegacyObject(element, known: LegacyKeys.storage, fillers: LegacyKeys.storageFillers)
            // Nobody read the source of an output; IPFS is what tools wrote there.
            if let source = storage.optional("StorageSource"), try source.word(LegacyStorageWord.self) != .ipfs {
                throw source.refusal(.badValue, "is not IPFS; the publisher says where an output goes")
            }
            try refuseOthers(storage, than: [], of: "an output")
            outputs.append(
                SpecDraft(
                    object: [
                        ("Name", try storage.text("Name").map { SpecDraft($0) }),
                        ("Path", try storage.text("path").map { SpecDraft($0) }),
                    ],
                    from: element
                )
            )
        }
        return outputs.isEmpty ? nil : SpecDraft(array: outputs, from: node)
    }

    private static func source(_ storage: LegacyObject) throws(SpecRefusal) -> SpecDraft {
        guard let node = storage.optional("StorageSource") else {
            let allowed = LegacyStorageWord.allowed
            throw storage.node.refusal(.missingKey, "\"StorageSource\" is missing (allowed: \(allowed))")
        }
        let word = try node.word(LegacyStorageWord.self)
        let (type, key) = known(word)
        try refuseOthers(storage, than: [key], of: "the storage source \(word.rawValue)")
        let parameters: SpecDraft
        if word == .s3 {
            parameters = try s3(storage)
        } else {
            parameters = SpecDraft(object: [(key, try storage.text(key).map { SpecDraft($0) })], from: storage.node)
        }
        return SpecDraft(object: [("Type", SpecDraft(type, from: node)), ("Params", parameters)], from: storage.node)
    }

    /// Bacalhau's type, and the key that says where the content is.
    private static func known(_ word: LegacyStorageWord) -> (type: JSONValue, key: String) {
        switch word {
        case .urlDownload: ("urlDownload", "URL")
        case .inline: ("inline", "URL")
        case .s3: ("s3", "S3")
        // The others have been refused.
        default: ("ipfs", "CID")
        }
    }

    private static func s3(_ storage: LegacyObject) throws(SpecRefusal) -> SpecDraft {
        guard let node = storage.optional("S3") else {
            throw storage.node.refusal(.missingKey, "\"S3\" is missing, and the storage source S3 needs it")
        }
        let bucket = try LegacyObject(node, known: LegacyKeys.s3Input)
        var members: [(name: String, draft: SpecDraft?)] = []
        for key in LegacyKeys.s3Input {
            let draft = try bucket.text(key).map { SpecDraft($0) }
            members.append((key == "Checksum" ? "ChecksumSHA256" : key, draft))
        }
        return SpecDraft(object: members, from: node)
    }

    /// Refuses what would say where content is for somebody who does not look there.
    private static func refuseOthers(
        _ storage: LegacyObject,
        than own: [String],
        of whom: String
    ) throws(SpecRefusal) {
        for key in ["CID", "URL", "S3", "Repo", "SourcePath", "ReadWrite"] where !own.contains(key) {
            guard let other = storage.filled(key) else { continue }
            throw other.refusal(.conflict, "is set, and \(whom) does not read it")
        }
    }
}
