import Formats

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
    func shown(_ text: (String) -> String = quoted) -> String {
        switch content {
        case .scalar(let scalar) where scalar.isNothing: "nothing"
        case .scalar(let scalar): (scalar.isPlain ? "" : "the text ") + text(scalar.text)
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
}
