internal import JSON

/// Where results may go.
///
/// Parameters of the known publishers are checked; an unknown type is passed on, as with engines.
enum PublisherRules {
    static func read(_ node: SpecNode?) throws(SpecRefusal) -> SpecConfig? {
        guard let node else { return nil }
        let config = try node.object(of: ["Type", "Params"])
        let type = try EngineRules.plausibleType(config.required("Type"))
        let params = config.optional("Params")
        switch type.lowercased() {
        case "ipfs", "noop", "local", "s3managed":
            _ = try params?.object(of: [])
        case "s3":
            guard let params else { throw node.refusal(.missingKey, "\"Params\" is missing, and s3 needs it") }
            try checkS3(params)
        default:
            _ = try params?.members()
        }
        let known = ["ipfs", "noop", "local", "s3managed", "s3"].first { $0 == type.lowercased() }
        return SpecConfig(
            type: known ?? type,
            parameters: (params?.value.object ?? []).filter { $0.value != .null }
        )
    }

    private static func checkS3(_ node: SpecNode) throws(SpecRefusal) {
        let params = try node.object(of: ["Bucket", "Key", "Endpoint", "Region", "Encoding"])
        _ = try params.required("Bucket").plainString()
        _ = try params.required("Key").plainString()
        _ = try params.optional("Endpoint")?.string()
        _ = try params.optional("Region")?.string()
        if let node = params.optional("Encoding") {
            let encoding = try node.string()
            guard ["gzip", "plain"].contains(encoding.lowercased()) else {
                throw node.refusal(.badValue, "\(SafeText.quoted(encoding)) is neither gzip nor plain")
            }
        }
    }
}
