internal import JSON

/// Where a program's input may come from.
enum InputRules {
    static func read(_ node: SpecNode?) throws(SpecRefusal) -> [InputSource] {
        var inputs: [InputSource] = []
        for element in try node?.fewElements() ?? [] {
            let input = try element.object(of: ["Source", "Alias", "Target"])
            let source = try source(input.required("Source"))
            let target = try target(input.required("Target"), among: inputs)
            let alias = try alias(input.optional("Alias"), among: inputs)
            inputs.append(InputSource(source: source, alias: alias, target: target))
        }
        return inputs
    }

    private static func target(_ node: SpecNode, among inputs: [InputSource]) throws(SpecRefusal) -> String {
        let target = try node.plainString()
        guard !target.climbs else {
            throw node.refusal(.badValue, "\(SafeText.quoted(target)) leads out of its directory")
        }
        guard !inputs.contains(where: { $0.target.isSame(as: target) }) else {
            throw node.refusal(.conflict, "\(SafeText.quoted(target)) is the target of an earlier input")
        }
        return target
    }

    private static func alias(_ node: SpecNode?, among inputs: [InputSource]) throws(SpecRefusal) -> String {
        guard let node else { return "" }
        let alias = try node.string()
        guard alias.isEmpty || !inputs.contains(where: { $0.alias.isSame(as: alias) }) else {
            throw node.refusal(.conflict, "\(SafeText.quoted(alias)) is the alias of an earlier input")
        }
        return alias
    }

    private static func source(_ node: SpecNode) throws(SpecRefusal) -> SpecConfig {
        let config = try node.object(of: ["Type", "Params"])
        let typeNode = try config.required("Type")
        let type = try EngineRules.plausibleType(typeNode)
        let known = try kind(of: type, typeNode)
        let params = try config.required("Params").object(of: known.keys)
        try known.check(params)
        return SpecConfig(
            type: known.type,
            parameters: params.members.filter { $0.node.value != .null }.map { JSONMember($0.name, $0.node.value) }
        )
    }

    private static func kind(of type: String, _ node: SpecNode) throws(SpecRefusal) -> SourceKind {
        if let kind = SourceKind.all.first(where: { $0.type.lowercased() == type.lowercased() }) { return kind }
        if ["local", "localdirectory"].contains(type.lowercased()) {
            throw node.refusal(.inputRefused, "\"\(type)\" is refused: it reads files of the compute node")
        }
        let names = SourceKind.all.map(\.type).joined(separator: ", ")
        throw node.refusal(.inputRefused, "\(SafeText.quoted(type)) is no storage type that is allowed (\(names))")
    }
}

/// A storage type and what its parameters have to be.
private struct SourceKind: Sendable {
    let type: String
    let keys: [String]
    let check: @Sendable (SpecObject) throws(SpecRefusal) -> Void

    static let all = [
        SourceKind(type: "ipfs", keys: ["CID"]) { (params) throws(SpecRefusal) in
            let node = try params.required("CID")
            let cid = try node.string()
            guard ContentID(cid) != nil else {
                throw node.refusal(.badValue, "\(SafeText.quoted(cid)) is no CID")
            }
        },
        SourceKind(type: "urlDownload", keys: ["URL"]) { (params) throws(SpecRefusal) in
            let node = try params.required("URL")
            let url = try node.plainString()
            guard isDownload(url) else {
                throw node.refusal(.badValue, "\(SafeText.quoted(url)) is no http(s) URL of a file")
            }
        },
        SourceKind(type: "inline", keys: ["URL"]) { (params) throws(SpecRefusal) in
            let node = try params.required("URL")
            let url = try node.plainString()
            guard url.begins(withASCII: "data:"), url.has(",") else {
                throw node.refusal(.badValue, "\(SafeText.quoted(url)) is no data URL (RFC 2397)")
            }
        },
        SourceKind(
            type: "s3",
            keys: ["Bucket", "Key", "Filter", "Region", "Endpoint", "VersionID", "ChecksumSHA256", "Partition"]
        ) { (params) throws(SpecRefusal) in
            _ = try params.required("Bucket").plainString()
            for key in ["Key", "Filter", "Region", "Endpoint", "VersionID", "ChecksumSHA256"] {
                _ = try params.optional(key)?.string()
            }
            try checkPartition(params.optional("Partition"))
        },
    ]

    /// Refuses every partition but none.
    ///
    /// It gives each of a job's nodes another part of the objects. A request is one job with one answer, and where
    /// several nodes run it they are to come to the same one.
    private static func checkPartition(_ node: SpecNode?) throws(SpecRefusal) {
        guard let node else { return }
        let all = ["Type", "Pattern", "StartIndex", "EndIndex", "DateFormat"]
        if let type = try node.object(of: all).optional("Type") {
            let word = try type.string()
            guard word.isEmpty || word.isSame(as: "none") else {
                throw type.refusal(
                    .badValue,
                    "\(SafeText.quoted(word)) is refused: a request is one job, which reads all objects (allowed: none)"
                )
            }
        }
        // The rest says how, and Bacalhau minds its kinds all the same.
        _ = try node.object(of: ["Type"])
    }

    /// Scheme, host, and a path whose last part names the file, as Bacalhau wants it.
    private static func isDownload(_ url: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: url.begins(withASCII:)), !url.has(" ") else {
            return false
        }
        let rest = url.utf8.dropFirst(scheme.utf8.count).prefix { !"?#".utf8.contains($0) }
        let parts = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count >= 2 && parts.first?.isEmpty == false && parts.last?.isEmpty == false
    }
}
