internal import JSON

/// What a task asks of a compute node; nil is what the spec does not say.
package struct Resources: Sendable, Equatable {
    /// An amount as the spec writes it, and its value.
    package struct Amount: Sendable, Equatable {
        /// As the spec has it, such as `500m` or `1GiB`, and as it is sent.
        package let text: String
        /// Thousandths of a core, bytes, or devices.
        package let value: UInt64
    }

    /// In thousandths of a core.
    package var cpu: Amount?
    /// In bytes.
    package var memory: Amount?
    /// In bytes.
    package var disk: Amount?
    /// In devices.
    package var gpu: Amount?

    /// What Bacalhau 0.3 gave a job that did not say, and what a small node can give to many at a time.
    static let defaultCPU = Amount(text: "0.1", value: 100)
    static let defaultMemory = Amount(text: "100MiB", value: 100 << 20)

    static func read(_ node: SpecNode?) throws(SpecRefusal) -> Resources {
        guard let node else { return Resources() }
        let object = try node.object(of: ["CPU", "Memory", "Disk", "GPU"])
        return Resources(
            cpu: try amount(object.optional("CPU"), "cores such as \"0.5\" or \"500m\"", ResourceSyntax.cpu, least: 1),
            memory: try amount(object.optional("Memory"), sizes, ResourceSyntax.bytes, least: 1),
            disk: try amount(object.optional("Disk"), sizes, ResourceSyntax.bytes, least: 0),
            gpu: try amount(object.optional("GPU"), "a whole number such as \"1\"", ResourceSyntax.count, least: 0)
        )
    }

    private static let sizes = "a size such as \"512MB\" or \"1GiB\""

    /// The amount, or nil when it is absent or empty, which Bacalhau reads as absent.
    private static func amount(
        _ node: SpecNode?,
        _ expected: String,
        _ parse: (String) -> UInt64?,
        least: UInt64
    ) throws(SpecRefusal) -> Amount? {
        guard let node else { return nil }
        guard let text = node.value.string else { throw node.wrongKind("a string: \(expected)") }
        if text.isEmpty { return nil }
        guard let value = parse(text), value >= least else {
            throw node.refusal(.badValue, "\(SafeText.quoted(text)) has to be \(expected)")
        }
        return Amount(text: text, value: value)
    }
}
