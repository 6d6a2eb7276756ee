/// A place in a text as people count: lines and columns from 1, columns in bytes.
package struct JSONPlace: Equatable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    /// The place of the byte at `offset`; an offset beyond the text is the place behind its last byte.
    package init(offset: Int, in text: [UInt8]) {
        let before = text.prefix(max(0, offset))
        line = 1 + before.count { $0 == 0x0a }
        column = 1 + before.count - (before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0)
    }

    package var description: String { "\(line):\(column)" }
}

/// The way from a text's root to one of its values, such as `InputSources[0].Source.Type`.
package struct JSONPath: Equatable, Sendable, CustomStringConvertible {
    /// A member of an object by its name, or an element of an array, counted from 0.
    package enum Step: Equatable, Sendable {
        case key(String)
        case index(Int)
    }

    /// From the root down; none for the root itself.
    package var steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    /// The path of a member of the object at `path`.
    package static func + (path: JSONPath, key: String) -> JSONPath { JSONPath(path.steps + [.key(key)]) }
    /// The path of an element, counted from 0, of the array at `path`.
    package static func + (path: JSONPath, index: Int) -> JSONPath { JSONPath(path.steps + [.index(index)]) }

    /// Keys joined by dots, indices in brackets; empty for the root.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// Where the value begins in `text`, or nil when there is none of this path.
    package func offset(in text: [UInt8]) -> Int? {
        var reader = JSONReader(text.span)
        do {
            for step in steps where try !reader.descend(step) { return nil }
            _ = try reader.peek()
            return reader.offset
        } catch { return nil }
    }
}

extension JSONReader {
    /// Goes before the member or element of `step`; false when the value at hand has none.
    fileprivate mutating func descend(_ step: JSONPath.Step) throws(JSONError) -> Bool {
        switch step {
        case .key(let key):
            try enterObject()
            while let name = try nextName() {
                if name.utf8.elementsEqual(key.utf8) { return true }
                try skip()
            }
        case .index(var index):
            try enterArray()
            while try nextElement() {
                if index == 0 { return true }
                index -= 1
                try skip()
            }
        }
        return false
    }
}
