/// What goes back to the contract: a result, or the reason why there is none.
///
/// Both are settled the same way.
package struct Answer: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case result
        case failure
    }

    package let kind: Kind
    package let text: String
    /// Where the text comes from, for people: `run output`, `published result`, `spec`, `orchestrator`, `relayer`.
    package let source: String
    /// Whether the compute side had cut the text before we got it.
    package let truncated: Bool

    package init(kind: Kind, text: String, source: String, truncated: Bool = false) {
        self.kind = kind
        self.text = text
        self.source = source
        self.truncated = truncated
    }

    package static func failure(_ reason: String, source: String) -> Answer {
        Answer(kind: .failure, text: reason, source: source)
    }

    /// The answer in the form that the contract's bounds admit: a result that is too long becomes a failure with the
    /// reason, a reason that is too long is cut with an ellipsis at a character's border.
    package func fitted(resultLimit: Int, reasonLimit: Int) -> Answer {
        switch kind {
        case .result:
            let size = text.utf8.count
            guard size > resultLimit else { return self }
            return .failure(
                "the result has \(size) bytes, the contract takes \(resultLimit) at most",
                source: "relayer"
            ).fitted(resultLimit: resultLimit, reasonLimit: reasonLimit)
        case .failure:
            return Answer(kind: kind, text: text.cut(toBytes: reasonLimit), source: source, truncated: truncated)
        }
    }
}

extension String {
    /// At most `limit` bytes of UTF-8, cut at a character's border, the cut marked by an ellipsis.
    package func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let mark = limit >= 3 ? "…" : ""
        var room = limit - mark.utf8.count
        var kept = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let size = UTF8.width(scalar)
            guard size <= room else { break }
            kept.append(scalar)
            room -= size
        }
        return String(kept) + mark
    }
}
