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
        silenceLimit: Duration = .seconds(1_000_000_000),
        body: (HeadWatcher) async throws -> Void
    ) async throws {
        let watcher = HeadWatcher(
            connector: connector,
            url: "ws://h/AbCdEfGhIjKlMnOpQrStUvWxYz012345",
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
                case .head, .poll: continue
                }
            }
        }
        #expect(connector.openedCount == 2)
        #expect(reports.all.isEmpty)
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
