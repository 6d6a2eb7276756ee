/// A parameter of a function, event or constructor, or a member of a tuple.
package struct ABIParameter: Hashable, Sendable {
    /// May be empty.
    package var name: String
    package var type: ABIType
    /// Whether an event holds it as a topic.
    package var indexed: Bool

    package init(name: String, type: ABIType, indexed: Bool = false) {
        self.name = name
        self.type = type
        self.indexed = indexed
    }

    /// `(uint256,string)`.
    static func signature(_ parameters: [ABIParameter]) -> String {
        "(" + parameters.map(\.type.description).joined(separator: ",") + ")"
    }

    static func headSize(_ parameters: [ABIParameter]) -> Int {
        parameters.reduce(0) { saturatingSum($0, $1.type.headSize) }
    }

    /// How error paths name it: by its place where it has no name.
    func label(_ index: Int) -> String { name.isEmpty ? "#\(index)" : name }
}
