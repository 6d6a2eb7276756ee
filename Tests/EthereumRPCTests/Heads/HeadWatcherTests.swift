import Ethereum
import EthereumRPC
import RelayTestSupport
import Synchronization
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct HeadWatcherTests {
    private static let answer = #"{"id":1,"result":"0xaa"}"#
    private let time = ManualTime()
    private let reports = Recorder<String>()

    private static func head(_ number: UInt64) -> String {
        let hash = UInt256(number).asHash32.hex
        return
            #"{"method":"eth_subscription","params":{"subscription":"0xaa","result":{"number":"\#(UInt256(number).hexQuantity)","hash":"\#(hash)"}}}"#
    }

    /// Runs a watcher while `body` looks at it; time passes whenever somebody waits for it, as fast as it can.
    private func watch(
        _ connector: ScriptedConnector,
        logs: LogSubject? = nil,
        silenceLimit: Duration = .seconds(1_000_000_000),
        body: (HeadWatcher) async throws -> Void
    ) async throws {
        let watcher = HeadWatcher(
            connector: connector,
            url: "ws://h/AbCdEfGhIjKlMnOpQrStUvWxYz012345",
            logs: logs,
            settings: HeadSubscription.Settings(answerTimeout: .seconds(1_000_000_000), silenceLimit: silenceLimit),
            time: time
        ) { [reports] announcement, cause in
            reports.record("\(announcement) \(cause)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await watcher.run() }
            group.addTask { [time] in
                while true {
                    try await time.waitForSleepers()
                    time.advance(by: .seconds(1))
                }
            }
            try await body(watcher)
        }
    }

    @Test
    func deliversTheNewestHead() async throws {
        let connector = ScriptedConnector(
            .messages([Self.answer, Self.head(1), Self.head(2), Self.head(3)], then: nil)
        )
        try await watch(connector) { watcher in
            for await signal in watcher.signals {
                if signal == .head(number: 3, hash: UInt256(3).asHash32) { break }
            }
        }
        #expect(connector.sent.count == 1)
        #expect(reports.all.isEmpty)
    }

    @Test
    func opensAgainAfterEveryEndAndSpeaksOnce() async throws {
        let connector = ScriptedConnector(
            .refused(.connectFailed("h/AbCdEfGhIjKlMnOpQrStUvWxYz012345 is away")),
            .refused(.openTimedOut),
            .messages([Self.answer], then: .closedByServer(code: 1001, reason: "")),
            .messages([Self.answer, Self.head(5)], then: nil)
        )
        try await watch(connector) { watcher in
            for await signal in watcher.signals {
                if signal == .head(number: 5, hash: UInt256(5).asHash32) { break }
            }
        }
        #expect(connector.openedCount >= 4)
        #expect(reports.all.first == "down no connection: h/*** is away")
        #expect(reports.all.count { $0.hasPrefix("down") } == 1)
        #expect(reports.all.last?.contains("back(after: ") == true)
    }

    @Test
    func opensASilentConnectionAgainAndCallsItNoOutage() async throws {
        let connector = ScriptedConnector(
            .messages([Self.answer, Self.head(1)], then: nil),
            .messages([Self.answer, Self.head(2)], then: nil)
        )
        try await watch(connector, silenceLimit: .seconds(60)) { watcher in
            for await signal in watcher.signals {
                switch signal {
                case .head(2, _): return
                default: continue
                }
            }
        }
        #expect(connector.openedCount == 2)
        #expect(reports.all.isEmpty)
    }

    @Test
    func tellsWhetherAnythingIsAnnounced() async throws {
        let logs = #"{"id":2,"result":"0xdd"}"#
        let log = #"{"params":{"subscription":"0xdd","result":{"blockNumber":"0x7","removed":true}}}"#
        let connector = ScriptedConnector(
            .messages([Self.answer, logs, log, Self.head(1)], then: .closedByServer(code: 1001, reason: "")),
            .messages([Self.answer, Self.head(2)], then: nil)
        )
        var heard: [HeadSignal] = []
        try await watch(connector, logs: LogSubject(addresses: [], topics: []), silenceLimit: .seconds(60)) { watcher in
            for await signal in watcher.signals {
                heard.append(signal)
                if signal == .ended(isSilent: true) { break }
            }
        }
        #expect(
            heard == [
                .subscribed(hasLogs: false), .subscribed(hasLogs: true), .log(blockNumber: 7, removed: true),
                .head(number: 1, hash: UInt256(1).asHash32), .ended(isSilent: false),
                .subscribed(hasLogs: false), .head(number: 2, hash: UInt256(2).asHash32), .ended(isSilent: true),
            ]
        )
        #expect(connector.sent.count >= 4)
    }

    /// Nobody takes a signal until many heads have come: the log before them is not forgotten.
    @Test
    func saysAgainWhatHoldsWhenSignalsAreLost() async throws {
        let logs = #"{"id":2,"result":"0xdd"}"#
        let log = #"{"params":{"subscription":"0xdd","result":{"blockNumber":"0x7","removed":false}}}"#
        let heads = (1...100).map { Self.head($0) }
        let connector = ScriptedConnector(
            .messages([Self.answer, logs, log] + heads, then: nil)
        )
        try await watch(connector, logs: LogSubject(addresses: [], topics: [])) { watcher in
            try await eventually("all is told") { connector.isSpent ? true : nil }
            var heard: [HeadSignal] = []
            for await signal in watcher.signals {
                heard.append(signal)
                if signal == .head(number: 100, hash: UInt256(100).asHash32) { break }
            }
            #expect(heard.count <= 16)
            #expect(heard.contains(.subscribed(hasLogs: true)))
        }
    }

    @Test
    func endsItsSignalsWhenItIsCancelled() async throws {
        let connector = ScriptedConnector(.refused(.openTimedOut))
        let watcher = HeadWatcher(connector: connector, url: "ws://h", time: time)
        let task = Task { await watcher.run() }
        try await time.waitForSleepers()
        task.cancel()
        await task.value
        var count = 0
        for await _ in watcher.signals { count += 1 }
        #expect(count <= 1)
    }
}
