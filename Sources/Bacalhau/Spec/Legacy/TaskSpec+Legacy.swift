internal import JSON

extension TaskSpec {
    /// Reads the `Spec` object of Bacalhau 0.3.29, as Lilypad v0's contracts carry it, as the v1 task that means the
    /// same.
    ///
    /// Every part is carried over, is known to say nothing, or is refused; nothing is corrected. The rules of the v1
    /// format hold for what comes out. As for Go's encoding/json, which the old bridge read specs with, the case of
    /// keys does not count, `null` is absent and unknown keys are passed over. Unlike there a key that comes twice, in
    /// whatever case, is refused (`duplicateKey`): contracts paste strangers' text into specs unescaped, and Go takes
    /// the last. So is an unknown key that looks like a slip or like a part of another format, for what it says would
    /// be lost.
    package static func readLegacy(
        _ text: [UInt8],
        limits: SpecLimits = SpecLimits()
    ) throws(SpecRefusal) -> TaskSpec {
        let root = SpecNode(value: try parse(text, limits: limits), path: JSONPath(), text: text)
        let spec = try legacyObject(root)
        let draft = try LegacySpec.draft(of: spec)
        var task = try read(SpecNode(value: draft.value, path: JSONPath(), text: text, origins: draft.origins))
        task.count = try LegacyDeal.count(spec.optional("Deal"))
        return task
    }

    private static func legacyObject(_ root: SpecNode) throws(SpecRefusal) -> LegacyObject {
        guard root.value.object != nil else { throw root.wrongKind("an object: the Spec of a job of Bacalhau 0.3") }
        for (name, _) in try root.members() where LegacyKeys.wrappers.contains(LegacyName.folded(name)) {
            let words = "has the key \(SafeText.quoted(name)), so it is a whole job; give its Spec alone"
            throw root.refusal(.unknownKey, words)
        }
        let spec = try LegacyObject(root, known: LegacyKeys.spec, fillers: LegacyKeys.specFillers)
        guard spec.hasKnownNames else {
            throw root.refusal(.missingKey, "has none of the keys of a Spec of Bacalhau 0.3, such as \"Engine\"")
        }
        return spec
    }
}
