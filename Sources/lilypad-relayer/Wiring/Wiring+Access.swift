import BacalhauAPI
import Keys
import RelayerConfiguration
import Settings

/// Who an orchestrator is told that we are.
extension Wiring {
    /// With the secrets as they are now; `key` is the section of the settings that names them.
    func authentication(_ access: AccessSettings, of key: String) throws -> BacalhauEndpoint.Authentication {
        switch access {
        case .none: .none
        case .apiKey(let source): .apiKey(try naming("\(key).apiKeyFile") { try text(of: source) })
        case .basic(let user, let source):
            .basic(user: user, password: try naming("\(key).passwordFile") { try text(of: source) })
        }
    }

    /// Reads a secret's file anew, under the same rules as at the start; nil where no file has it.
    func source(of access: AccessSettings, at key: String) -> CredentialSource? {
        switch access {
        case .apiKey(.file), .basic(_, password: .file): break
        case .none, .apiKey(.environment), .basic(_, password: .environment): return nil
        }
        return CredentialSource(time: time) {
            do {
                return try authentication(access, of: key)
            } catch {
                throw Unreadable(description: Failure(error).text)
            }
        }
    }

    private struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private func text(of source: SecretSource) throws -> String {
        let text = try secret(source).withBytes { bytes in
            String(validating: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        guard let text, BacalhauEndpoint.Authentication.canSend(text) else {
            throw CommandFailure(
                "the secret holds a line break, a control character or bytes that are no text, and cannot be sent: write it"
                    + " alone, on one line",
                .usage
            )
        }
        return text
    }
}
