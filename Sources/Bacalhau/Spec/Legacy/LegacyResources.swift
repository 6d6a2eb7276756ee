internal import JSON

/// Amounts as Bacalhau 0.3 wrote them: every unit of bytes is a power of 1,024.
enum LegacyResources {
    static func read(_ node: SpecNode?) throws(SpecRefusal) -> SpecDraft? {
        guard let node else { return nil }
        let resources = try LegacyObject(node, known: LegacyKeys.resources)
        return SpecDraft(
            object: [
                ("CPU", try cpu(resources.text("CPU"))),
                ("Memory", try bytes(resources.text("Memory"))),
                ("Disk", try bytes(resources.text("Disk"))),
                ("GPU", try resources.text("GPU").map { SpecDraft($0) }),
            ],
            from: node
        )
    }

    /// Zero was no demand.
    private static func cpu(_ node: SpecNode?) throws(SpecRefusal) -> SpecDraft? {
        guard let node, try ResourceSyntax.cpu(node.string()) != 0 else { return nil }
        return SpecDraft(node)
    }

    /// A plain count of bytes, which means the same to every version.
    ///
    /// What the old parser took for zero without a word is refused; `GiB` and parts such as `1.5gb`, which it did not
    /// know either, can mean only one thing and are taken.
    private static func bytes(_ node: SpecNode?) throws(SpecRefusal) -> SpecDraft? {
        guard let node else { return nil }
        let text = try node.string()
        guard let bytes = ResourceSyntax.bytes(text, kilo: 1_024) else {
            throw node.refusal(.badValue, "\(SafeText.quoted(text)) has to be a size such as \"512mb\" or \"8Gi\"")
        }
        return bytes == 0 ? nil : SpecDraft(.string(String(bytes)), from: node)
    }
}
