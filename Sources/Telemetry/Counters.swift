// What the relayer tells people and other programs about itself: log lines and counts.
//
// A `Logger` is a value that is handed down; there is no global one, so a test sees exactly what its own code said.
// Lines are written for people on a terminal and as JSON elsewhere. Field names are dotted (`request.id`).

internal import Synchronization

/// Counts since the start, and values that go up and down, by name: the status and the log show the same ones.
package final class Counters: Sendable {
    /// The name of a count that only grows, such as `requests.found`.
    package struct Counter: Hashable, Sendable, ExpressibleByStringLiteral {
        /// Dotted, as the log and the status show it.
        package let name: String

        package init(stringLiteral name: String) { self.name = name }
    }

    /// The name of a value that goes up and down, such as `requests.waiting`.
    package struct Gauge: Hashable, Sendable, ExpressibleByStringLiteral {
        /// Dotted, as the log and the status show it.
        package let name: String

        package init(stringLiteral name: String) { self.name = name }
    }

    private struct Values {
        var counters: [Counter: Int64] = [:]
        var gauges: [Gauge: Int64] = [:]
    }

    private let values = Mutex(Values())

    package init() {}

    /// Adds to a count; it stops at the largest Int64, and a negative amount is taken for 0.
    package func increment(_ counter: Counter, by amount: Int64 = 1) {
        values.withLock { values in
            let (sum, overflow) = values.counters[counter, default: 0].addingReportingOverflow(max(amount, 0))
            values.counters[counter] = overflow ? .max : sum
        }
    }

    package func set(_ gauge: Gauge, to value: Int64) { values.withLock { $0.gauges[gauge] = value } }

    /// The count, 0 before the first.
    package subscript(counter: Counter) -> Int64 { values.withLock { $0.counters[counter, default: 0] } }

    /// The value, nil before it is set.
    package subscript(gauge: Gauge) -> Int64? { values.withLock { $0.gauges[gauge] } }

    /// All at one moment, in the order of their names.
    package func snapshot() -> [(name: String, value: Int64)] {
        let values = values.withLock { $0 }
        let counters = values.counters.map { (name: $0.key.name, value: $0.value) }
        let gauges = values.gauges.map { (name: $0.key.name, value: $0.value) }
        return (counters + gauges).sorted { $0.name < $1.name }
    }
}
