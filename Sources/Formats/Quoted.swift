/// How a foreign text is put into a message to a person: what the settings and the command line share.
///
/// The text in double quotes: one line, no control characters, at most 80 characters and then an ellipsis.
package func quoted(_ text: String) -> String {
    let limit = 80
    let shown = text.unicodeScalars.prefix(limit).map { isPrintable($0) ? String($0) : "?" }
    let isCut = text.unicodeScalars.dropFirst(limit).first != nil
    return "\"" + shown.joined() + (isCut ? "…" : "") + "\""
}

/// Control and format characters move a terminal's cursor or turn its direction of writing.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
    default: true
    }
}
