import Formats
package import Settings

/// How an orchestrator is told who we are; the secrets themselves never enter the settings.
package enum AccessSettings: Sendable, Equatable {
    /// Not at all.
    case none
    case apiKey(SecretSource)
    /// RFC 7617.
    case basic(user: String, password: SecretSource)

    /// Reads the keys of the section that has the orchestrator's `api`.
    static func read(_ section: Section) -> AccessSettings {
        let key = section.secret(
            "apiKey",
            "The API key, where the orchestrator asks for one. It may be replaced in its file while the relayer runs, which "
                + "reads it anew once the orchestrator refuses the old one."
        )
        let user = section.optional(
            "user",
            .userName,
            "The user's name, where the orchestrator asks for a name and a password in place of an API key."
        )
        let password = section.secret("password", "That user's password, which may be replaced as an API key may.")
        // A secret that was refused has been told already.
        if section.has("password") && password == nil || section.has("apiKey") && key == nil { return .none }
        switch (key, user, password) {
        case (nil, nil, nil): return .none
        case (let key?, nil, nil): return .apiKey(key)
        case (nil, let user?, let password?): return .basic(user: user, password: password)
        case (nil, _?, nil):
            section.refuse(
                "user",
                "it needs a password: name its file in passwordFile, or set \(section.variable(for: "password"))"
            )
        case (nil, nil, _?): section.refuse("a password needs a user: name it in user")
        case (_?, _, _):
            section.refuse(
                "two ways to say who we are: keep apiKeyFile (\(section.variable(for: "apiKey"))), or user and "
                    + "passwordFile (\(section.variable(for: "password"))), not both"
            )
        }
        return .none
    }
}

extension Format<String> {
    /// The name of RFC 7617, at whose first colon the password begins.
    fileprivate static var userName: Self {
        Self(
            "a user's name without a colon, such as relayer",
            schema: .text(pattern: "^[^:]+$"),
            standIn: "relayer"
        ) { (text) throws(Misfit) in
            let name = try Format<String>.text.parse(text)
            guard !name.utf8.contains(UInt8(ascii: ":")) else {
                throw Misfit("the password would begin at its colon")
            }
            return name
        }
    }
}
