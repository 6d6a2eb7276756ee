/// Text in lines that a terminal of 100 columns shows whole.
enum ColumnText {
    static let width = 100

    /// `label` and the text beside it, as often as it takes: `state      settled`.
    static func labelled(_ label: String, _ text: String) -> [String] {
        let indent = 11
        let lines = wrapped(text, width: width - indent)
        let head = label + String(repeating: " ", count: max(1, indent - label.count))
        return lines.enumerated().map { index, line in
            (index == 0 ? head : String(repeating: " ", count: indent)) + line
        }
    }

    /// The text below something else.
    static func indented(_ text: String, by indent: Int) -> [String] {
        wrapped(text, width: width - indent).map { String(repeating: " ", count: indent) + $0 }
    }

    /// Words in lines of at most `width` characters, at least one line; a longer word is cut into pieces.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = word
            if !line.isEmpty, line.count + 1 + rest.count > width {
                lines.append(line)
                line = ""
            }
            while rest.count > width {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            line += (line.isEmpty ? "" : " ") + rest
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }
}
