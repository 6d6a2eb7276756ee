import Ethereum
import RelayTestSupport
import Testing
import Transport

@testable import EthereumRPC

/// States and frames are private to the module.
struct HeadSubscriptionTests {
    private static let settings = HeadSubscription.Settings(
        answerTimeout: .seconds(10),
        silenceLimit: .seconds(60),
        retry: RetryPolicy(first: .seconds(1), ceiling: .seconds(8))
    )
    private static let answer = Array(#"{"jsonrpc":"2.0","id":1,"result":"0xaa"}"#.utf8)
    private static let subject = LogSubject(addresses: [.zero], topics: [[.zero]])

    private static func head(_ number: UInt64, of subscription: String = "0xaa") -> HeadFrame {
        .head(subscription: subscription, number: number, hash: hash(number))
    }

    private static func hash(_ number: UInt64) -> Hash32 {
        UInt256(number).asHash32
    }

    private var generator = SeededGenerator(seed: 1)

    /// A subscription whose request is out at 0.
    private func subscribing(logs: LogSubject? = nil) -> HeadSubscription {
        var subscription = HeadSubscription(Self.settings, logs: logs, at: 0)
        _ = subscription.tick(at: 0)
        _ = subscription.opened(at: 0)
        return subscription
    }

    /// A subscription that has been answered at 0.
    private func following(logs: LogSubject? = nil) -> HeadSubscription {
        var subscription = subscribing(logs: logs)
        _ = subscription.received(Self.answer, at: 0)
        return subscription
    }

    // MARK: The way to the first head

    @Test
    func opensAsksAndSaysThatItIsAnswered() {
        var subscription = HeadSubscription(Self.settings, at: 100)

        #expect(subscription.tick(at: 99) == nil)
        #expect(subscription.wakeAt == 100)
        #expect(subscription.tick(at: 100) == .open)
        #expect(subscription.wakeAt == nil)
        #expect(
            subscription.opened(at: 150)
                == [#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#]
        )
        #expect(subscription.wakeAt == 10_150)
        #expect(subscription.status == .ended(isSilent: false))
        #expect(subscription.received(Self.answer, at: 200) == .deliver(.subscribed(hasLogs: false)))
        #expect(subscription.status == .subscribed(hasLogs: false))
        #expect(subscription.wakeAt == 60_200)
    }

    @Test
    func handsOutEachHeadOnce() {
        var subscription = following()
        let signal = HeadSignal.head(number: 7, hash: Self.hash(7))

        #expect(subscription.received(Self.head(7), at: 1000) == .deliver(signal))
        #expect(subscription.received(Self.head(7), at: 2000) == nil)
        #expect(subscription.wakeAt == 62_000)
    }

    @Test
    func ignoresHeadsOfOtherSubscriptionsAndOtherMessages() {
        var subscription = following()
        for frame in [
            Self.head(7, of: "0xbb"), .other, .subscribed(.heads, id: "0xcc"), .refused(.heads, "late"),
            .subscribed(.logs, id: "0xdd"), .log(subscription: "0xdd", blockNumber: 1, removed: false),
        ] {
            #expect(subscription.received(frame, at: 1) == nil)
        }
        #expect(subscription.wakeAt == 60_000)
    }

    @Test
    func readsWhatGethSends() throws {
        var subscription = HeadSubscription(Self.settings, at: 0)
        _ = subscription.tick(at: 0)
        _ = subscription.opened(at: 0)
        let frames = try Transcript("geth/logs").frames.filter { !$0.isSent }
        let actions = frames.compactMap { subscription.received($0.message, at: 0) }

        let hash = try #require(Hash32(hex: "0x53407007fd1d3cef34bed73466c388775301a329c7f4ad83f9fbbca8993a1494"))
        #expect(actions == [.deliver(.subscribed(hasLogs: false)), .deliver(.head(number: 2, hash: hash))])
    }

    // MARK: Logs

    private static func log(_ block: UInt64, removed: Bool = false, of subscription: String = "0xdd") -> HeadFrame {
        .log(subscription: subscription, blockNumber: block, removed: removed)
    }

    @Test
    func asksForLogsBesideTheHeads() {
        var subscription = HeadSubscription(Self.settings, logs: Self.subject, at: 0)
        _ = subscription.tick(at: 0)
        #expect(
            subscription.opened(at: 0) == [
                #"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#,
                #"{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["logs",{"address":["\#(Address.zero.hex)"],"#
                    + #""topics":[["\#(Hash32.zero.hex)"]]}]}"#,
            ]
        )
    }

    @Test
    func saysWhenLogsAreAnnouncedInWhateverOrderTheAnswersCome() {
        var late = following(logs: Self.subject)
        #expect(late.status == .subscribed(hasLogs: false))
        #expect(late.received(.subscribed(.logs, id: "0xdd"), at: 1) == .deliver(.subscribed(hasLogs: true)))
        #expect(late.received(.subscribed(.logs, id: "0xee"), at: 1) == nil)

        var early = subscribing(logs: Self.subject)
        #expect(early.received(.subscribed(.logs, id: "0xdd"), at: 1) == nil)
        #expect(early.received(Self.answer, at: 1) == .deliver(.subscribed(hasLogs: true)))
        for var subscription in [late, early] {
            #expect(subscription.received(Self.log(7), at: 2) == .deliver(.log(blockNumber: 7, removed: false)))
            #expect(
                subscription.received(Self.log(7, removed: true), at: 2)
                    == .deliver(.log(blockNumber: 7, removed: true))
            )
            #expect(subscription.received(Self.log(7, of: "0xaa"), at: 2) == nil)
            // A head under the logs' subscription is none.
            #expect(subscription.received(Self.head(8, of: "0xdd"), at: 2) == nil)
        }
    }

    @Test
    func followsHeadsWhereLogsAreRefused() {
        let refusal = #"{"id":2,"error":{"code":-32602,"message":"no logs here"}}"#
        var subscription = following(logs: Self.subject)
        #expect(subscription.received(Array(refusal.utf8), at: 1) == nil)
        var other = subscribing(logs: Self.subject)
        #expect(other.received(Array(refusal.utf8), at: 1) == nil)
        #expect(other.received(Self.answer, at: 1) == .deliver(.subscribed(hasLogs: false)))
        for var one in [subscription, other] {
            #expect(one.received(Self.head(7), at: 2) == .deliver(.head(number: 7, hash: Self.hash(7))))
            #expect(one.status == .subscribed(hasLogs: false))
        }
    }

    @Test
    mutating func aNewConnectionAnnouncesNoLogsUntilItSaysSo() {
        var subscription = following(logs: Self.subject)
        _ = subscription.received(.subscribed(.logs, id: "0xdd"), at: 1)
        subscription.closed(at: 2, using: &generator)
        #expect(subscription.status == .ended(isSilent: false))
        #expect(subscription.tick(at: .max) == .open)
        _ = subscription.opened(at: 3)
        #expect(subscription.received(Self.answer, at: 4) == .deliver(.subscribed(hasLogs: false)))
        #expect(subscription.received(Self.log(7), at: 4) == nil)
    }

    /// Only heads show that the chain goes on and somebody tells it.
    @Test
    func logsAreNoHeads() {
        var subscription = following(logs: Self.subject)
        _ = subscription.received(.subscribed(.logs, id: "0xdd"), at: 1)
        _ = subscription.received(Self.log(7), at: 50_000)
        #expect(subscription.tick(at: 60_000) == .close(.silent))
    }

    /// geth announces what leaves the chain, then what comes, and only the last of the new heads.
    @Test
    func hearsOfAReorgAsGethTellsIt() throws {
        let frames = try Transcript("geth/reorg").frames.map { HeadFrame($0.message) }
        let ids = frames.reduce(into: (heads: "", logs: "")) { ids, frame in
            switch frame {
            case .head(let subscription, _, _): ids.heads = subscription
            case .log(let subscription, _, _): ids.logs = subscription
            default: break
            }
        }
        var subscription = subscribing(logs: Self.subject)
        _ = subscription.received(.subscribed(.logs, id: ids.logs), at: 0)
        _ = subscription.received(.subscribed(.heads, id: ids.heads), at: 0)
        let told = frames.compactMap { frame -> String? in
            switch subscription.received(frame, at: 0) {
            case .deliver(.head(let number, let hash)): "head \(number) \(hash.hex.prefix(6))"
            case .deliver(.log(let block, let removed)): "log \(block)\(removed ? " removed" : "")"
            case nil: nil
            case let other: "\(String(describing: other))"
            }
        }
        #expect(
            told == [
                "head 5 0xcb50", "log 5", "log 6", "head 6 0xb711",
                "log 5 removed", "log 6 removed", "log 5", "log 6", "head 7 0xdbb3",
            ]
        )
    }

    /// A log that is not mined is no reason to look.
    @Test
    func ignoresPendingLogsAndOddOnes() {
        for result in [
            #"{"blockNumber":null,"removed":false}"#, #"{"blockNumber":"0x","removed":true}"#, "[]", "null", #""0x1""#,
        ] {
            let text = #"{"method":"eth_subscription","params":{"subscription":"0xdd","result":\#(result)}}"#
            #expect(HeadFrame(Array(text.utf8)) == .other)
        }
        let odd = #"{"params":{"result":{"removed":[{}],"blockNumber":"0x7"},"subscription":"0xdd"}}"#
        #expect(HeadFrame(Array(odd.utf8)) == Self.log(7))
    }

    // MARK: What goes wrong

    @Test
    func givesUpOnANodeThatDoesNotAnswer() {
        var subscription = HeadSubscription(Self.settings, at: 0)
        _ = subscription.tick(at: 0)
        _ = subscription.opened(at: 0)
        #expect(subscription.tick(at: 9999) == nil)
        #expect(subscription.tick(at: 10_000) == .close(.noAnswer))
        #expect(subscription.tick(at: 20_000) == nil)
    }

    @Test
    func givesUpOnASilentNode() {
        var subscription = following()
        _ = subscription.received(Self.head(7), at: 30_000)
        #expect(subscription.tick(at: 60_000) == nil)
        #expect(subscription.tick(at: 90_000) == .close(.silent))
    }

    @Test
    func givesUpOnARefusalAndOnNonsense() {
        var subscription = HeadSubscription(Self.settings, at: 0)
        _ = subscription.tick(at: 0)
        _ = subscription.opened(at: 0)
        var other = subscription
        let refusal = #"{"id":1,"error":{"code":-32601,"message":"notifications not supported"}}"#

        #expect(
            subscription.received(Array(refusal.utf8), at: 1) == .close(.refused("notifications not supported"))
        )
        guard case .close(.malformed) = other.received(Array("{".utf8), at: 1) else {
            Issue.record("a cut message was taken")
            return
        }
    }

    @Test
    mutating func waitsLongerFromFailureToFailureUntilAHeadComes() {
        var subscription = HeadSubscription(Self.settings, at: 0)
        var now: Int64 = 0
        for failure in 1...20 {
            #expect(subscription.tick(at: now) == .open)
            _ = subscription.opened(at: now)
            _ = subscription.received(Self.answer, at: now)
            subscription.closed(at: now, using: &generator)
            let wait = (subscription.wakeAt ?? 0) - now
            #expect((0...min(8000, 1000 << Int64(min(failure - 1, 3)))).contains(wait))
            now = subscription.wakeAt ?? now
        }
        _ = subscription.tick(at: now)
        _ = subscription.opened(at: now)
        _ = subscription.received(Self.answer, at: now)
        _ = subscription.received(Self.head(1), at: now)
        for _ in 0..<50 {
            var other = subscription
            other.closed(at: now, using: &generator)
            #expect((0...1000).contains((other.wakeAt ?? .max) - now))
        }
    }

    @Test
    mutating func aSecondCloseChangesNothing() {
        var subscription = following()
        subscription.closed(at: 5, using: &generator)
        let first = subscription
        subscription.closed(at: 500, using: &generator)
        #expect(subscription == first)
    }

    // MARK: Totality

    /// Whatever happens in whatever order and at whatever time: no trap, and it always opens again.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func bearsAnyOrderOfEvents(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var subscription = HeadSubscription(Self.settings, logs: seed % 2 == 0 ? Self.subject : nil, at: 0)
        let times: [Int64] = [.min, -1, 0, 1, 10_000, 60_000, 1 << 50, .max]
        let frames: [HeadFrame] = [
            .subscribed(.heads, id: "0xaa"), Self.head(1), Self.head(2, of: "0xbb"), .other, .refused(.heads, "no"),
            .malformed("x"), .subscribed(.logs, id: "0xdd"), Self.log(1), Self.log(1, removed: true),
            .refused(.logs, "no"),
        ]
        for _ in 0..<500 {
            let now = times.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: _ = subscription.tick(at: now)
            case 1: _ = subscription.opened(at: now)
            case 2: _ = subscription.received(frames.randomElement(using: &generator) ?? .other, at: now)
            default: subscription.closed(at: now, using: &generator)
            }
        }
        subscription.closed(at: 0, using: &generator)
        #expect(subscription.tick(at: .max) == .open || subscription.wakeAt == nil)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func bearsMutatedMessages(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for frame in try Transcript("geth/logs").frames + Transcript("geth/reorg").frames {
            for _ in 0..<50 {
                var message = frame.message
                for _ in 0...Int.random(in: 0..<3, using: &generator) { message.mutate(using: &generator) }
                var subscription = following()
                _ = subscription.received(message, at: 0)
            }
        }
    }
}
