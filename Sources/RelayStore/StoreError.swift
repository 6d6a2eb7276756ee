/// What the store refuses, with the remedy.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file belongs to another chain, or the chain has been reset.
    case anotherChain(stored: String, found: String)
    /// A request is not in the state that a change starts from.
    case outOfStep(request: Int64, expected: String)
    /// The life of a request has no such step: a mistake in the calling code.
    case noSuchStep(request: Int64, from: String, to: String)
    /// A row cannot be read: the file is damaged or was edited.
    case damaged(String)

    package var description: String {
        switch self {
        case .anotherChain(let stored, let found):
            "the database belongs to \(stored), but the node serves \(found): use the right node, or another database"
                + " file for this chain"
        case .outOfStep(let request, let expected): "request \(request) is no longer \(expected)"
        case .noSuchStep(let request, let from, let to): "request \(request) cannot go from \(from) to \(to)"
        case .damaged(let text): "the database is damaged: \(text)"
        }
    }
}
