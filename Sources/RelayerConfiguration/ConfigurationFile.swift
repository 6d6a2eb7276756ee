package import JSON
package import Settings

/// The relayer's settings file.
package enum ConfigurationFile {
    /// Where the settings are without `--config`, in the folder in which the program runs.
    package static let defaultPath = "relayer.yaml"

    /// `LILYPAD_CHAIN__ID` sets `chain.id`.
    package static let environmentPrefix = "LILYPAD"

    /// Variables with the prefix that are no settings.
    package static let reservedVariables: Set<String> = ["LILYPAD_CONFIG", "LILYPAD_RELAYER", "LILYPAD_REQUEST_KEY"]

    /// Every key.
    package static var reference: SettingsReference {
        SettingsReference(prefix: environmentPrefix) { RelayerSettings($0, needsAccount: false) }
    }

    /// The settings of the file at `path`, with the environment's variables before it.
    ///
    /// Throws everything that is wrong with them at once, the modules' templates included. Commands that only look need
    /// no account.
    package static func read(
        _ path: String,
        environment: [String: String],
        needsAccount: Bool
    ) throws(Problems) -> RelayerSettings {
        let bytes = try SettingsFile.bytes(of: path)
        return try read(bytes, path: path, environment: environment, needsAccount: needsAccount)
    }

    /// The settings of a file's content; `path` names it in messages, and relative paths start at its folder.
    ///
    /// The templates of modules are read from their files.
    package static func read(
        _ bytes: [UInt8],
        path: String,
        environment: [String: String],
        needsAccount: Bool
    ) throws(Problems) -> RelayerSettings {
        let overrides = EnvironmentOverrides(environment, prefix: environmentPrefix, reserved: reservedVariables)
        return try Settings.read(bytes, file: path, directory: directory(of: path), environment: overrides) {
            RelayerSettings($0, needsAccount: needsAccount)
        }
    }

    /// The settings as they are given, for a report of what went wrong: no secrets, and each value as `masking` has it.
    package static func shown(
        _ path: String,
        environment: [String: String],
        masking: (String) -> String
    ) throws(Problems) -> JSONValue {
        try Settings.echo(
            SettingsFile.bytes(of: path),
            file: path,
            environment: EnvironmentOverrides(environment, prefix: environmentPrefix, reserved: reservedVariables),
            reference: reference,
            masking: masking
        )
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
