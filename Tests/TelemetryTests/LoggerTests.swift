import Synchronization
import Testing

@testable import Telemetry

@Suite struct LoggerTests {
    private let recorder = LogRecorder()

    private func logger(_ level: LogLevel = .trace) -> Logger {
        Logger(level: level, sink: recorder, clock: { 1_795_000_000_123 })
    }

    @Test func saysMessageAndFieldsWithTheTime() {
        logger().info("request found", ["request.id": "0x12", "block.number": 7])
        let fields: LogFields = ["request.id": "0x12", "block.number": 7]
        #expect(
            recorder.records == [
                LogRecord(time: 1_795_000_000_123, level: .info, message: "request found", fields: fields)
            ]
        )
    }

    @Test(arguments: LogLevel.allCases) func dropsWhatIsBelowItsLevel(level: LogLevel) {
        let logger = logger(level)
        logger.trace("trace")
        logger.debug("debug")
        logger.info("info")
        logger.warning("warning")
        logger.error("error")
        #expect(recorder.messages == LogLevel.allCases.filter { $0 >= level }.map(\.rawValue))
    }

    @Test func makesNoFieldsForALineItDrops() {
        let made = Atomic<Int>(0)
        func costly() -> String {
            made.wrappingAdd(1, ordering: .relaxed)
            return "x"
        }
        logger(.info).debug("dropped", ["a": costly()])
        #expect(made.load(ordering: .relaxed) == 0)
        logger(.info).info("written", ["a": costly()])
        #expect(made.load(ordering: .relaxed) == 1)
    }

    @Test func addsFieldsToAChildOnly() {
        let parent = logger().with(["service": "following"])
        parent.with(["request.id": "0x12"]).info("child", ["a": 1])
        parent.info("parent")
        #expect(
            recorder.records.map(\.fields) == [
                ["service": "following", "request.id": "0x12", "a": 1], ["service": "following"],
            ]
        )
    }

    @Test func letsTheLaterOfTwoFieldsHold() {
        logger().with(["a": 1, "b": 1]).info("line", ["a": 2])
        #expect(recorder.records.first?.fields == ["a": 2, "b": 1])
    }

    @Test func leavesOutFieldsWithoutAValue() {
        let reason: String? = nil
        logger().info("line", ["reason": reason, "a": 1])
        #expect(recorder.records.first?.fields == ["a": 1])
    }

    @Test func saysNothingWhenThereIsNowhereToSayIt() {
        #expect(Logger.none.level == .error)
        Logger.none.error("unheard")
    }
}
