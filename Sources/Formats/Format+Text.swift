extension Format<String> {
    /// Any text but an empty one, at most 4,096 bytes, without control characters.
    package static var text: Self { Self("a text", standIn: "text", parse: checkedText) }

    /// A file's path; whoever reads it decides where a relative one starts.
    package static var path: Self { Self("a path", schema: .path, standIn: "path", parse: checkedText) }
}

/// A text that C can take too: no NUL, no line break.
@Sendable func checkedText(_ text: String) throws(Misfit) -> String {
    guard !text.isEmpty else { throw .plain }
    guard text.utf8.count <= 4096 else { throw Misfit("it is longer than 4096 bytes") }
    guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw Misfit("it has a control character") }
    return text
}
