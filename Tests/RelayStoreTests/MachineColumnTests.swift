import Bacalhau
import Ethereum
import RelayCore
import Testing

// What a machine's column holds is the store's own.
@testable import RelayStore

@Suite struct MachineColumnTests {
    private static let time = Timestamp(milliseconds: 1_700_000_000_123)
    private static let answer = Answer(kind: .failure, text: "\u{0} \"quoted\" é", source: "spec")

    private static let jobs: [JobMachine] = [
        .init(resultType: .cid, timeoutSeconds: 1, startedAt: time),
        .init(
            resultType: .exitCode,
            timeoutSeconds: .max,
            startedAt: Timestamp(milliseconds: .min),
            attempt: 8,
            phase: .watching(jobID: "j-\"é\u{0}\n", since: .distantFuture),
            jobID: "j-\"é\u{0}\n",
            busy: JobMachine.Tally(count: 7, since: time),
            submissions: JobMachine.Tally(count: 3, since: time),
            files: JobMachine.Tally(count: 5, since: time),
            outages: JobMachine.counterLimit,
            silence: JobMachine.Tally(count: 2, since: time),
            moves: JobMachine.Tally(count: 4, since: time),
            hasMovedInDoubt: true
        ),
        .init(resultType: .stdout, timeoutSeconds: 1, startedAt: time, phase: .stopping(jobID: "", since: time)),
        .init(resultType: .stderr, timeoutSeconds: 1, startedAt: time, phase: .pausing(until: time)),
        .init(resultType: .stderr, timeoutSeconds: 1, startedAt: time, phase: .answered(answer)),
        .init(resultType: .cid, timeoutSeconds: 1, startedAt: time, agreement: Agreement(runs: 16, basis: .output)),
        .init(resultType: .cid, timeoutSeconds: 1, startedAt: time, agreement: Agreement(runs: 3)?.forJob(count: 400)),
    ]

    @Test(arguments: jobs.indices) func readsAJobMachineBack(index: Int) throws {
        let machine = Self.jobs[index]
        #expect(try JobMachine(json: machine.json, answer: Self.answer) == machine)
    }

    /// As versions wrote it that read no published files.
    @Test func readsAJobMachineOfAnOldVersion() throws {
        let old =
            #"{"v":1,"resultType":1,"timeout":60,"startedAt":5,"attempt":1,"outages":0,"phase":"placing"}"#
        let machine = JobMachine(resultType: .stdout, timeoutSeconds: 60, startedAt: Timestamp(milliseconds: 5))
        #expect(try JobMachine(json: old, answer: nil) == machine)
    }

    @Test func readsASettlementMachineBack() throws {
        for cause in SettlementMachine.Hold.Cause.allCases {
            let hold = SettlementMachine.Hold(
                cause: cause,
                reason: "é \"\u{0}",
                since: Self.time,
                began: Timestamp(milliseconds: .min),
                times: 9
            )
            let machine = SettlementMachine(phase: .checking, hold: hold, failures: JobMachine.counterLimit)
            #expect(try SettlementMachine(json: machine.json, live: nil) == machine)
        }
        #expect(try SettlementMachine(json: nil, live: nil) == SettlementMachine())
    }

    @Test func readsASentSettlementBackWithItsRows() throws {
        let attempt = Attempt(
            hash: StoreBench.hash(1),
            rawBytes: [1],
            fees: Fees(maxFeePerGas: UInt256(2), maxPriorityFeePerGas: UInt256(1))
        )
        let sent = SettlementMachine(phase: .sent(nonce: 4, gasLimit: 5, attempts: [attempt]))
        #expect(try SettlementMachine(json: sent.json, live: (4, 5, [attempt])) == sent)
    }

    @Test(arguments: [true, false], [true, false, nil] as [Bool?])
    func readsBackHowItWasMined(succeeded: Bool, callbackSucceeded: Bool?) throws {
        let inclusion = Inclusion(
            transactionHash: StoreBench.hash(1),
            blockNumber: 7,
            blockHash: StoreBench.hash(2),
            succeeded: succeeded,
            gasUsed: 21_000,
            effectiveGasPrice: .max,
            callbackSucceeded: callbackSucceeded
        )
        let machine = SettlementMachine(phase: .sent(nonce: 4, gasLimit: 5, attempts: []), mined: inclusion)
        #expect(try SettlementMachine(json: machine.json, live: (4, 5, [])) == machine)
    }

    /// As versions wrote it that kept no inclusion before it was final.
    @Test func readsRowsOfOldVersions() throws {
        let sent = try SettlementMachine(json: #"{"v":1,"failures":2}"#, live: (4, 5, []))
        #expect(sent == SettlementMachine(phase: .sent(nonce: 4, gasLimit: 5, attempts: []), failures: 2))
        let hash = StoreBench.hash(1).hex
        let old = #"{"hash":"\#(hash)","block":7,"blockHash":"\#(hash)","gasUsed":9,"gasPrice":"1"}"#
        let reverted = try SettlementMachine(json: #"{"v":1,"failures":0,"reverted":\#(old)}"#, live: nil)
        guard case .reverted(let inclusion) = reverted.phase else {
            Issue.record("not reverted")
            return
        }
        #expect(!inclusion.succeeded && inclusion.callbackSucceeded == nil && reverted.mined == nil)
    }

    /// A receipt is a node's word: no number in it may make the column unreadable.
    @Test func readsARevertedSettlementBackWhateverANodeSaid() throws {
        let inclusion = Inclusion(
            transactionHash: StoreBench.hash(1),
            blockNumber: .max,
            blockHash: StoreBench.hash(2),
            succeeded: false,
            gasUsed: .max,
            effectiveGasPrice: .max,
            callbackSucceeded: nil
        )
        let machine = SettlementMachine(phase: .reverted(inclusion))
        guard case .reverted(let read) = try SettlementMachine(json: machine.json, live: nil).phase else {
            Issue.record("not reverted")
            return
        }
        #expect(read.transactionHash == inclusion.transactionHash && read.effectiveGasPrice == .max)
    }

    /// A held or signing machine is checked again: that is what a restart would do of the machine itself.
    @Test func checksAgainWhatWasNotSigned() throws {
        let machines = [
            SettlementMachine(phase: .signing(gasLimit: 1))
        ]
        for machine in machines {
            let read = try SettlementMachine(json: machine.json, live: nil)
            #expect(read.phase == .checking)
            #expect(read.resume() == machine.resume())
        }
    }

    private static let sound = jobs[1].json
    private static let verified = jobs[5].json

    @Test(arguments: [
        "", "[]", "{}", "null", #"{"v":2}"#, sound.replacing(#""attempt":8"#, with: #""attempt":0"#),
        sound.replacing(#""attempt":8"#, with: #""attempt":9223372036854775807"#),
        sound.replacing(#""outages":1000000"#, with: #""outages":1000001"#),
        sound.replacing(#""outages":1000000"#, with: #""outages":-1"#),
        sound.replacing(#""count":7"#, with: #""count":1e9"#),
        sound.replacing(#""count":5"#, with: #""count":-5"#),
        sound.replacing(#""count":2"#, with: #""count":-2"#), sound.replacing(#""count":4"#, with: #""count":true"#),
        sound.replacing("watching", with: "dreaming"),
        sound.replacing(#""resultType":3"#, with: #""resultType":4"#),
        sound.replacing(#""resultType":3"#, with: #""resultType":256"#), String(sound.dropLast()),
        verified.replacing(#""agree":9"#, with: #""agree":8"#), verified.replacing(#""runs":16"#, with: #""runs":1"#),
        verified.replacing(#""agree":9"#, with: #""agree":17"#), verified.replacing("output", with: "luck"),
    ])
    func callsADamagedJobMachineDamaged(json: String) {
        let error = #expect(throws: StoreError.self) { try JobMachine(json: json, answer: nil) }
        guard case .damaged? = error else {
            Issue.record("\(String(describing: error)) for \(json)")
            return
        }
    }

    @Test(arguments: [
        "", "{}", #"{"v":1}"#, #"{"v":1,"failures":-1}"#, #"{"v":1,"failures":9223372036854775807}"#,
        #"{"v":1,"failures":0,"mined":{"hash":"0x"}}"#, #"{"v":1,"failures":0,"hold":{}}"#,
        #"{"v":1,"failures":0,"reverted":{"hash":"0x"}}"#,
        #"{"v":1,"failures":0,"hold":{"cause":"luck","reason":"","since":0,"began":0,"times":1}}"#,
    ])
    func callsADamagedSettlementMachineDamaged(json: String) {
        let error = #expect(throws: StoreError.self) { try SettlementMachine(json: json, live: nil) }
        guard case .damaged? = error else {
            Issue.record("\(String(describing: error)) for \(json)")
            return
        }
    }
}
