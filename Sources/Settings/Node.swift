import Wording

/// A settings file as it was written: nothing is guessed from how a scalar looks.
struct Node: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    struct Entry: Sendable, Equatable {
        let key: String
        let place: Place
        var value: Node
    }

    var content: Content
    var place: Place

    /// What this is, for "expected …, found …".
    var shown: String {
        switch content {
        case .scalar(let scalar): scalar.shown
        case .sequence: "a list"
        case .mapping: "a section"
        }
    }
}

/// A single value's text.
struct Scalar: Sendable, Equatable {
    let text: String
    /// Whether it stood without quotes.
    ///
    /// Only such a scalar may be a number or a flag.
    let isPlain: Bool

    /// YAML's ways to write nothing.
    var isNothing: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

    var shown: String { isNothing ? "nothing" : isPlain ? quoted(text) : "the text \(quoted(text))" }
}
