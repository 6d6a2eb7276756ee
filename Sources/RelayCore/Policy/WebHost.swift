/// The host of a URL, read so that no program can take it for another one.
///
/// What one parser reads as a name and another as an address, or as two different hosts, is not read at all.
package enum WebHost: Hashable, Sendable {
    /// Labels of letters, digits and dashes, in small letters.
    case name(String)
    case address(IPAddress)

    /// Reads a name, an address of IPv4 in its four decimal numbers, or one of IPv6 in brackets.
    package init(_ text: String) throws(PolicyMistake) { try self.init(text[...]) }

    init(_ text: Substring) throws(PolicyMistake) {
        guard !text.isEmpty else { throw PolicyMistake("it has no host") }
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw PolicyMistake("its host has letters beyond ASCII; such a name is written as xn--…")
        }
        if text.utf8.first == UInt8(ascii: "[") {
            guard text.utf8.last == UInt8(ascii: "]"), let address = IPAddress.read6(text.dropFirst().dropLast()) else {
                throw PolicyMistake("its host is no plain address of IPv6")
            }
            self = .address(address)
            return
        }
        let name = text.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // No name of the internet ends so; C libraries take digits, and 0x with what follows, for an address's end.
        if let last = labels.last?.utf8.first, 0x30...0x39 ~= last {
            guard let address = IPAddress.read4(name[...]) else {
                throw PolicyMistake("its host ends like an address of IPv4, and is not written as four decimal numbers")
            }
            self = .address(address)
            return
        }
        guard name.utf8.count <= 253, labels.allSatisfy(Self.isLabel) else {
            throw PolicyMistake("its host is no name of labels with letters, digits and dashes")
        }
        self = .name(name)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let dash = UInt8(ascii: "-")
        return (1...63).contains(label.utf8.count) && label.utf8.first != dash && label.utf8.last != dash
            && label.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == dash }
    }

    /// Why a stranger's job may not go there whatever is allowed; nil for a host of the public internet.
    package var privateReason: String? {
        switch self {
        case .address(let address): address.specialPurpose.map { "the address is \($0)" }
        case .name(let name):
            if let ending = Self.privateEnding(of: name) {
                "names that end in .\(ending) belong to the compute node's own network"
            } else if !name.utf8.contains(UInt8(ascii: ".")) {
                "a name without a dot belongs to the compute node's own network"
            } else {
                nil
            }
        }
    }

    /// The last label where no registry gives out names below it: a resolver that looks in its own domains first finds
    /// names of its own there, as Kubernetes does those of services (`db.svc`, `kubernetes.default`).
    static func privateEnding(of name: String) -> String? {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return privateEndings.contains(last) ? last : nil
    }

    private static let privateEndings: Set<String> = [
        "localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "test",
        "invalid", "onion", "alt", "svc", "default", "kube-system",
    ]
}

extension WebHost: CustomStringConvertible {
    package var description: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.description
        }
    }
}
