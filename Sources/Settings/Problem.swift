/// Where a setting was written.
enum Place: Sendable, Hashable {
    /// Line and column count from 1.
    case file(String, line: Int, column: Int)
    /// The variable's name.
    case environment(String)
}

/// One thing wrong with the settings: `relayer.yaml:14:9: chain.id: expected a whole number …, found "ten"`.
package struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    let place: Place
    /// The dotted path of the key, as `chain.rpc[0].url`; empty for the file as a whole.
    package internal(set) var key = ""
    /// What is wrong, and the remedy.
    package let message: String

    package var description: String { [origin, key, message].filter { !$0.isEmpty }.joined(separator: ": ") }

    /// `relayer.yaml:14:9`, or the variable's name.
    package var origin: String {
        switch place {
        case .file(let name, let line, let column): "\(name):\(line):\(column)"
        case .environment(let name): name
        }
    }

    /// Places of a file in its order, before the environment.
    fileprivate var order: (Int, Int) {
        if case .file(_, let line, let column) = place { (line, column) } else { (.max, .max) }
    }
}

/// Everything wrong with the settings: in the order of the file, then the environment.
package struct Problems: Error, Sendable, Equatable, CustomStringConvertible {
    package let list: [Problem]

    init(_ list: [Problem]) {
        let ordered = list.enumerated().sorted { one, other in
            one.element.order == other.element.order
                ? one.offset < other.offset : one.element.order < other.element.order
        }
        self.list = ordered.map(\.element)
    }

    /// One problem a line.
    package var description: String { list.map(\.description).joined(separator: "\n") }
}
