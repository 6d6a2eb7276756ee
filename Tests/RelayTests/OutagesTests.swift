import Relay
import RelayTestSupport
import Telemetry
import Testing
import Transport

struct OutagesTests {
    private let time = ManualTime()
    private let log = LogRecorder()
    private let outages: Outages

    init() {
        outages = Outages(log: Logger(level: .debug, sink: log, clock: { [time] in time.now() }), time: time)
    }

    private func fail() { outages.failed("chain node", HTTPError.timedOut) }

    @Test func saysOnceThatItIsGoneAndOnceThatItIsBack() {
        for _ in 0..<5 {
            fail()
            time.advance(by: .seconds(1))
        }
        outages.recovered("chain node")
        outages.recovered("chain node")
        #expect(log.messages == ["not reachable", "reachable again"])
        #expect(outages.current.isEmpty)
    }

    /// Whatever is wanted is asked for again: what nobody has asked for in a quarter of an hour is not known to be gone.
    @Test func forgetsWhatNobodyAsksForAnyMore() {
        fail()
        time.advance(by: .seconds(899))
        #expect(outages.current == ["chain node"])
        time.advance(by: .seconds(2))
        #expect(outages.current.isEmpty)
    }

    @Test func speaksOnceAMinuteOfWhatComesAndGoes() {
        for _ in 0..<50 {
            fail()
            #expect(outages.current == ["chain node"])
            outages.recovered("chain node")
            time.advance(by: .seconds(1))
        }
        #expect(log.messages == ["not reachable", "reachable again"])
        time.advance(by: .seconds(20))
        fail()
        #expect(log.messages.count == 3)
    }

    @Test func tellsAnOutageThatLastsAfterAllThatBeganUntold() {
        fail()
        outages.recovered("chain node")
        for _ in 0..<70 {
            fail()
            time.advance(by: .seconds(1))
        }
        outages.recovered("chain node")
        #expect(log.messages == ["not reachable", "reachable again", "still not reachable", "reachable again"])
    }

    @Test func keepsOneThingApartFromAnother() {
        fail()
        outages.failed("orchestrator", HTTPError.timedOut)
        #expect(log.messages == ["not reachable", "not reachable"])
        outages.recovered("orchestrator")
        #expect(outages.current == ["chain node"])
    }
}
