/// A file that Bacalhau itself writes into what a job publishes, beside the job's own files.
package enum ResultFile: String, Sendable, CaseIterable {
    case stdout
    case stderr
    case exitCode

    /// The file that holds a result of this type; nil for the CID, which stands in none.
    package init?(_ type: ResultType) {
        switch type {
        case .cid: return nil
        case .stdout: self = .stdout
        case .stderr: self = .stderr
        case .exitCode: self = .exitCode
        }
    }
}

/// What was read of such a file.
package struct ResultFileContent: Sendable, Equatable {
    package let bytes: [UInt8]
    /// Whether the file has more than was wanted of it.
    package let isCut: Bool

    package init(bytes: [UInt8], isCut: Bool = false) {
        self.bytes = bytes
        self.isCut = isCut
    }
}

/// Why a file that was read is not believed, or of no use.
package struct ResultFileDoubt: Error, Sendable, Equatable {
    package let text: String
}

extension JobAnswer {
    /// The answer as its published file has it, whole where the run output has only its beginning.
    ///
    /// The two come from one run, so a file that contradicts the run output is another one, or an error's page.
    package func corrected(by content: ResultFileContent) throws(ResultFileDoubt) -> JobAnswer {
        switch resultType {
        case .cid: return self
        case .exitCode: return try correctedCode(content)
        case .stdout, .stderr: return try correctedOutput(content)
        }
    }

    private func correctedOutput(_ content: ResultFileContent) throws(ResultFileDoubt) -> JobAnswer {
        let beginning = soundBeginning
        let isSame =
            content.isCut && content.bytes.count < beginning.count
            ? beginning.starts(with: content.bytes) : content.bytes.starts(with: beginning)
        guard isSame else { throw ResultFileDoubt(text: "the file does not begin as the run output does") }
        // A write that is too long for the run output has lost its end in the file of a WASM program too: 1.9.3 keeps
        // 2,049 bytes of the first one.
        return JobAnswer(self, bytes: content.bytes, isTruncated: content.isCut || (isWASM && isTruncated))
    }

    /// What of the run output are the program's own bytes for sure: in the server's JSON each byte that is no UTF-8 has
    /// become U+FFFD.
    private var soundBeginning: ArraySlice<UInt8> {
        let mark = Array("\u{fffd}".utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: mark) }
        return bytes[..<(end ?? bytes.endIndex)]
    }

    private func correctedCode(_ content: ResultFileContent) throws(ResultFileDoubt) -> JobAnswer {
        let text = String(decoding: content.bytes, as: UTF8.self)
        guard !content.isCut, let code = Int64(text), String(code) == text else {
            throw ResultFileDoubt(text: "the file holds \(SafeText.quoted(text)), which is no exit code")
        }
        // As of the run output: a WASM program that returns without `proc_exit`.
        let meant = isWASM && code == -1 ? 0 : code
        guard Array(String(meant).utf8) == bytes else {
            let known = SafeText.quoted(String(decoding: bytes, as: UTF8.self))
            throw ResultFileDoubt(text: "the file says \(code) where the run output says \(known)")
        }
        return self
    }

    private init(_ answer: JobAnswer, bytes: [UInt8], isTruncated: Bool) {
        self.init(
            bytes: bytes,
            isTruncated: isTruncated,
            resultType: answer.resultType,
            executionID: answer.executionID,
            cid: answer.cid,
            isWASM: answer.isWASM,
            agreement: answer.agreement
        )
    }
}
