import Testing

@testable import Telemetry

extension Counters.Counter {
    fileprivate static let found: Self = "requests.found"
}

extension Counters.Gauge {
    fileprivate static let waiting: Self = "requests.waiting"
}

@Suite struct CountersTests {
    private let counters = Counters()

    @Test func startsAtNothing() {
        #expect(counters[.found] == 0)
        #expect(counters[.waiting] == nil)
        #expect(counters.snapshot().isEmpty)
    }

    @Test func growsOnly() {
        counters.increment(.found)
        counters.increment(.found, by: 5)
        counters.increment(.found, by: -3)
        #expect(counters[.found] == 6)
        counters.increment(.found, by: .max)
        #expect(counters[.found] == .max)
    }

    @Test func holdsTheLastValueOfAGauge() {
        counters.set(.waiting, to: 9)
        counters.set(.waiting, to: -2)
        #expect(counters[.waiting] == -2)
    }

    @Test func listsAllByName() {
        counters.set(.waiting, to: 1)
        counters.increment("a.first")
        counters.increment(.found, by: 2)
        #expect(
            counters.snapshot().map { "\($0.name) \($0.value)" } == [
                "a.first 1", "requests.found 2", "requests.waiting 1",
            ]
        )
    }

    @Test func losesNoIncrement() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { counters.increment(.found) } }
            }
        }
        #expect(counters[.found] == 8_000)
    }
}
