/// When blocks were made that are final already, for a rule by time that goes deeper than what is final.
///
/// Bounded: of links that come close together one is kept, so that a block is old enough no later than a 64th of the time
/// after it is.
package struct PastLinks: Equatable, Sendable {
    private static let parts: UInt64 = 64

    /// Ascending, in number and in time.
    package private(set) var links: [ChainLink] = []
    private let seconds: UInt64

    /// - Parameter seconds: how old a block must be found; none is kept that another one is in place of.
    package init(seconds: UInt64) { self.seconds = seconds }

    /// Links that are final from now on, ascending.
    package mutating func note(_ newer: some Sequence<ChainLink>) {
        for link in newer { note(link) }
    }

    private mutating func note(_ link: ChainLink) {
        guard link.number > links.last?.number ?? 0 || links.isEmpty else { return }
        // A clock that went back: what claims to be younger than this one is none to go by.
        while let last = links.last, last.timestamp > link.timestamp { links.removeLast() }
        let spacing = max(1, seconds / Self.parts)
        if let last = links.last, link.timestamp - last.timestamp < spacing { return }
        links.append(link)
        // The newest that is old enough stands for all below it.
        let old = links.prefix { link.timestamp - $0.timestamp >= seconds }
        if old.count > 1 { links.removeFirst(old.count - 1) }
    }
}
