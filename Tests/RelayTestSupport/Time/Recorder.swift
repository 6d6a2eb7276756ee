import Synchronization

/// What happened, in order, as concurrent code under test reports it.
package final class Recorder<Element: Sendable>: Sendable {
    private let recorded = Mutex<[Element]>([])

    package init() {}

    package func record(_ element: Element) {
        recorded.withLock { $0.append(element) }
    }

    package var all: [Element] { recorded.withLock { $0 } }
    package var last: Element? { recorded.withLock { $0.last } }
    package var count: Int { recorded.withLock { $0.count } }
}
