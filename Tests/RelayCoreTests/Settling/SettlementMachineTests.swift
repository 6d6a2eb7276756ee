import Ethereum
import RelayCore
import Testing

/// Each event in each phase.
@Suite struct SettlementMachineTests {
    private static let start = SettlementSample.start
    private static let now = SettlementSample.now
    private let limits = SettlementMachine.Limits()

    private func apply(
        _ event: SettlementMachine.Event,
        to machine: inout SettlementMachine,
        at now: Timestamp = now
    ) -> [SettlementMachine.Action] {
        machine.apply(event, at: now, limits: limits)
    }

    private func sent(_ attempts: Attempt...) -> SettlementMachine {
        SettlementMachine(phase: .sent(nonce: 5, gasLimit: 90_000, attempts: attempts))
    }

    // MARK: Before anything is signed

    @Test func checksSimulatesSignsAndSends() {
        var machine = SettlementMachine()
        let attempt = SettlementSample.attempt(1)
        #expect(machine.resume() == [.askContract])
        #expect(apply(.woke, to: &machine) == [.askContract])
        #expect(apply(.contractSaid(.open), to: &machine) == [.simulate])
        #expect(apply(.simulated(.passes(gasLimit: 90_000)), to: &machine) == [.sign(gasLimit: 90_000)])
        #expect(apply(.signed(nonce: 5, attempt), to: &machine) == [.broadcast(attempt)])
        #expect(machine.phase == .sent(nonce: 5, gasLimit: 90_000, attempts: [attempt]))
        #expect(machine.resume() == [.look])
        #expect(apply(.broadcast(attempt.hash, .accepted), to: &machine) == [.wake(at: Self.now + limits.look)])
        let seen = SettlementSample.sighting(SettlementSample.inclusion(), missing: 0, spent: true)
        #expect(apply(seen, to: &machine) == [.end(.settled(SettlementSample.inclusion()))])
    }

    @Test(arguments: [ContractStanding.Closing.fulfilled, .failed, .cancelled])
    func endsWhatOthersHaveSettled(closing: ContractStanding.Closing) {
        var machine = SettlementMachine()
        #expect(apply(.contractSaid(.closed(closing)), to: &machine) == [.end(.settledElsewhere(closing.rawValue))])
    }

    @Test func killsWhatHasBecomeAnotherRequest() {
        var machine = SettlementMachine()
        let reason = "the contract has another request under this job id: \(Sample.hash(9).hex)"
        #expect(apply(.contractSaid(.anotherRequest(Sample.hash(9))), to: &machine) == [.end(.dead(reason))])
    }

    @Test func killsWhatTheContractCannotBeTold() {
        var machine = SettlementMachine()
        _ = apply(.contractSaid(.open), to: &machine)
        #expect(apply(.unanswerable("no function"), to: &machine) == [.end(.dead("no function"))])
    }

    /// It may have been overtaken by an answer that is not final yet.
    @Test func waitsWithTheVerdictOnAReversalUntilItIsDecided() {
        var machine = sent(SettlementSample.attempt(1))
        let reverted = SettlementSample.inclusion(succeeded: false)
        _ = apply(SettlementSample.sighting(reverted, missing: 0, spent: true), to: &machine)
        let undecided = SettlementMachine.Event.contractSaid(.undecided("not final"))
        #expect(apply(undecided, to: &machine, at: Self.start) == [.wake(at: Self.start + limits.slowestLook)])
        #expect(machine.phase == .reverted(reverted))
        #expect(apply(.woke, to: &machine) == [.askContract])
        #expect(apply(.contractSaid(.closed(.failed)), to: &machine) == [.end(.settledElsewhere("failed"))])
    }

    @Test func signsNothingThatWasNotSimulated() {
        var machine = SettlementMachine()
        #expect(apply(.signed(nonce: 5, SettlementSample.attempt(1)), to: &machine) == [.askContract])
        #expect(machine.phase == .checking)
    }

    private struct Patience: Sendable {
        let event: SettlementMachine.Event
        let seconds: Int64
        let cause: SettlementMachine.Hold.Cause
    }

    private static let patience = [
        Patience(event: .simulated(.reverts("r")), seconds: 20, cause: .reverts),
        Patience(event: .notAffordable("poor"), seconds: 600, cause: .funds),
        Patience(event: .contractSaid(.unknown), seconds: 600, cause: .unknownJob),
        Patience(event: .contractSaid(.unreadable("no form")), seconds: 600, cause: .unreadable),
        Patience(event: .tooDear("dear"), seconds: 86_400, cause: .fees),
        Patience(event: .contractSaid(.undecided("not final")), seconds: 604_800, cause: .undecided),
    ]

    @Test(arguments: patience.indices) func holdsForAsLongAsTheCauseIsBorne(index: Int) {
        let patience = Self.patience[index]
        var machine = SettlementMachine()
        var now = Self.start
        var checks = 0
        while !machine.isEnded, checks < 30_000 {
            checks += 1
            guard case .wake(let at)? = apply(patience.event, to: &machine, at: now).first else { break }
            #expect(machine.hold?.cause == patience.cause && machine.hold?.times == checks)
            #expect(at > now && at - now <= limits.holdBackoff.limit)
            now = at
            #expect(apply(.woke, to: &machine, at: now) == [.askContract])
        }
        guard case .ended(.dead) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(now - Self.start >= .seconds(patience.seconds))
        #expect(now - Self.start <= .seconds(patience.seconds) + limits.holdBackoff.limit)
    }

    /// Texts name amounts that change with every block: they do not begin the time anew.
    @Test func countsAChangedTextAsTheSameCause() {
        var machine = SettlementMachine()
        for second in stride(from: 0, through: Int64(600), by: 30) {
            _ = apply(.notAffordable("\(second) wei too few"), to: &machine, at: Self.start + .seconds(second))
        }
        #expect(machine.phase == .ended(.dead("600 wei too few")))
    }

    @Test func endsCausesThatTakeTurns() {
        var machine = SettlementMachine()
        var now = Self.start
        var round = 0
        while !machine.isEnded, round < 100_000 {
            round += 1
            _ = apply(round % 2 == 0 ? .notAffordable("a") : .simulated(.reverts("b")), to: &machine, at: now)
            now = now + .seconds(15)
        }
        #expect(machine.isEnded)
        #expect(now - Self.start <= limits.feeTime + .seconds(30))
    }

    /// The clock runs on while the relayer or the node is down: two looks are no long time.
    @Test func doesNotKillWhatHasHardlyBeenTried() {
        var machine = SettlementMachine()
        _ = apply(.notAffordable("poor"), to: &machine, at: Self.start)
        _ = apply(.notAffordable("poor"), to: &machine, at: Self.start + .seconds(100_000))
        #expect(!machine.isEnded)
        _ = apply(.notAffordable("poor"), to: &machine, at: Self.start + .seconds(100_002))
        #expect(machine.phase == .ended(.dead("poor")))
    }

    @Test func forgetsTheHoldOnceItIsSigned() {
        var machine = SettlementMachine()
        _ = apply(.notAffordable("poor"), to: &machine)
        _ = apply(.contractSaid(.open), to: &machine)
        _ = apply(.simulated(.passes(gasLimit: 1)), to: &machine)
        #expect(machine.hold != nil)
        _ = apply(.signed(nonce: 5, SettlementSample.attempt(1)), to: &machine)
        #expect(machine.hold == nil)
    }

    @Test func waitsLongerAfterEachOutage() {
        var machine = SettlementMachine()
        for number in 1...4 {
            let delay = limits.outageBackoff.delay(after: number)
            #expect(apply(.unavailable(retryAfter: nil), to: &machine) == [.wake(at: Self.now + delay)])
        }
        #expect(
            apply(.unavailable(retryAfter: .seconds(1_000_000)), to: &machine) == [.wake(at: Self.now + .seconds(600))]
        )
    }

    // MARK: Sending

    @Test func sendsWhatWasStoredAndNotSent() {
        var machine = sent(SettlementSample.attempt(1))
        #expect(apply(SettlementSample.sighting(), to: &machine) == [.broadcast(SettlementSample.attempt(1))])
    }

    @Test func sendsTheSameBytesAgainAfterAWhile() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let soon = Self.start + limits.resendAfter + .milliseconds(-1)
        #expect(apply(SettlementSample.sighting(), to: &machine, at: soon) == [.wake(at: soon + limits.look)])
        let late = Self.start + limits.resendAfter
        let same = SettlementSample.attempt(1, sentAt: Self.start)
        #expect(apply(SettlementSample.sighting(), to: &machine, at: late) == [.broadcast(same)])
    }

    @Test func sendsAgainAlsoWhenTheClockWasSetBack() {
        let attempt = SettlementSample.attempt(1, sentAt: Self.now + .seconds(9_999))
        var machine = sent(attempt)
        #expect(apply(SettlementSample.sighting(), to: &machine) == [.broadcast(attempt)])
    }

    @Test func notesWhenWhichBytesWereSent() {
        var machine = sent(SettlementSample.attempt(1), SettlementSample.attempt(2))
        _ = apply(.broadcast(SettlementSample.attempt(1).hash, .accepted), to: &machine)
        let expected = SettlementSample.sent(
            SettlementSample.attempt(1, sentAt: Self.now),
            SettlementSample.attempt(2)
        )
        #expect(machine.phase == expected)
        _ = apply(.broadcast(Sample.hash(12_345), .accepted), to: &machine)
        #expect(machine.phase == expected)
    }

    @Test func raisesTheFeesOnceAndUnderTheSameNonce() {
        var machine = sent(SettlementSample.attempt(1))
        let low = SettlementMachine.Event.broadcast(SettlementSample.attempt(1).hash, .feeTooLow("low"))
        let old = SettlementSample.attempt(1).fees
        #expect(apply(low, to: &machine) == [.bump(nonce: 5, gasLimit: 90_000, old: old)])
        let second = SettlementSample.attempt(2)
        #expect(apply(.bumped(second), to: &machine) == [.broadcast(second)])
        let again = SettlementMachine.Event.broadcast(second.hash, .feeTooLow("low"))
        #expect(apply(again, to: &machine) == [.wake(at: Self.now + limits.resendAfter)])
        #expect(machine.hold?.reason == "low")
        #expect(apply(.bumped(SettlementSample.attempt(3)), to: &machine) == [.look])
        guard case .sent(5, 90_000, let attempts) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(attempts.map(\.hash) == [SettlementSample.attempt(1).hash, second.hash])
    }

    @Test(arguments: [SettlementMachine.SendOutcome.insufficientFunds("poor"), .refused("no")])
    func keepsASignedAnswerThatIsRefused(outcome: SettlementMachine.SendOutcome) {
        var machine = sent(SettlementSample.attempt(1))
        for round in 0..<1_000 {
            let now = Self.start + .seconds(3_600 * round)
            let event = SettlementMachine.Event.broadcast(SettlementSample.attempt(1).hash, outcome)
            #expect(apply(event, to: &machine, at: now) == [.wake(at: now + limits.resendAfter)])
        }
        #expect(machine.hold?.cause == .pool && machine.hold?.since == Self.start)
        _ = apply(.broadcast(SettlementSample.attempt(1).hash, .accepted), to: &machine)
        #expect(machine.hold == nil)
    }

    @Test func takesAUsedNonceForNoFailure() {
        var machine = sent(SettlementSample.attempt(1))
        let event = SettlementMachine.Event.broadcast(SettlementSample.attempt(1).hash, .nonceUsed)
        #expect(apply(event, to: &machine) == [.wake(at: Self.now + limits.look)])
        #expect(machine.hold == nil)
    }

    @Test func saysThatTheCapForbidsARaise() {
        var machine = sent(SettlementSample.attempt(1))
        #expect(apply(.notBumped("cap"), to: &machine) == [.wake(at: Self.now + limits.resendAfter)])
        #expect(machine.hold?.reason == "cap")
    }

    // MARK: Mined

    @Test func waitsUntilTheReceiptIsDeepEnough() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let shallow = SettlementSample.sighting(SettlementSample.inclusion(), missing: 1, spent: true)
        #expect(apply(shallow, to: &machine) == [.wake(at: Self.now + limits.look)])
        #expect(!machine.isEnded)
    }

    @Test func sendsAgainWhatAReorgTookBack() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let shallow = SettlementSample.sighting(SettlementSample.inclusion(), missing: 1, spent: true)
        _ = apply(shallow, to: &machine)
        let attempt = SettlementSample.attempt(1, sentAt: Self.start)
        #expect(
            apply(SettlementSample.sighting(), to: &machine, at: Self.start + .seconds(60)) == [.broadcast(attempt)]
        )
    }

    @Test(arguments: [
        (ContractStanding.closed(.fulfilled), SettlementMachine.Outcome.settledElsewhere("fulfilled")),
        (.open, .dead("the settlement was mined and reverted: \(Sample.hash(101).hex)")),
        (.unknown, .dead("the settlement was mined and reverted: \(Sample.hash(101).hex)")),
    ])
    func asksTheContractWhyItReverted(standing: ContractStanding, outcome: SettlementMachine.Outcome) {
        var machine = sent(SettlementSample.attempt(1))
        let reverted = SettlementSample.inclusion(succeeded: false)
        let seen = SettlementSample.sighting(reverted, missing: 0, spent: true)
        #expect(apply(seen, to: &machine) == [.askContract])
        #expect(machine.phase == .reverted(reverted))
        #expect(machine.resume() == [.askContract])
        #expect(apply(.contractSaid(standing), to: &machine) == [.end(outcome)])
    }

    /// New bytes for an answer only after proof that none of the old ones is mined.
    @Test func takesANewNonceOnlyAfterPatience() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let spent = SettlementSample.sighting(spent: true)
        #expect(apply(spent, to: &machine, at: Self.start) == [.wake(at: Self.start + limits.look)])
        let last = Self.start + limits.receiptPatience + .milliseconds(-1)
        #expect(apply(spent, to: &machine, at: last) == [.wake(at: last + limits.look)])
        #expect(apply(spent, to: &machine, at: Self.start + limits.receiptPatience) == [.askContract])
        #expect(machine.phase == .checking && machine.hold == nil)
    }

    /// A nonce that a reorg frees again has not been lost; its time begins anew when it is used again.
    @Test func countsTheTimeOfAMissingReceiptAnew() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let spent = SettlementSample.sighting(spent: true)
        _ = apply(spent, to: &machine, at: Self.start)
        _ = apply(SettlementSample.sighting(), to: &machine, at: Self.start + .seconds(200))
        #expect(machine.hold?.cause == .unmined)
        let late = Self.start + .seconds(301)
        #expect(apply(spent, to: &machine, at: late) == [.wake(at: late + limits.look)])
    }

    /// A stuck transaction holds up those behind it: that is said once it has been sent a second time.
    @Test func saysThatItIsNotMinedUntilItIs() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let late = Self.start + limits.resendAfter
        #expect(
            apply(SettlementSample.sighting(), to: &machine, at: late) == [
                .broadcast(SettlementSample.attempt(1, sentAt: Self.start))
            ]
        )
        #expect(machine.hold?.cause == .unmined)
        _ = apply(.broadcast(SettlementSample.attempt(1).hash, .accepted), to: &machine, at: late)
        #expect(machine.hold?.cause == .unmined && machine.hold?.since == late)
        let inclusion = SettlementSample.sighting(SettlementSample.inclusion(), missing: 2, spent: true)
        _ = apply(inclusion, to: &machine, at: late)
        #expect(machine.hold == nil)
    }

    /// The deeper it has to be the seldomer it is looked at, and never seldomer than once a minute.
    @Test(arguments: [(1, 4), (2, 8), (3, 12), (100, 60), (.max, 60)] as [(UInt64, Int64)])
    func looksSeldomAtWhatIsNotDeepEnoughByFar(missing: UInt64, seconds: Int64) {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let seen = SettlementSample.sighting(SettlementSample.inclusion(), missing: missing, spent: true)
        #expect(apply(seen, to: &machine) == [.wake(at: Self.now + .seconds(seconds))])
    }

    /// What has reached nobody was not sent: it is sent as soon as somebody is there, ever more seldom.
    @Test func doesNotCountAsSentWhatHasReachedNobody() {
        var machine = sent(SettlementSample.attempt(1))
        for delay in [Duration.milliseconds(500), .seconds(1), .seconds(2)] {
            let hash = SettlementSample.attempt(1).hash
            #expect(apply(.broadcast(hash, .notSent), to: &machine) == [.wake(at: Self.now + delay)])
            #expect(apply(SettlementSample.sighting(), to: &machine) == [.broadcast(SettlementSample.attempt(1))])
        }
    }

    // MARK: Receipts that are not to be had any more

    /// Filecoin's gateways give none that is older than ten minutes, which may be long before it is final.
    @Test func countsAReceiptThatIsGoneWhileItsBlockStays() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let inclusion = SettlementSample.inclusion()
        _ = apply(SettlementSample.sighting(inclusion, missing: 20, spent: true), to: &machine, at: Self.start)
        #expect(machine.mined == inclusion)
        let late = Self.start + .seconds(700)
        // Nothing is sent again, whatever the account's count says at that depth.
        let gone = SettlementSample.sighting(keepsBlock: true, missing: 2)
        #expect(apply(gone, to: &machine, at: late) == [.wake(at: late + limits.look * 2)])
        #expect(machine.hold == nil)
        let final = SettlementSample.sighting(keepsBlock: true, spent: true)
        #expect(apply(final, to: &machine, at: late) == [.end(.settled(inclusion))])
    }

    @Test func aReceiptThatIsGoneMayHaveBeenOfARevert() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        let inclusion = SettlementSample.inclusion(succeeded: false)
        _ = apply(SettlementSample.sighting(inclusion, missing: 20, spent: true), to: &machine)
        #expect(apply(SettlementSample.sighting(keepsBlock: true, spent: true), to: &machine) == [.askContract])
        #expect(machine.phase == .reverted(inclusion))
    }

    /// Its block has left the chain; the account's count denies it; it is another transaction's; none was ever seen.
    @Test(
        arguments: [
            (SettlementSample.inclusion(), SettlementSample.sighting()),
            (SettlementSample.inclusion(), SettlementSample.sighting(keepsBlock: true)),
            (SettlementSample.inclusion(of: 2), SettlementSample.sighting(keepsBlock: true, missing: 3)),
            (nil, SettlementSample.sighting(keepsBlock: true, missing: 3)),
        ] as [(Inclusion?, SettlementMachine.Event)]
    )
    func countsNoOtherReceiptThatIsGone(mined: Inclusion?, event: SettlementMachine.Event) {
        let attempt = SettlementSample.attempt(1, sentAt: Self.start)
        var machine = SettlementMachine(phase: .sent(nonce: 5, gasLimit: 90_000, attempts: [attempt]), mined: mined)
        #expect(apply(event, to: &machine, at: Self.start + limits.resendAfter) == [.broadcast(attempt)])
    }

    @Test func forgetsAReceiptWithTheNonce() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        _ = apply(SettlementSample.sighting(SettlementSample.inclusion(), missing: 9, spent: true), to: &machine)
        _ = apply(SettlementSample.sighting(spent: true), to: &machine, at: Self.start)
        _ = apply(SettlementSample.sighting(spent: true), to: &machine, at: Self.start + limits.receiptPatience)
        #expect(machine.phase == .checking && machine.mined == nil)
    }

    @Test func takesAReceiptThatComesLate() {
        var machine = sent(SettlementSample.attempt(1, sentAt: Self.start))
        _ = apply(SettlementSample.sighting(spent: true), to: &machine, at: Self.start)
        let inclusion = SettlementSample.inclusion()
        let seen = SettlementSample.sighting(inclusion, missing: 0, spent: true)
        #expect(apply(seen, to: &machine, at: Self.start + .seconds(290)) == [.end(.settled(inclusion))])
    }
}
