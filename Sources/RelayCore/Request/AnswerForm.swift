/// In what form a contract takes answers.
package struct AnswerForm: Sendable, Equatable {
    /// What becomes of a result that is longer than the contract takes, or that Bacalhau has cut already.
    package enum Excess: String, Sendable, CaseIterable {
        /// It is cut, and ends in an ellipsis.
        case cut
        /// The request fails, with the reason.
        case fail
        /// The CID of the published result goes in its place, where there is one; else the request fails.
        case cid
    }

    /// Bytes of a result and of a reason at most.
    package var resultLimit: Int
    package var reasonLimit: Int
    package var excess: Excess
    /// Whether white space at both ends of a result is left out.
    package var trims: Bool
    /// Whether the contract takes any bytes, and not only text.
    package var takesBytes: Bool

    package init(
        resultLimit: Int,
        reasonLimit: Int,
        excess: Excess = .cut,
        trims: Bool = false,
        takesBytes: Bool = false
    ) {
        self.resultLimit = resultLimit
        self.reasonLimit = reasonLimit
        self.excess = excess
        self.trims = trims
        self.takesBytes = takesBytes
    }
}

extension Answer {
    /// The answer as a contract of this form takes it.
    ///
    /// Text goes without NUL, which ends it for many a reader; a reason that is too long is cut with an ellipsis at a
    /// character's border.
    package func fitted(to form: AnswerForm) -> Answer {
        switch kind {
        case .failure: cut(to: form.reasonLimit)
        case .result: shaped(form).bounded(form)
        }
    }

    private func shaped(_ form: AnswerForm) -> Answer {
        var answer = self
        if form.takesBytes {
            if let bytes, form.trims { answer.bytes = Array(bytes.trimmed) }
        } else {
            answer.bytes = nil
        }
        if form.trims { answer.text = String(decoding: Array(text.utf8).trimmed, as: UTF8.self) }
        if !form.takesBytes, answer.text.utf8.contains(0) {
            answer.text = String(
                String.UnicodeScalarView(answer.text.unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 })
            )
        }
        return answer
    }

    private func bounded(_ form: AnswerForm) -> Answer {
        let size = content.count
        guard truncated || size > form.resultLimit else { return self }
        switch form.excess {
        case .cut:
            // What Bacalhau cut is marked too: there is no other sign of it in a text.
            return form.takesBytes && bytes != nil ? cut(bytesTo: form.resultLimit) : cut(marked: form.resultLimit)
        case .cid:
            if let cid, cid.utf8.count <= form.resultLimit {
                return Answer(kind: .result, text: cid, source: "published result", cid: cid)
            }
            return tooLong(size, form, "and no CID is published in its place")
        case .fail: return tooLong(size, form, nil)
        }
    }

    private func tooLong(_ size: Int, _ form: AnswerForm, _ more: String?) -> Answer {
        let keeper = source == "run output" ? "Bacalhau keeps" : "are read"
        let what =
            size > form.resultLimit
            ? "the result has \(size) bytes, the contract takes \(form.resultLimit) at most"
            : "the output is longer than the \(size) bytes that \(keeper) of it"
        return .failure(what + (more.map { ", \($0)" } ?? ""), source: "relayer").cut(to: form.reasonLimit)
    }

    private func cut(bytesTo limit: Int) -> Answer {
        var answer = self
        answer.bytes = bytes.map { Array($0.prefix(limit)) }
        answer.text = String(decoding: content.prefix(limit), as: UTF8.self)
        answer.truncated = true
        return answer
    }

    /// Ends in an ellipsis in any case.
    private func cut(marked limit: Int) -> Answer {
        var answer = self
        let mark = "…"
        answer.text = text.utf8.count + mark.utf8.count <= limit ? text + mark : (text + mark).cut(toBytes: limit)
        answer.truncated = true
        return answer
    }

    private func cut(to limit: Int) -> Answer {
        var answer = self
        answer.text = text.cut(toBytes: limit)
        answer.bytes = nil
        return answer
    }
}

extension [UInt8] {
    /// Without ASCII's white space at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        let rest = drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return [] }
        return rest[...last]
    }
}
