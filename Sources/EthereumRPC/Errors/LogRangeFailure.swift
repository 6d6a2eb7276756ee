import Transport

/// What a node's refusal of `eth_getLogs` means.
package enum LogRangeFailure: Sendable, Equatable {
    /// Too many blocks or logs for one call; how many blocks are fine, if the node says it.
    ///
    /// Only a hint: some nodes propose the very range that they have refused.
    case tooMany(blocks: UInt64?)
    /// The range ends beyond what the node has.
    case beyondHead
    /// The range begins before what the node has, or serves.
    case tooOld
    /// The node does not know the block of this hash.
    case unknownBlock
    /// Nothing that another range would cure; `RPCError.isQuota` tells whether it was asked too often.
    case other
}

extension LogRangeFailure {
    /// Looks a refusal up in the catalogue.
    ///
    /// The code -32005 ("limit exceeded", EIP-1474), or a refusal without words, is taken as too many; 4444 ("pruned
    /// history unavailable") as too old.
    package init(code: Int64, message: String) {
        let message = Array(message.lowercased().utf8)
        for row in RefusalCatalogue.rows {
            guard let match = row.pattern.match(message) else { continue }
            self.init(row.meaning, match)
            return
        }
        switch code {
        case 4444: self = .tooOld
        case -32005: self = .tooMany(blocks: nil)
        default: self = message.isEmpty ? .tooMany(blocks: nil) : .other
        }
    }

    private init(_ meaning: RefusalCatalogue.Meaning, _ match: RefusalPattern.Match) {
        switch meaning {
        case .quota, .badRequest: self = .other
        case .tooOld: self = .tooOld
        case .beyondHead: self = .beyondHead
        case .unknownBlock: self = .unknownBlock
        case .tooMany: self = .tooMany(blocks: match.blocks)
        }
    }
}

extension RPCError {
    /// What a failure of `eth_getLogs` means for the range that was asked for.
    package var logRangeFailure: LogRangeFailure {
        // "Limit exceeded" beside such a status speaks of calls, and a smaller range would make more of them.
        guard !hasQuotaStatus else { return .other }
        return switch kind {
        case .server(let code, let message, _): LogRangeFailure(code: code, message: message)
        case .http(413, _), .transport(.tooLarge): .tooMany(blocks: nil)
        case .http, .transport, .malformed: .other
        }
    }
}
