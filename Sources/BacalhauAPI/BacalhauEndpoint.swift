internal import Transport

/// Where an orchestrator listens and how it is told who we are.
///
/// This module speaks Bacalhau's REST interface over `HTTPTransport`. It sends one request a call, turns answers into the
/// values of the module `Bacalhau`, and decides nothing: when and how often to ask is its callers' matter.
package struct BacalhauEndpoint: Sendable, Equatable {
    /// How a request says who sends it.
    package enum Authentication: Sendable, Equatable {
        /// Not at all, for an orchestrator without users.
        case none
        /// `Authorization: Bearer …` (`API.Auth.Users[].APIKey`).
        case apiKey(String)
        /// `Authorization: Basic …` (`API.Auth.Users[].Username` and `Password`, RFC 7617).
        case basic(user: String, password: String)
    }

    /// `http://HOST:1234`, with or without the path `/api/v1` and slashes at its end.
    package let url: String
    /// Where the jobs' names live.
    package let namespace: String
    package internal(set) var authentication: Authentication
    /// What authenticated before: no longer sent, and no less a secret.
    var former: [Authentication] = []

    package init(url: String, namespace: String = "lilypad", authentication: Authentication = .none) {
        self.url = url
        self.namespace = namespace
        self.authentication = authentication
    }

    /// The address of a path below `/api/v1`, with query items percent-encoded.
    func address(_ path: String, query: [(name: String, value: String)] = []) -> String {
        var base = Substring(url)
        while base.hasSuffix("/") { base.removeLast() }
        if !base.hasSuffix("/api/v1") { base += "/api/v1" }
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return base + path + (items.isEmpty ? "" : "?" + items.joined(separator: "&"))
    }

    /// Takes this endpoint's secrets out of other people's words.
    var mask: SecretMask { SecretMask(url: url, headers: ([authentication] + former).compactMap(\.header)) }

    /// The header that authenticates, or none.
    var authorization: HTTPRequest.Header? { authentication.header }
}

extension BacalhauEndpoint.Authentication {
    /// The case of its scheme matters to Bacalhau.
    fileprivate var header: HTTPRequest.Header? {
        switch self {
        case .none: nil
        case .apiKey(let key): HTTPRequest.Header("Authorization", "Bearer \(key)")
        case .basic(let user, let password):
            HTTPRequest.Header("Authorization", "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))")
        }
    }
}
