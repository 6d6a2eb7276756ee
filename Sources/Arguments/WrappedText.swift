/// Text in lines of a bounded width.
enum WrappedText {
    /// Columns of the help's lines.
    static let width = 88

    /// Words in lines of at most `width` columns, at least one line; a longer word has a line of its own.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    /// Paragraphs, parted by blank lines.
    static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { paragraphs.append([]) } else { paragraphs[paragraphs.count - 1].append(line) }
        }
        return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
    }

    /// Rows of two columns, the second one wrapped beside the first.
    static func columns(_ rows: [(String, String)]) -> [String] {
        let widest = 30
        let left = min(rows.map(\.0.count).max() ?? 0, widest)
        return rows.flatMap { row in
            let lines = lines(row.1, width: width - left - 4)
            let indent = String(repeating: " ", count: left + 4)
            guard row.0.count <= left, let first = lines.first else {
                return ["  " + row.0] + lines.map { indent + $0 }
            }
            let padding = String(repeating: " ", count: left - row.0.count + 2)
            return ["  " + row.0 + padding + first] + lines.dropFirst().map { indent + $0 }
        }
    }
}
