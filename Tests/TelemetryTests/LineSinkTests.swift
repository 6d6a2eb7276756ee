import Glibc
import JSON
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(1))) final class LineSinkTests {
    private let reading: Int32
    private let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    private func record(_ text: String) -> LogRecord {
        LogRecord(time: 0, level: .info, message: "line", fields: ["text": text])
    }

    /// What is in the pipe now.
    private func drain() -> [String] {
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(reading, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func writesEachRecordAtOnce() {
        let sink = LineSink(descriptor: writing, format: .json)
        sink.write(record("one"))
        #expect(drain() == [#"{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"line","text":"one"}"#])
        sink.write(record("two"))
        #expect(drain().count == 1)
    }

    @Test func dropsLinesOfAReaderThatDoesNotReadAndSaysHowMany() throws {
        let sink = LineSink(descriptor: writing, format: .json, patience: 1)
        let text = String(repeating: "x", count: 1_000)
        for _ in 0..<200 { sink.write(record(text)) }
        let before = drain()
        #expect(before.count < 200)
        sink.write(record("after"))
        let after = drain()
        #expect(after.count == 2)
        let note = try JSONValue.parse(Array((after.first ?? "").utf8))
        #expect(note["message"] == "log lines dropped")
        #expect(note["lines"]?.int64 == Int64(200 - before.count))
        #expect(after.last?.contains("after") == true)
    }

    @Test func keepsLongLinesWhole() throws {
        let sink = LineSink(descriptor: writing, format: .json, patience: 1)
        let fields: LogFields = [
            "a": String(repeating: "a", count: 2_000), "b": String(repeating: "b", count: 2_000),
            "c": String(repeating: "\u{1}", count: 2_000),
        ]
        for _ in 0..<20 { sink.write(LogRecord(time: 0, level: .info, message: "long", fields: fields)) }
        let before = drain()
        // The last one is cut, because the pipe was full; the next begins on a line of its own.
        for line in before.dropLast() { #expect(throws: Never.self) { try JSONValue.parse(Array(line.utf8)) } }
        sink.write(record("after"))
        for line in drain() { #expect(throws: Never.self) { try JSONValue.parse(Array(line.utf8)) } }
    }

    @Test func survivesADescriptorThatIsClosed() {
        let sink = LineSink(descriptor: -1, format: .json, patience: 1)
        sink.write(record("lost"))
        sink.write(record("lost"))
    }
}
