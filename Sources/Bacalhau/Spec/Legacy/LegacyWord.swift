internal import JSON

/// A choice of the old format: one of a few words, in any case.
protocol LegacyWord: RawRepresentable, CaseIterable, Equatable where RawValue == String {
    /// What the words are, for messages.
    static var noun: String { get }
    /// Whether blanks around the word are passed over.
    static var trims: Bool { get }
    /// Why it is a known word that is not run; nil where it is.
    var refusal: (code: SpecRefusal.Code, reason: String)? { get }
}

extension LegacyWord {
    static var trims: Bool { true }
    /// The words that are run, for messages.
    static var allowed: String { allCases.filter { $0.refusal == nil }.map(\.rawValue).joined(separator: ", ") }
}

extension SpecNode {
    func word<Word: LegacyWord>(_: Word.Type = Word.self) throws(SpecRefusal) -> Word {
        guard let text = value.string else { throw wrongKind("a string: \(Word.noun) (\(Word.allowed))") }
        let folded = LegacyName.folded(Word.trims ? trimmed(text) : text)
        let word = Word.allCases.first { LegacyName.folded($0.rawValue).utf8.elementsEqual(folded.utf8) }
        guard let word else {
            throw refusal(.badValue, "\(SafeText.quoted(text)) is no \(Word.noun) (allowed: \(Word.allowed))")
        }
        if let (code, reason) = word.refusal {
            throw refusal(code, "\"\(word.rawValue)\" is refused: \(reason) (allowed: \(Word.allowed))")
        }
        return word
    }

    /// A text without ASCII's blanks around it.
    private func trimmed(_ text: String) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
        let end = text.utf8.lastIndex { !isBlank($0) }.map { text.utf8.index(after: $0) } ?? text.utf8.startIndex
        return String(decoding: text.utf8[..<end].drop(while: isBlank), as: UTF8.self)
    }
}

enum LegacyEngineWord: String, LegacyWord {
    case docker = "Docker"
    case wasm = "Wasm"
    case noop = "Noop"
    case language = "Language"
    case pythonWasm = "PythonWasm"

    static let noun = "engine"
    static let trims = false

    var refusal: (code: SpecRefusal.Code, reason: String)? {
        switch self {
        case .docker, .wasm: nil
        case .noop: (.badValue, "it runs nothing")
        case .language, .pythonWasm: (.badValue, "Bacalhau has it no longer, and nothing that does the same")
        }
    }
}

enum LegacyVerifierWord: String, LegacyWord {
    case noop = "Noop"
    case deterministic = "Deterministic"

    static let noun = "verifier"

    var refusal: (code: SpecRefusal.Code, reason: String)? {
        self == .noop ? nil : (.badValue, "Bacalhau no longer compares results, so that nothing would be verified")
    }
}

enum LegacyPublisherWord: String, LegacyWord {
    case ipfs = "Ipfs"
    case estuary = "Estuary"
    case filecoin = "Filecoin"
    case s3 = "S3"
    case noop = "Noop"

    static let noun = "publisher"
    var refusal: (code: SpecRefusal.Code, reason: String)? { nil }
}

enum LegacyNetworkWord: String, LegacyWord {
    case none = "None"
    case http = "HTTP"
    case full = "Full"

    static let noun = "network type"

    var refusal: (code: SpecRefusal.Code, reason: String)? {
        self == .full ? (.networkRefused, "it is the compute node's own network") : nil
    }
}

enum LegacyStorageWord: String, LegacyWord {
    case ipfs = "IPFS"
    case urlDownload = "URLDownload"
    case inline = "Inline"
    case s3 = "S3"
    case localDirectory = "LocalDirectory"
    case repoClone = "RepoClone"
    case repoCloneLFS = "RepoCloneLFS"
    case filecoin = "Filecoin"
    case filecoinUnsealed = "FilecoinUnsealed"
    case estuary = "Estuary"

    static let noun = "storage source"

    var refusal: (code: SpecRefusal.Code, reason: String)? {
        switch self {
        case .ipfs, .urlDownload, .inline, .s3: nil
        case .localDirectory: (.inputRefused, "it reads files of the compute node")
        case .repoClone, .repoCloneLFS: (.inputRefused, "Bacalhau no longer clones repositories; give a URL or a CID")
        case .filecoin, .filecoinUnsealed, .estuary: (.inputRefused, "Bacalhau reads it no longer; give a CID to IPFS")
        }
    }
}
