import Formats
package import Settings

/// Where the key that signs is to be had.
package enum AccountSettings: Sendable, Equatable {
    /// A v3 keystore's path, and its password.
    case keystore(path: String, password: SecretSource)
    /// The key's hexadecimal digits.
    case key(SecretSource)

    /// Nil without a key; that is a problem only if one is needed.
    static func read(_ section: Section, isNeeded: Bool) -> AccountSettings? {
        let keystore = section.optionalPath(
            "keystore",
            "A v3 keystore (Web3 Secret Storage), as geth, eth-account and 'key new' write it."
        )
        let password = section.secret("password", "The keystore's password.")
        let key = section.secret(
            "key",
            "For development, in place of a keystore: the key itself, 64 hexadecimal digits."
        )
        // A secret that was refused has been told already.
        if section.has("password") && password == nil || section.has("key") && key == nil { return nil }
        switch (keystore, password, key) {
        case (let keystore?, let password?, nil): return .keystore(path: keystore, password: password)
        case (nil, nil, let key?): return .key(key)
        case (nil, nil, nil): refuseNone(section, isNeeded)
        case (_?, nil, nil):
            section.refuse("keystore", "it needs a password: name its file in passwordFile, or set \(passwordVariable)")
        case (nil, _?, nil): section.refuse("a password needs a keystore: name its file in keystore")
        case (_, _, _?): section.refuse("two keys are named: keep the keystore, or keyFile (\(keyVariable)), not both")
        }
        return nil
    }

    private static let passwordVariable = "LILYPAD_ACCOUNT__PASSWORD"
    private static let keyVariable = "LILYPAD_ACCOUNT__KEY"

    private static func refuseNone(_ section: Section, _ isNeeded: Bool) {
        guard isNeeded else { return }
        section.refuse("no key is named: set keystore and passwordFile, or keyFile, or the variable \(keyVariable)")
    }
}
