/// What a node's refusal of `eth_sendRawTransaction` means.
package enum SendFailure: Sendable, Equatable {
    /// It has these very bytes (Filecoin: some transaction of this nonce). As good as accepted.
    case alreadyKnown
    /// A transaction of this nonce is mined, ours or another; `next` if the node says it.
    case nonceTooLow(next: UInt64?)
    /// Earlier nonces are missing, and the node keeps none that wait for them.
    case nonceTooHigh
    /// Another transaction of this nonce waits, and the fees are not raised enough.
    case replacementUnderpriced
    /// The fees are below what the node takes now, or below the base fee.
    case underpriced
    /// The account cannot pay gas limit × fee cap and the value.
    case insufficientFunds
    /// The gas limit is below what the bytes alone cost.
    case intrinsicGasTooLow
    /// The gas limit is above what a whole block may use.
    case exceedsBlockGasLimit
    /// Gas limit × fee is above the node's own cap.
    case feeCapExceeded
    /// The transaction is larger than the node takes.
    case oversized
    /// The node has no room, for this sender or at all.
    case poolFull
    /// No node will take it: signature, chain id, form.
    case invalid
    /// The table does not know it: it may have been accepted.
    case unknown
}

extension SendFailure {
    private struct Row: Sendable {
        let failure: SendFailure
        /// In lower case; any of them.
        let words: [String]

        init(_ failure: SendFailure, _ words: String...) {
            self.failure = failure
            self.words = words
        }
    }

    /// In this order, as some words are parts of others.
    ///
    /// Where a line has more than one spelling, the first is geth's; anvil, Nethermind, Erigon, Besu and Lotus
    /// (Filecoin) follow.
    private static let table: [Row] = [
        Row(.replacementUnderpriced, "replacement transaction underpriced", "replace by fee", "replacementnotallowed"),
        Row(.replacementUnderpriced, "could not replace", "replacement fee too low", "insufficient fee to replace"),
        Row(.unknown, "unknown transaction"),
        Row(.alreadyKnown, "already known", "already imported", "alreadyknown", "known transaction"),
        Row(.alreadyKnown, "already in mpool", "already in the pool", "already in mempool", "already exists in"),
        Row(.nonceTooLow(next: nil), "nonce too low", "nonce is too low", "oldnonce", "nonce below"),
        Row(.nonceTooHigh, "nonce too high", "unfulfilled nonce gap", "nonce gap", "noncegap", "nonce too far"),
        Row(.intrinsicGasTooLow, "intrinsic gas too low", "floor data gas", "gas limit is below intrinsic"),
        Row(.intrinsicGasTooLow, "gaslimit field", "intrinsic gas exceeds gas limit", "intrinsic gas not met"),
        Row(.exceedsBlockGasLimit, "exceeds block gas limit", "intrinsic gas too high", "gas limit too high"),
        Row(.exceedsBlockGasLimit, "gaslimitexceeded", "exceeds the block gas limit", "exceeding block gas limit"),
        Row(.feeCapExceeded, "exceeds the configured cap"),
        Row(.oversized, "oversized data", "max initcode size exceeded", "message too big", "transaction too large"),
        Row(.invalid, "max priority fee per gas higher than max fee", "priority fee greater than max fee"),
        Row(.underpriced, "transaction underpriced", "less than block base fee", "gas fee cap too low", "feetoolow"),
        Row(.underpriced, "fee cap less than", "below the base fee", "gas price too low", "tip below minimum"),
        Row(.underpriced, "underpriced", "gas tip cap", "gas price below", "fee too low"),
        Row(.insufficientFunds, "insufficient funds", "not enough funds", "insufficientfunds", "insufficient balance"),
        Row(.poolFull, "txpool is full", "pool is full", "too many pending messages", "account limit exceeded"),
        Row(.poolFull, "mempool is full", "too many transactions"),
        Row(.invalid, "invalid sender", "invalid chain id", "chain id mismatch", "rlp:", "typed transaction too short"),
        Row(.invalid, "failed to decode", "transaction type not supported", "invalid signature", "sender not an eoa"),
        Row(.invalid, "invalid transaction", "could not decode", "wrong chain id"),
    ]

    /// Looks a message up.
    ///
    /// Codes are no help: geth's is always -32000, and others use the same ones for everything.
    package init(message: String) {
        let message = message.lowercased()
        let row = Self.table.first { row in row.words.contains { message.contains($0) } }
        self = row?.failure ?? .unknown
        if self == .nonceTooLow(next: nil) { self = .nonceTooLow(next: message.number(after: "next nonce ")) }
    }
}

extension RPCError {
    /// What a refusal of `eth_sendRawTransaction` means; `nil` when the node did not refuse but could not be reached or
    /// understood (then see `outcomeUnknown`), or turned the call away unread.
    package var sendFailure: SendFailure? {
        guard case .server(_, let message, _) = kind, !hasQuotaStatus else { return nil }
        return SendFailure(message: message)
    }
}

extension String {
    /// The decimal number right behind these words.
    fileprivate func number(after words: String) -> UInt64? {
        guard let start = firstRange(of: words)?.upperBound else { return nil }
        return UInt64(self[start...].prefix { $0.isASCII && $0.isNumber })
    }
}
