import Ethereum
import EthereumRPC
import RelayCore
import Testing

@testable import Relay  // Its own concern, and small enough to be tried alone.

struct AnnouncementsTests {
    private let announcements = Announcements()

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func head(_ number: UInt64, at milliseconds: Int64) -> Bool {
        announcements.heard(.head(number: number, hash: .zero), at: time(milliseconds))
    }

    private func log(_ block: UInt64, at milliseconds: Int64 = 0) -> Bool {
        announcements.heard(.log(blockNumber: block, removed: false), at: time(milliseconds))
    }

    private func subscribe(hasLogs: Bool = true, at milliseconds: Int64 = 0) {
        _ = announcements.heard(.subscribed(hasLogs: hasLogs), at: time(milliseconds))
    }

    /// A look that has read all below `next`; tells whether nothing can be missed.
    private func look(_ next: UInt64, foundIn: UInt64? = nil, isBusy: Bool = false, at milliseconds: Int64 = 0) -> Bool
    {
        announcements.looked(next: next, foundIn: foundIn, isBusy: isBusy, at: time(milliseconds))
    }

    // MARK: Reasons to look

    @Test func allButHeadsAreAReasonToLook() {
        let signals: [HeadSignal] = [
            .subscribed(hasLogs: true), .subscribed(hasLogs: false), .ended(isSilent: true), .ended(isSilent: false),
            .log(blockNumber: 5, removed: false), .log(blockNumber: 5, removed: true),
        ]
        for signal in signals { #expect(announcements.heard(signal, at: time(0)), "\(signal)") }
    }

    @Test func aHeadIsNoneWhereLogsAreAnnouncedAndNothingWaits() {
        subscribe()
        _ = look(5, isBusy: false)
        #expect(!head(5, at: 60_000))
        _ = look(6, isBusy: true)
        #expect(head(6, at: 60_000))
    }

    @Test func aHeadIsOneWhereOnlyHeadsAreAnnounced() {
        subscribe(hasLogs: false)
        _ = look(5, isBusy: false)
        #expect(head(5, at: 60_000))
    }

    /// Before the first look there is something to do.
    @Test func theFirstHeadIsAReasonToLook() {
        subscribe()
        #expect(head(5, at: 1))
    }

    /// Where blocks come faster than once a second, one look is for several of them.
    @Test func onFastChainsOneLookIsForSeveralHeads() {
        subscribe()
        _ = look(5, isBusy: true, at: 10_000)
        var looks = 0
        for block in 1...12 {
            let now = 10_000 + Int64(block) * 250
            guard head(UInt64(block) + 5, at: now) else { continue }
            looks += 1
            _ = look(UInt64(block) + 6, isBusy: true, at: now)
        }
        #expect(looks == 3)
        // A clock that was set back is no reason to wait.
        #expect(head(30, at: 5_000))
    }

    // MARK: Whether it can be relied on

    @Test func nothingIsMissedWhileHeadsAndLogsAreAnnounced() {
        #expect(!look(5))
        subscribe()
        #expect(look(5))
        subscribe(hasLogs: false)
        #expect(!look(5))
        subscribe()
        _ = announcements.heard(.ended(isSilent: false), at: time(0))
        #expect(!look(5))
    }

    @Test func aSilentSubscriptionIsNotReliedOnForLong() {
        subscribe(at: 1_000)
        #expect(look(5, at: 60_999))
        #expect(!look(5, at: 61_000))
        _ = head(6, at: 70_000)
        #expect(look(7, at: 70_000))
        // Nor is one from the future, where the clock was set back.
        #expect(!look(7, at: 69_000))
    }

    @Test func anAnnouncedLogIsWaitedForUntilItsBlockIsRead() {
        subscribe()
        _ = log(9)
        _ = log(7)
        #expect(!look(9))
        #expect(look(10))
        _ = log(12)
        _ = announcements.heard(.ended(isSilent: true), at: time(0))
        subscribe()
        // The end of a subscription is the end of what was expected by it.
        #expect(look(11))
    }

    // MARK: Distrust

    @Test func afterTwoSurprisesASubscriptionIsNotBelieved() {
        subscribe()
        #expect(look(10))
        #expect(look(12, foundIn: 11))
        // The first was never announced by the next look.
        #expect(look(14, foundIn: 13))
        #expect(!look(16, foundIn: 13))
        #expect(!look(17, foundIn: 13))
        // A new subscription begins anew.
        subscribe()
        #expect(look(18, foundIn: 13))
        #expect(look(19, foundIn: 13))
    }

    @Test func oneSurpriseIsForgiven() {
        subscribe()
        _ = look(10)
        for next in 12...40 as ClosedRange<UInt64> { #expect(look(next, foundIn: 11), "\(next)") }
    }

    @Test func anAnnouncementMayComeALittleLaterThanTheLook() {
        subscribe()
        _ = look(10)
        for block in (5...30 as ClosedRange<UInt64>).map({ $0 * 2 + 1 }) {
            #expect(look(block + 1, foundIn: block), "\(block)")
            _ = log(block)
        }
    }

    /// What was found before the first look of a subscription may have been there before it.
    @Test func whatIsOlderThanTheSubscriptionIsNoSurprise() {
        subscribe()
        #expect(look(10, foundIn: 9))
        for next in 11...20 as ClosedRange<UInt64> { #expect(look(next, foundIn: 9)) }
    }

    @Test func withoutLogsNothingIsASurprise() {
        subscribe(hasLogs: false)
        for block in 10...20 as ClosedRange<UInt64> { _ = look(block + 1, foundIn: block) }
        subscribe()
        #expect(look(30, foundIn: 20))
        #expect(look(31, foundIn: 20))
    }

    @Test func bearsTheHighestBlocks() {
        subscribe()
        _ = log(.max)
        #expect(!look(.max, foundIn: .max))
        subscribe()
        _ = look(5, foundIn: .max)
        _ = look(6, foundIn: .max)
        #expect(!look(.max, foundIn: .max))
    }
}
