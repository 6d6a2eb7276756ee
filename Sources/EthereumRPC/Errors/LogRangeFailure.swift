import Transport

/// What a node's refusal of `eth_getLogs` means.
package enum LogRangeFailure: Sendable, Equatable {
    /// Too many blocks or logs for one call; how many blocks are fine, if the node says it.
    case tooMany(blocks: UInt64?)
    /// The range ends beyond what the node has.
    case beyondHead
    /// The node does not know the block of this hash.
    case unknownBlock
    /// The node does not go back so far.
    case tooOld
    /// Nothing that another range would cure.
    case other
}

extension LogRangeFailure {
    private enum Meaning {
        /// Too many calls, whatever their range.
        case quota
        case tooMany
        case beyondHead
        case unknownBlock
    }

    private struct Row: Sendable {
        let meaning: Meaning
        /// In lower case; any of them.
        let words: [String]

        init(_ meaning: Meaning, _ words: String...) {
            self.meaning = meaning
            self.words = words
        }
    }

    /// In this order: "block range extends beyond" is no range that is too large.
    ///
    /// Every vendor has a wording of its own.
    private static let table: [Row] = [
        Row(.quota, "rate limit", "too many requests", "request limit", "quota", "per second", "compute units"),
        Row(.beyondHead, "beyond current head", "blockoutofrange", "not yet available", "beyond the head"),
        Row(.beyondHead, "after last accepted block", "greater than latest block", "requested block is in the future"),
        Row(.unknownBlock, "unknown block", "header not found", "block not found", "header for hash not found"),
        Row(
            .tooMany,
            "query returned more than",
            "more than",
            "too many",
            "block range",
            "blocks range",
            "range is too"
        ),
        Row(.tooMany, "range too", "range limit", "range exceeds", "exceeds the range", "exceed maximum", "limited to"),
        Row(.tooMany, "max results", "maximum number", "response size", "response is too", "too large", "too big"),
        Row(.tooMany, "limit exceeded", "limit is", "limit of", "query timeout", "execution timeout", "up to a"),
        Row(.tooMany, "block diff", "max range", "maximum range", "greater than limit"),
    ]

    /// Looks a refusal up.
    ///
    /// The code -32005 ("limit exceeded", EIP-1474), or a refusal without words, is taken as too many.
    package init(code: Int64, message: String) {
        let message = message.lowercased()
        let isRefusedParameter = message.contains("invalid block range")
        let row = Self.table.first { row in row.words.contains { message.contains($0) } }
        switch row?.meaning {
        case _ where isRefusedParameter: self = .other
        case .quota: self = .other
        case .beyondHead: self = .beyondHead
        case .unknownBlock: self = .unknownBlock
        case .tooMany: self = .tooMany(blocks: Self.hint(in: message))
        case nil: self = code == -32005 || message.isEmpty ? .tooMany(blocks: nil) : .other
        }
    }

    /// The number of blocks that the node names: a range that should work, or a limit.
    private static func hint(in message: String) -> UInt64? {
        if let range = message.wordRange(after: "should work: ") { return range }
        let words = ["up to a ", "limited to ", "limited to a ", "maximum block range: ", "max range: ", "at most "]
        let number = words.lazy.compactMap { message.number(after: $0) }.first
        // A number of logs is none of blocks.
        return message.contains("block") ? number.flatMap { $0 > 0 ? $0 : nil } : nil
    }
}

extension String {
    /// The blocks of a range as `[0x1, 0x3e8]` behind these words.
    fileprivate func wordRange(after words: String) -> UInt64? {
        guard let start = firstRange(of: words)?.upperBound else { return nil }
        let numbers = self[start...].prefix(64).split { !$0.isHexDigit && $0 != "x" }.prefix(2)
            .compactMap { UInt64($0.dropFirst($0.hasPrefix("0x") ? 2 : 0), radix: 16) }
        guard numbers.count == 2, numbers[1] >= numbers[0], numbers[1] - numbers[0] < UInt64.max else { return nil }
        return numbers[1] - numbers[0] + 1
    }

    /// The decimal number right behind these words; commas may part its thousands.
    func number(after words: String) -> UInt64? {
        guard let start = firstRange(of: words)?.upperBound else { return nil }
        return UInt64(self[start...].prefix { $0.isASCII && $0.isNumber || $0 == "," }.filter { $0 != "," })
    }
}

extension RPCError {
    /// What a failure of `eth_getLogs` means for the range that was asked for.
    package var logRangeFailure: LogRangeFailure {
        switch kind {
        case .server(let code, let message, _): LogRangeFailure(code: code, message: message)
        case .http(413, _), .transport(.tooLarge): .tooMany(blocks: nil)
        case .http, .transport, .malformed: .other
        }
    }
}
