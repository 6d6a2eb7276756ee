internal import Ethereum
package import Transport

/// Why a call has no result.
package struct RPCError: Error, Sendable, Equatable {
    /// Where the call failed: in the node, at a server before it, on the way, or in the answer.
    package enum Kind: Sendable, Equatable {
        /// The node's own refusal; the message cut and cleaned, `data` as bytes if it was hex.
        case server(code: Int64, message: String, data: [UInt8]?)
        /// An answer that is no JSON-RPC, with this status.
        case http(status: Int, excerpt: String)
        /// No answer came.
        case transport(HTTPError)
        /// An answer that says nothing, or something else than was asked; why.
        case malformed(String)
    }

    /// The JSON-RPC method, such as `eth_getLogs`.
    package let method: String
    /// The node's URL, masked.
    package let endpoint: String
    package let kind: Kind
    /// What the server asks for by `Retry-After`, or less where nobody else can be asked meanwhile.
    package let retryAfter: Duration?
    /// The HTTP status that a refusal in JSON-RPC came with; nil where nothing is known of it.
    package let status: Int?

    package init(method: String, endpoint: String, kind: Kind, retryAfter: Duration? = nil, status: Int? = nil) {
        self.method = method
        self.endpoint = endpoint
        self.kind = kind
        self.retryAfter = retryAfter
        self.status = status
    }

    /// The same error, and no longer wait than this.
    func waiting(atMost limit: Duration) -> RPCError {
        let wait = retryAfter.map { min($0, limit) }
        return RPCError(method: method, endpoint: endpoint, kind: kind, retryAfter: wait, status: status)
    }

    /// Whether the node may have done what was asked.
    package var outcomeUnknown: Bool {
        switch kind {
        case .server(let code, _, _): code == -32603 || says("timeout") || says("timed out")
        case .http(let status, _): status == 408 || status >= 500 || status < 400
        case .transport(let error): error.outcomeUnknown
        case .malformed: true
        }
    }

    /// Whether the same call may work later: nothing in it is wrong as far as the answer tells.
    package var isTransient: Bool {
        switch kind {
        case .server(let code, _, _):
            [-32603, -32005, -32002, -32016, 429].contains(code) || status == 429 || Self.passing.contains { says($0) }
        case .http(let status, _): status == 408 || status == 429 || status >= 500
        case .transport(.badRequest), .transport(.shutDown), .transport(.cancelled): false
        case .transport, .malformed: true
        }
    }

    /// Whether the node itself is in trouble, whatever it is asked: another question would fare no better, and another
    /// node may.
    package var isOfTheNode: Bool {
        // Neither is a range that is too much.
        if method == "eth_getLogs", case .tooMany = logRangeFailure { return false }
        return switch kind {
        case .server: isTransient || isQuota || isDenied
        // The answer was one contract's.
        case .transport(.tooLarge): false
        case .http, .transport, .malformed: true
        }
    }

    /// What nodes say while they catch up, are busy, or while a block arrives.
    private static let passing = [
        "indexing is in progress", "failed to retrieve log value pointer", "header not found", "not yet available",
        "timeout", "timed out", "rate limit", "too many requests", "try again", "temporarily", "busy", "overloaded",
    ]

    /// What a reverted call or estimate returned; empty for a revert without data, `nil` when it is no revert.
    package var revertData: [UInt8]? {
        guard case .server(let code, _, let data) = kind else { return nil }
        return code == 3 || says("revert") ? data ?? [] : nil
    }

    /// Why a call or an estimate reverted: what its data say, or else the node's own words; `nil` when it is no revert.
    package var revertReason: String? {
        guard let data = revertData, case .server(_, let message, _) = kind else { return nil }
        return RevertReason.decode(data) ?? message
    }

    /// Why the call itself cannot go through, in the node's words, whatever node is asked: it runs out of gas or breaks a
    /// rule of the EVM.
    ///
    /// `nil` for a revert (`revertData` has it) and for what is the node's own trouble.
    package var executionFailure: String? {
        guard revertData == nil, case .server(_, let message, _) = kind else { return nil }
        return Self.executionFailures.contains { says($0) } ? message : nil
    }

    /// In the words of geth, which others took over, and of its kin.
    private static let executionFailures = [
        "gas required exceeds", "out of gas", "outofgas", "invalid opcode", "opcode not found", "invalid jump",
        "stack underflow", "stack limit", "intrinsic gas too low", "floor data gas", "execution aborted",
    ]

    /// The node has no such method.
    var isMissingMethod: Bool {
        guard case .server(let code, _, _) = kind else { return false }
        return code == -32601 || says("method not found") || says("not supported") || says("does not exist")
    }

    /// Whether the node's message holds these words, whatever their case.
    func says(_ words: String) -> Bool {
        guard case .server(_, let message, _) = kind else { return false }
        return message.lowercased().contains(words)
    }
}

extension RPCError: CustomStringConvertible {
    package var description: String { "\(method) at \(endpoint): \(kind)" }
}

extension RPCError.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let code, let message, _): "\(message.isEmpty ? "refused" : message) (code \(code))"
        case .http(let status, let excerpt): "HTTP status \(status)\(excerpt.isEmpty ? "" : ": \(excerpt)")"
        case .transport(let error): "\(error)"
        case .malformed(let text): "unusable answer: \(text)"
        }
    }
}
