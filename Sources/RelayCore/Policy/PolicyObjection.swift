internal import Bacalhau

/// A rule of the policy that a spec breaks.
package struct PolicyObjection: Equatable, Sendable {
    /// One for each rule; programs may rely on the raw values.
    package enum Code: String, CaseIterable, Sendable {
        case engine = "policy-engine"
        case image = "policy-image"
        case module = "policy-module"
        case input = "policy-input"
        /// A URL that programs might read in different ways.
        case url = "policy-url"
        /// A URL without TLS.
        case http = "policy-http"
        /// A host that is not of the public internet.
        case privateHost = "policy-private-host"
        case inputHost = "policy-input-host"
        case port = "policy-port"
        case bucket = "policy-bucket"
        /// A region that might become part of a host.
        case region = "policy-region"
        case publisher = "policy-publisher"
        case publishBucket = "policy-publish-bucket"
        /// A place in a bucket at which another job may have written.
        case publishKey = "policy-publish-key"
        case network = "policy-network"
        case domain = "policy-domain"
        case environment = "policy-environment"
        case cpu = "policy-cpu"
        case memory = "policy-memory"
        case disk = "policy-disk"
        case gpu = "policy-gpu"
        case time = "policy-time"
        case count = "policy-count"
        case bodySize = "policy-body-size"
        case requester = "policy-requester"
        case sender = "policy-sender"
    }

    package let code: Code
    /// For the chain: the first thing that was asked and is not allowed, in at most 200 bytes.
    package let text: String
    /// For people who look after the relayer: everything that was asked, the key of the rule, and what it allows.
    package let detail: String

    /// Takes what was asked, at least one clause such as `the engine "docker" is not allowed`, and what is allowed.
    init?(_ code: Code, _ asked: [String], allowed: String) {
        guard let first = asked.first else { return nil }
        let more = asked.count - 1
        self.code = code
        text = SafeText.line(first, limit: 180) + (more == 0 ? "" : " (and \(more) more)")
        let shown = asked.prefix(Self.shown).map { SafeText.line($0, limit: 300) }.joined(separator: "; ")
        let rest = asked.count > Self.shown ? "; and \(asked.count - Self.shown) more" : ""
        detail = "\(code.rawValue): \(shown)\(rest). \(SafeText.line(allowed, limit: 400))"
    }

    /// Of what was asked: a spec can ask for the same thing in a thousand forms.
    private static let shown = 3
}

/// What a rule allows, as its setting has it: `policy.engines: wasm`.
func allowance(_ key: String, _ values: [String], none: String = "none") -> String {
    let shown = values.prefix(8).joined(separator: ", ")
    let rest = values.count > 8 ? " and \(values.count - 8) more" : ""
    return "policy.\(key) allows \(values.isEmpty ? none : shown + rest)"
}

extension JobRefusal {
    /// Bytes of an event's detail.
    private static let historyLimit = 4_096

    /// The answer to a request that the policy refuses.
    package init(_ objections: [PolicyObjection]) {
        let clauses = objections.map { "\($0.code.rawValue): \($0.text)" }
        self.init(
            code: objections.map(\.code.rawValue).joined(separator: ","),
            text: SafeText.line("refused by the operator's policy: " + clauses.joined(separator: "; ")),
            detail: Self.detail(objections),
            objections: objections
        )
    }

    /// A line for each rule; where that is more than the history keeps, each has the same share of it.
    private static func detail(_ objections: [PolicyObjection]) -> String {
        let whole = objections.map(\.detail).joined(separator: "\n")
        guard whole.utf8.count > historyLimit, !objections.isEmpty else { return whole }
        let share = historyLimit / objections.count - 1
        return objections.map { SafeText.line($0.detail, limit: share) }.joined(separator: "\n")
    }
}
