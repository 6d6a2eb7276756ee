/// What network a task may use.
package struct Network: Sendable, Equatable {
    /// What a request may ask for, in Bacalhau's words: the compute node's own network (`Host`, `Full`) and its choice
    /// (`Default`) are refused.
    package enum Mode: String, Sendable, CaseIterable {
        case none = "None"
        /// Only the hosts of `domains`.
        case http = "HTTP"
        /// Docker's bridge, with access to the outside.
        case bridge = "Bridge"
    }

    package var mode: Mode
    /// Host names for `.http`, lower case.
    package var domains: [String]

    package init(mode: Mode = .none, domains: [String] = []) {
        self.mode = mode
        self.domains = domains
    }

    /// An absent network is none: Bacalhau 1.9.3 would give the job one.
    static func read(_ node: SpecNode?) throws(SpecRefusal) -> Network {
        guard let node else { return Network() }
        let object = try node.object(of: ["Type", "Domains", "Ports"])
        let mode = try mode(object.optional("Type"))
        if let ports = object.optional("Ports"), try !ports.elements().isEmpty {
            throw ports.refusal(.networkRefused, "is refused: a request cannot open ports of the compute node")
        }
        return Network(mode: mode, domains: try domains(object, mode: mode))
    }

    private static func mode(_ node: SpecNode?) throws(SpecRefusal) -> Mode {
        guard let node else { return .none }
        let type = try node.string()
        if let mode = Mode.allCases.first(where: { $0.rawValue.lowercased() == type.lowercased() }) { return mode }
        let words =
            switch type.lowercased() {
            case "host", "full": "is refused: it is the compute node's own network"
            case "default": "is refused: it leaves the choice to the compute node"
            default: "is no network type"
            }
        let known = Mode.allCases.map(\.rawValue).joined(separator: ", ")
        throw node.refusal(
            words.hasPrefix("is refused") ? .networkRefused : .badValue,
            "\(SafeText.quoted(type)) \(words) (allowed: \(known))"
        )
    }

    private static func domains(_ object: SpecObject, mode: Mode) throws(SpecRefusal) -> [String] {
        let nodes = try object.optional("Domains")?.elements() ?? []
        guard mode == .http || nodes.isEmpty else {
            throw object.node.refusal(.conflict, "\"Domains\" can only be set for the network type HTTP")
        }
        guard mode != .http || !nodes.isEmpty else {
            throw object.node.refusal(.missingKey, "the network type HTTP needs \"Domains\"")
        }
        var domains: [String] = []
        for node in nodes {
            let domain = try node.string()
            guard isDomain(domain.lowercased()) else {
                throw node.refusal(.badValue, "\(SafeText.quoted(domain)) is no domain")
            }
            domains.append(domain.lowercased())
        }
        return domains
    }

    /// Two labels or more; a leading dot stands for all names below.
    private static func isDomain(_ text: String) -> Bool {
        let name = text.utf8.first == UInt8(ascii: ".") ? text.dropFirst() : Substring(text)
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && name.utf8.count <= 253 && labels.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let dash = UInt8(ascii: "-")
        return (1...63).contains(label.utf8.count) && label.utf8.first != dash && label.utf8.last != dash
            && label.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == dash }
    }
}
