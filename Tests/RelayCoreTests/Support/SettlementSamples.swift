import Ethereum
import RelayCore

/// Settlement machines in each phase, and each event that may meet them.
enum SettlementSample {
    static let start = Sample.time(1_000)
    static let now = Sample.time(1_010)

    static func fees(_ number: UInt64) -> Fees {
        Fees(maxFeePerGas: UInt256(number), maxPriorityFeePerGas: UInt256(1))
    }

    static func attempt(_ number: Int, sentAt: Timestamp? = nil) -> Attempt {
        Attempt(
            hash: Sample.hash(100 + number),
            rawBytes: [UInt8(truncatingIfNeeded: number)],
            fees: fees(UInt64(100 + number)),
            lastSentAt: sentAt
        )
    }

    static func inclusion(succeeded: Bool = true, of number: Int = 1) -> Inclusion {
        Inclusion(
            transactionHash: Sample.hash(100 + number),
            blockNumber: 50,
            blockHash: Sample.hash(50),
            succeeded: succeeded,
            gasUsed: 21_000,
            effectiveGasPrice: UInt256(7),
            callbackSucceeded: true
        )
    }

    static func sighting(
        _ inclusion: Inclusion? = nil,
        keepsBlock: Bool = false,
        missing: UInt64 = 0,
        spent: Bool = false
    ) -> SettlementMachine.Event {
        .seen(
            SettlementMachine.Sighting(
                inclusion: inclusion,
                keepsBlock: keepsBlock,
                missing: missing,
                nonceIsSpent: spent
            )
        )
    }

    static func sent(_ attempts: Attempt...) -> SettlementMachine.Phase {
        .sent(nonce: 5, gasLimit: 90_000, attempts: attempts)
    }

    static let outcomes: [SettlementMachine.SendOutcome] = [
        .accepted, .nonceUsed, .feeTooLow("low"), .insufficientFunds("poor"), .refused("no"), .unknown, .notSent,
    ]

    static let phases: [SettlementMachine.Phase] = [
        .checking, .signing(gasLimit: 90_000), sent(), sent(attempt(1)),
        sent(attempt(1, sentAt: start)), sent(attempt(1, sentAt: start), attempt(2)),
        sent(attempt(1), attempt(2, sentAt: .distantFuture)), .reverted(inclusion(succeeded: false)),
        .ended(.settled(inclusion())), .ended(.settledElsewhere("fulfilled")), .ended(.dead("why")),
    ]

    static let events: [SettlementMachine.Event] =
        [
            .woke, .contractSaid(.unknown), .contractSaid(.open), .contractSaid(.closed(.fulfilled)),
            .contractSaid(.closed(.cancelled)), .contractSaid(.anotherRequest(Sample.hash(9))),
            .contractSaid(.unreadable("no form")), .contractSaid(.undecided("not read yet")),
            .unanswerable("no function"),
            .simulated(.passes(gasLimit: 80_000)), .simulated(.reverts("not open")), .signed(nonce: 6, attempt(3)),
            .notAffordable("poor"), .tooDear("dear"), .bumped(attempt(4)), .notBumped("cap"),
            .broadcast(Sample.hash(999), .accepted), sighting(), sighting(spent: true),
            sighting(inclusion(), missing: .max, spent: true),
            sighting(inclusion(), missing: 0, spent: true),
            sighting(inclusion(succeeded: false), missing: 1, spent: true), sighting(keepsBlock: true),
            sighting(keepsBlock: true, missing: 9), sighting(keepsBlock: true, spent: true),
            .unavailable(retryAfter: nil),
            .unavailable(retryAfter: .seconds(Int64.max)), .unavailable(retryAfter: .seconds(-1)),
        ] + outcomes.map { .broadcast(attempt(1).hash, $0) } + outcomes.map { .broadcast(attempt(2).hash, $0) }

    static let holds: [SettlementMachine.Hold?] =
        [nil]
        + SettlementMachine.Hold.Cause.allCases.flatMap { cause in
            [
                SettlementMachine.Hold(cause: cause, reason: "r", since: start),
                SettlementMachine.Hold(
                    cause: cause,
                    reason: "r",
                    since: Timestamp(milliseconds: .min),
                    times: JobMachine.counterLimit
                ),
            ]
        }

    static let machines: [SettlementMachine] = phases.flatMap { phase in
        holds.flatMap { hold in
            [nil, inclusion(), inclusion(succeeded: false, of: 9)].map { mined in
                SettlementMachine(phase: phase, hold: hold, failures: hold?.times ?? 0, mined: mined)
            }
        }
    }
}

extension SettlementMachine {
    var isEnded: Bool { if case .ended = phase { true } else { false } }
}
