import Ethereum
import RelayCore
import RelayTestSupport
import Testing

/// Every machine meets every event at every time: nothing traps, nothing waits for nothing, no nonce is let go.
@Suite struct SettlementMachineTotalityTests {
    @Test(arguments: SettlementSample.machines.indices) func meetsEveryEvent(index: Int) {
        for event in SettlementSample.events {
            for now in JobSample.times {
                var machine = SettlementSample.machines[index]
                let before = machine
                let actions = machine.apply(event, at: now)
                check(before, event, actions, machine)
            }
        }
    }

    /// Events in any order: the same holds after each.
    @Test(arguments: 0..<200 as Range<UInt64>) func meetsAnyOrder(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var machine = SettlementMachine()
        var now = SettlementSample.start
        for _ in 0..<60 {
            guard let event = chance.element(of: SettlementSample.events) else { return }
            now = now + .milliseconds(chance.below(60_000))
            let before = machine
            let actions = machine.apply(event, at: now)
            check(before, event, actions, machine)
        }
    }

    private func check(
        _ before: SettlementMachine,
        _ event: SettlementMachine.Event,
        _ actions: [SettlementMachine.Action],
        _ after: SettlementMachine
    ) {
        let comment: () -> Comment = { "\(before.phase) \(event) → \(after.phase) \(actions)" }
        #expect(actions.count == 1, comment())
        #expect(after.failures >= 0 && after.failures <= JobMachine.counterLimit, comment())
        if before.isEnded { #expect(after.phase == before.phase, comment()) }
        checkNonce(before, event, after, comment)
        switch actions.first {
        case .end(let outcome): #expect(after.phase == .ended(outcome), comment())
        case .broadcast(let attempt):
            guard case .sent(_, _, let attempts) = after.phase else {
                Issue.record(comment())
                return
            }
            #expect(attempts.contains(attempt), comment())
        case .bump, .look:
            guard case .sent = after.phase else {
                Issue.record(comment())
                return
            }
        case .sign(let gasLimit): #expect(after.phase == .signing(gasLimit: gasLimit), comment())
        case .askContract, .simulate, .wake: break
        case nil: Issue.record(comment())
        }
        checkResumes(after, comment)
    }

    /// A signed answer keeps its nonce and its bytes until a receipt or the proof that the nonce is gone.
    private func checkNonce(
        _ before: SettlementMachine,
        _ event: SettlementMachine.Event,
        _ after: SettlementMachine,
        _ comment: () -> Comment
    ) {
        guard case .sent(let nonce, let gasLimit, let old) = before.phase else { return }
        switch after.phase {
        case .sent(let newNonce, let newLimit, let new):
            #expect(newNonce == nonce && newLimit == gasLimit, comment())
            #expect(new.count >= old.count && new.count <= max(2, old.count), comment())
            #expect(Array(new.map(\.rawBytes).prefix(old.count)) == old.map(\.rawBytes), comment())
        case .checking, .reverted, .ended:
            guard case .seen(let sighting) = event else {
                Issue.record(comment())
                return
            }
            #expect(sighting.inclusion != nil || sighting.nonceIsSpent, comment())
        case .signing: Issue.record(comment())
        }
    }

    private func checkResumes(_ machine: SettlementMachine, _ comment: () -> Comment) {
        var restarted = machine
        let resumed = machine.resume()
        #expect(restarted.apply(.woke, at: SettlementSample.now) == resumed, comment())
        switch machine.phase {
        case .ended(let outcome): #expect(resumed == [.end(outcome)], comment())
        case .sent: #expect(resumed == [.look], comment())
        case .checking, .signing, .reverted: #expect(resumed == [.askContract], comment())
        }
    }
}
