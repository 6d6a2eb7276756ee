internal import JSON
internal import RelayCore
package import RelayStore

/// An operator's word that the chain as it was shown counts: for one halt, and no deeper than was shown.
package struct ChainAcceptance: Equatable, Sendable {
    /// Down to where the chain may be another one.
    package enum Depth: Equatable, Sendable {
        case any
        /// This block stays.
        case above(UInt64)
    }

    private let haltedAt: Int64
    private let depth: Depth

    package init(of halt: ChainHalt, _ depth: Depth = .any) {
        haltedAt = halt.at.milliseconds
        self.depth = depth
    }

    package func isOf(_ halt: ChainHalt) -> Bool { halt.at.milliseconds == haltedAt }

    /// Why the chain that the nodes have now, by the newest block that they share with what was read, is not the one that
    /// was accepted.
    func refusal(of common: ChainLink?) -> String? {
        guard case .above(let accepted) = depth else { return nil }
        if let common, common.number >= accepted { return nil }
        let now = common.map { "are the same up to block \($0.number) only" } ?? "have nothing of what was read"
        return "the chain was accepted with block \(accepted) as it was read, and now the nodes \(now): look once more"
    }

    /// What there is to say where the nodes are on the old branch once more.
    package static let asRead =
        "the nodes have the chain again as it was read: nothing of it would be taken back, and 'chain accept' ends the halt"
}

extension ChainAcceptance {
    /// As an instruction's.
    package var arguments: String {
        var writer = JSONWriter()
        writer.object { object in
            object.member("haltedAt", haltedAt)
            if case .above(let block) = depth { object.member("above", block) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package init?(arguments: String) {
        guard let tree = try? JSONValue.parse(Array(arguments.utf8)), let at = tree["haltedAt"]?.int64 else {
            return nil
        }
        haltedAt = at
        depth = tree["above"]?.int64.flatMap(UInt64.init(exactly:)).map { .above($0) } ?? .any
    }
}
