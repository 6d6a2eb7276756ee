import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventuallyTests {
    @Test func returnsTheFirstAnswer() async throws {
        var asked = 0

        let answer = try await eventually("an answer") {
            asked += 1
            return asked == 3 ? asked : nil
        }

        #expect(answer == 3)
    }

    @Test func saysWhatDidNotHappen() async {
        let error = await #expect(throws: TimedOut.self) {
            try await eventually(within: .milliseconds(1), "rain") { () -> Int? in nil }
        }

        #expect(error?.what == "rain")
    }

    @Test func cancelsWhatTakesTooLong() async {
        await #expect(throws: TimedOut.self) {
            try await withTimeout(.milliseconds(5), "a long wait") { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    @Test func returnsWhatComesInTime() async throws {
        #expect(try await withTimeout(.seconds(60), "an answer") { 42 } == 42)
    }
}
