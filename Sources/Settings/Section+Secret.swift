/// Where a secret is to be had; the secret itself never enters the settings.
package enum SecretSource: Sendable, Equatable {
    /// The path of a file that holds it.
    case file(String)
    /// The name of the environment variable that holds it.
    case environment(variable: String)
}

extension Section {
    /// A secret: the key and `File` names a file that holds it, or the key's environment variable holds it.
    ///
    /// Written in the settings file itself it is refused, and its text is never shown.
    package func secret(_ key: String, _ help: String) -> SecretSource? {
        let fileKey = key + "File"
        let variable = variable(for: key)
        describe(key, .secret(variable: variable), .optional, help)
        let file = optionalPath(
            fileKey,
            "\(help) Here its file, which nobody else may read (chmod 600); or set \(variable)."
        )
        guard let node = node(key) else { return file.map { .file($0) } }
        guard case .environment = node.place else {
            refuse(
                key,
                "a secret does not belong here: put it into a file and name that in \(fileKey), or set \(variable)"
            )
            return nil
        }
        if case .scalar(let scalar) = node.content, scalar.text.isEmpty { refuse(key, "it is empty") }
        if file != nil { refuse(key, "it is given twice: unset \(variable), or remove \(path(to: fileKey))") }
        return .environment(variable: variable)
    }

    /// The environment variable that sets the key.
    package func variable(for key: String) -> String {
        EnvironmentOverrides.variable(prefix: reading.prefix, path: path(to: key))
    }
}
