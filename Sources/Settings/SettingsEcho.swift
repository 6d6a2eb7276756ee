package import JSON

extension Settings {
    /// The settings as they are given, by the file and the environment before it, for people who look for a mistake.
    ///
    /// Secrets, and keys that the reference does not know, become `***`; each other value goes through `masking`.
    package static func echo(
        _ bytes: [UInt8],
        file: String,
        environment: EnvironmentOverrides,
        reference: SettingsReference,
        masking: (String) -> String
    ) throws(Problems) -> JSONValue {
        var root = try document(bytes, file: file)
        _ = environment.apply(to: &root)
        return shown(root, members: reference.members, masking)
    }

    private static let mask: JSONValue = "***"

    private static func shown(_ node: Node, members: [KeyDescription], _ masking: (String) -> String) -> JSONValue {
        guard case .mapping(let entries) = node.content else { return mask }
        return .object(
            entries.map { entry in
                let member = members.first { $0.key == entry.key }
                return JSONMember(entry.key, member.map { shown(entry.value, as: $0.shape, masking) } ?? mask)
            }
        )
    }

    private static func shown(
        _ node: Node,
        as shape: KeyDescription.Shape,
        _ masking: (String) -> String
    ) -> JSONValue {
        switch (shape, node.content) {
        case (.secret, _): mask
        case (.value, .scalar(let scalar)), (.values, .scalar(let scalar)): .string(masking(scalar.text))
        case (.values(let schema, let words, _), .sequence(let items)):
            .array(items.map { shown($0, as: .value(schema, words), masking) })
        case (.section(let members), .mapping): shown(node, members: members, masking)
        case (.sections(let members, _), .sequence(let items)):
            .array(items.map { shown($0, members: members, masking) })
        case (.section, .scalar(let scalar)) where scalar.isNothing: .null
        case (.sections, .scalar(let scalar)) where scalar.isNothing: .null
        case (.value, _), (.values, _), (.section, _), (.sections, _): mask
        }
    }
}
