/// Why something does not go into, or come out of, the contract ABI.
package enum ABIError: Error, Hashable, Sendable {
    /// The text is no type of the ABI.
    case malformedType(String)
    /// A type of the ABI that this program does not speak: `fixed`, `ufixed`, `function`.
    case unsupportedType(String)
    /// So many values for so many parameters.
    case valueCount(expected: Int, actual: Int)
    /// So many topics for an event with so many indexed parameters (and its own topic, unless anonymous).
    case topicCount(expected: Int, actual: Int)
    /// The first topic is another event's.
    case wrongTopic
    /// The first four bytes are another function's.
    case wrongSelector
    /// There is no parameter at this path of indices.
    case noSuchField([Int])
    /// The value at this parameter path, such as `job.inputs[2]`, is not of its type.
    case encoding(path: String, ABIFault)
    /// The data of this parameter path is damaged.
    case decoding(path: String, ABIFault)
}

/// What is wrong with one value.
package enum ABIFault: Hashable, Sendable {
    /// The data ends before the value does.
    case truncated
    /// An offset beyond the data.
    case offsetBeyondData
    /// An offset back into what other values occupy.
    case overlap
    /// A length or a number of elements that the data cannot hold, or that no data should.
    case lengthBeyondData
    /// Bytes that must be zero are not: above an address, behind a string.
    case dirtyPadding
    /// Not a number of this many bits, or a bool that is neither 0 nor 1.
    case outOfRange(type: String)
    /// A value of another kind, or of another length, than the type says.
    case mismatch(type: String)
}

extension ABIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedType(let text): "`\(text)` is no ABI type"
        case .unsupportedType(let text): "ABI type `\(text)` is not supported"
        case .valueCount(let expected, let actual): "\(actual) values for \(expected) parameters"
        case .topicCount(let expected, let actual): "\(actual) topics where the event has \(expected)"
        case .wrongTopic: "the first topic is not this event's"
        case .wrongSelector: "the first four bytes are not this function's selector"
        case .noSuchField(let path): "no parameter at \(path)"
        case .encoding(let path, let fault): "cannot encode \(path): \(fault)"
        case .decoding(let path, let fault): "cannot decode \(path): \(fault)"
        }
    }
}

extension ABIFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the data ends early"
        case .offsetBeyondData: "its offset lies outside the data"
        case .overlap: "its offset points into other values"
        case .lengthBeyondData: "its length lies outside the data"
        case .dirtyPadding: "bytes that must be zero are not"
        case .outOfRange(let type): "out of range for \(type)"
        case .mismatch(let type): "not a value of type \(type)"
        }
    }
}

/// A fault on its way up, gathering the path to it: nothing is spent on paths while all is well.
struct LocatedFault: Error {
    let fault: ABIFault
    private(set) var path = ""

    init(_ fault: ABIFault) { self.fault = fault }

    func within(_ name: String) -> LocatedFault {
        var outer = self
        outer.path = path.isEmpty || path.hasPrefix("[") ? name + path : name + "." + path
        return outer
    }

    func within(element index: Int) -> LocatedFault { within("[\(index)]") }
}
