package import BacalhauAPI

extension BacalhauEndpoint.Authentication {
    /// The settings, below those of the orchestrator, in which an operator corrects who we say we are.
    package var settings: [String] {
        switch self {
        case .none: ["apiKeyFile", "passwordFile"]
        case .apiKey: ["apiKeyFile"]
        case .basic: ["user", "passwordFile"]
        }
    }

    /// The same with their whole path, for a sentence.
    package func settings(of section: String) -> String {
        settings.map { "\(section).\($0)" }.joined(separator: " or ")
    }
}
