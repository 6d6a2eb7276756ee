import Glibc
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct SystemTimeTests {
    @Test
    func tellsTheWallClockInMilliseconds() {
        let before = Int64(time(nil))
        let now = SystemTime().now()
        #expect((before * 1000..<(before + 60) * 1000).contains(now))
    }

    @Test
    func aCancelledSleepThrows() async {
        let task = Task { try await SystemTime().sleep(for: .seconds(3600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
