extension RPCError {
    /// Whether the node does not serve blocks so old, as Filecoin's gateways do not.
    var saysItIsNotKept: Bool { logRangeFailure == .tooOld }

    /// Whether this refusal only says that the node has no such block.
    func isAbsence(of block: BlockReference) -> Bool {
        guard case .server(let code, _, _) = kind, code != Self.noMethod, !isQuota else { return false }
        switch block {
        case .number: return code == Self.nullRound || Self.noTipset.contains { says($0) }
        case .safe, .finalized: return Self.badArguments.contains(code) || Self.noTag.contains { says($0) }
        case .latest, .pending, .hash: return false
        }
    }

    /// Lotus, `api/api_errors.go`: the epoch has no block.
    private static let nullRound: Int64 = 12

    /// Method not found (JSON-RPC 2.0 §5.1).
    private static let noMethod: Int64 = -32601

    /// Invalid parameters (JSON-RPC 2.0 §5.1); unknown block (Nethermind, Besu).
    private static let badArguments: [Int64] = [-32602, -39001]

    private static let noTipset = ["null round", "future epoch"]

    /// What nodes say of a tag that they do not know, or that names no block yet.
    private static let noTag = [
        "block not found", "not a hex", "not hex", "without 0x prefix", "invalid block number", "invalid block tag",
        "unknown block", "unsupported block", "not supported", "unsupported tag", "unknown tag", "not available",
        "invalid argument", "cannot parse",
    ]
}
