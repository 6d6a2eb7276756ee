internal import JSON

/// Where results go.
enum LegacyPublisher {
    /// The publisher of `PublisherSpec`, else the one of `Publisher`.
    ///
    /// Where it is none, outputs go to IPFS: Bacalhau 1.9 refuses them without a publisher, and the old one always had
    /// one.
    static func read(_ spec: LegacyObject, outputs: SpecDraft?) throws(SpecRefusal) -> SpecDraft? {
        let config = try spec.optional("PublisherSpec").map { (node) throws(SpecRefusal) in
            try LegacyObject(node, known: ["Type", "Params"])
        }
        let earlier = spec.optional("Publisher")
        let earlierWord = try earlier?.word(LegacyPublisherWord.self)
        let type = config?.optional("Type")
        let word = try type?.word(LegacyPublisherWord.self) ?? earlierWord ?? .noop
        let node = type ?? earlier ?? spec.node
        let parameters = config?.optional("Params")
        if word == .s3 { return try s3(parameters, node) }
        if let parameters, !parameters.value.saysNothing {
            throw parameters.refusal(.unknownKey, "is not empty, and the publisher \(word.rawValue) takes none")
        }
        switch word {
        case .noop where outputs == nil: return nil
        // Estuary and Filecoin are gone, and gave CIDs as IPFS does.
        default: return SpecDraft(object: [("Type", SpecDraft("ipfs", from: node))], from: node)
        }
    }

    /// Not compressed where the spec does not say, unlike today.
    private static func s3(_ parameters: SpecNode?, _ type: SpecNode) throws(SpecRefusal) -> SpecDraft {
        guard let parameters else {
            throw type.refusal(.missingKey, "\"Params\" of \"PublisherSpec\" is missing, and S3 needs it")
        }
        let bucket = try LegacyObject(parameters, known: LegacyKeys.s3Publisher)
        var members: [(name: String, draft: SpecDraft?)] = []
        for key in ["Bucket", "Key", "Endpoint", "Region"] {
            members.append((key, try bucket.text(key).map { SpecDraft($0) }))
        }
        let encoding: JSONValue = try bucket.flag("Compress") ? "gzip" : "plain"
        members.append(("Encoding", SpecDraft(encoding, from: bucket.optional("Compress") ?? parameters)))
        return SpecDraft(
            object: [("Type", SpecDraft("s3", from: type)), ("Params", SpecDraft(object: members, from: parameters))],
            from: type
        )
    }
}
