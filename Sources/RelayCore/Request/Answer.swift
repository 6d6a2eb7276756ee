/// What goes back to the contract: a result, or the reason why there is none.
///
/// Both are settled the same way.
package struct Answer: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case result
        case failure
    }

    package let kind: Kind
    /// The result or the reason.
    package internal(set) var text: String
    /// The result itself, where it is no valid UTF-8 and `text` is only about it.
    package internal(set) var bytes: [UInt8]?
    /// Where the text comes from, for people: `run output`, `published files`, `published result`, `spec`,
    /// `policy`, `orchestrator`, `relayer`.
    package let source: String
    /// Whether it has been cut, by the compute side or to fit the contract.
    package internal(set) var truncated: Bool
    /// Of the published result, where there is one; not stored.
    package let cid: String?
    /// What more is to be said of it, such as why it is not from where a better one would be: for the history, not stored.
    package let note: String?

    package init(
        kind: Kind,
        text: String,
        bytes: [UInt8]? = nil,
        source: String,
        truncated: Bool = false,
        cid: String? = nil,
        note: String? = nil
    ) {
        self.kind = kind
        self.text = text
        self.bytes = bytes
        self.source = source
        self.truncated = truncated
        self.cid = cid
        self.note = note
    }

    package static func failure(_ reason: String, source: String, note: String? = nil) -> Answer {
        Answer(kind: .failure, text: reason, source: source, note: note)
    }

    /// What the contract is given.
    package var content: [UInt8] { bytes ?? Array(text.utf8) }
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
