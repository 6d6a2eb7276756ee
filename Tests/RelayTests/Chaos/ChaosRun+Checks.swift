import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite
import Telemetry
import Testing

extension ChaosRun {
    /// Everything that must hold once the dust has settled.
    func check() throws {
        try checkRequests()
        try checkDamaged()
        checkJobs()
        try checkTransactions()
        try checkStore("at the end")
        checkSpeech()
        checkCallRates()
    }

    private func checkRequests() throws {
        let state = snapshot
        for request in state.requests {
            let stored = try world.listed(request)
            #expect(stored != nil, "request \(request.jobID) was never found\n\(story)")
            let settlements = world.chain.effectiveSettlements(of: request.jobID)
            switch stored?.request.state {
            case .settled?:
                #expect(settlements.count == 1, "request \(request.jobID)\n\(story)")
            case .dead?:
                #expect(stored?.reason?.isEmpty == false, "request \(request.jobID) is dead without a reason\n\(story)")
                // Nothing that made it so has remained, and an operator has said "again".
                Issue.record("request \(request.jobID) stays dead: \(stored?.reason ?? "")\n\(story)")
            default:
                Issue.record("request \(request.jobID) is \(String(describing: stored?.request.state))\n\(story)")
            }
        }
    }

    private func checkDamaged() throws {
        let rejected = try StoreView(path: world.database).rejected(limit: 100)
        for (damage, request) in snapshot.damaged {
            let stored = try world.listed(request)
            switch damage {
            case .missingTopic, .dirtyRequester:
                #expect(stored != nil || !rejected.isEmpty, "\(damage) left no trace\n\(story)")
            default:
                #expect(stored?.request.state == .settled, "\(damage): \(String(describing: stored))\n\(story)")
                let answer = world.answer(to: request)
                if case .failed? = answer { continue }
                Issue.record("\(damage): \(String(describing: answer))\n\(story)")
            }
        }
    }

    /// Each name began once, and a suffix follows only what came to nothing.
    private func checkJobs() {
        var byRequest: [String: [Submitted]] = [:]
        for job in snapshot.submissions { byRequest[job.submission.baseName, default: []].append(job) }
        for (name, jobs) in byRequest {
            #expect(jobs.allSatisfy { $0.submission.version == 1 }, "\(name) has a second version\n\(story)")
            for (before, after) in zip(jobs, jobs.dropFirst()) {
                let isLost = before.outcome == .lost || before.epoch != after.epoch
                let mayFollow = isLost || before.outcome == .nodesBusy || before.outcome == .noNode
                #expect(mayFollow, "\(after.submission.name) began although \(before) had\n\(story)")
                if !isLost { #expect(after.submission.attempt == before.submission.attempt + 1, "\(name)\n\(story)") }
            }
        }
    }

    private func checkTransactions() throws {
        let account = world.account.address
        let events = plan.events.map(\.event)
        for reverted in world.chain.revertedTransactions(of: account) {
            let isExplained =
                reverted.reason == "not open" && !snapshot.settledByOthers.isEmpty
                || reverted.reason == "not a relayer" && events.contains(.role(false))
            #expect(isExplained, "\(reverted.hash) reverted: \(reverted.reason)\n\(story)")
        }
        let connection = try Connection(path: world.database, options: ConnectionOptions(access: .readOnly))
        let nonces = try connection.read { t in
            try t.prepare("SELECT nonce FROM settlement WHERE state <> 'lost' ORDER BY nonce").all { try $0.int64(0) }
        }
        #expect(Set(nonces).count == nonces.count, "\(nonces)\n\(story)")
        #expect(world.chain.pooled(of: account).isEmpty, "\(story)")
        let lost = try connection.integer("SELECT count(*) FROM settlement WHERE state = 'lost'")
        let mined = world.chain.minedCount(of: account)
        #expect(nonces.allSatisfy { $0 < mined }, "\(nonces), \(mined) mined\n\(story)")
        #expect(nonces.count + Int(lost) >= mined, "\(nonces), \(lost) lost, \(mined) mined\n\(story)")
    }

    /// What holds in the store at every moment, also between a death and the next start.
    func checkStore(_ when: String) throws {
        let connection = try Connection(path: world.database, options: ConnectionOptions(access: .readOnly))
        for (what, query) in Self.violations {
            let count = try connection.integer("SELECT count(*) FROM (\(query))")
            #expect(count == 0, "\(when): \(count) times \(what)\n\(story)")
        }
        #expect(try connection.text("PRAGMA integrity_check") == "ok", "\(when)\n\(story)")
    }

    private static let violations: [(what: String, query: String)] = [
        ("a row that refers to nothing", "SELECT * FROM pragma_foreign_key_check"),
        ("a request twice", "SELECT hash FROM request GROUP BY hash HAVING count(*) > 1"),
        (
            "a job under way without its body",
            """
            SELECT id FROM request r WHERE state IN ('accepted', 'submitted')
            AND (computing IS NULL OR NOT EXISTS (SELECT 1 FROM job WHERE request_id = r.id))
            """
        ),
        (
            "an answer missing",
            """
            SELECT id FROM request r WHERE state IN ('answered', 'settling')
            AND NOT EXISTS (SELECT 1 FROM answer WHERE request_id = r.id)
            """
        ),
        (
            "a settlement without its bytes",
            """
            SELECT id FROM request r WHERE state = 'settling' AND NOT EXISTS (SELECT 1 FROM settlement s
            JOIN attempt a ON a.settlement_id = s.id WHERE s.request_id = r.id AND s.state = 'live')
            """
        ),
        (
            "a live settlement of what is not settling",
            """
            SELECT s.id FROM settlement s JOIN request r ON r.id = s.request_id
            WHERE s.state = 'live' AND r.state <> 'settling'
            """
        ),
        (
            "settled without a transaction or a reason",
            """
            SELECT id FROM request r WHERE state = 'settled' AND reason IS NULL
            AND NOT EXISTS (SELECT 1 FROM settlement WHERE request_id = r.id AND state = 'final' AND succeeded = 1)
            """
        ),
        ("dead without a reason", "SELECT id FROM request WHERE state = 'dead' AND coalesce(reason, '') = ''"),
        (
            "two settlements with effect",
            "SELECT request_id FROM settlement WHERE succeeded = 1 GROUP BY request_id HAVING count(*) > 1"
        ),
        (
            "a trail that ends elsewhere",
            """
            SELECT r.id FROM request r WHERE state <>
            (SELECT to_state FROM audit WHERE request_id = r.id ORDER BY id DESC LIMIT 1)
            """
        ),
    ]

    /// Nothing that repeats itself is said each second.
    private func checkSpeech() {
        var spoken: [String: Int] = [:]
        for record in world.log.records where record.level >= .warning {
            let whom = record.fields["outage.of"] ?? record.fields["request.hash"] ?? ""
            spoken["minute \(record.time / 60_000): \(record.message) \(whom)", default: 0] += 1
        }
        let bound = 3 + plan.lives.count * 2
        for (what, count) in spoken where count > bound {
            Issue.record("said \(count) times in \(what)\n\(story)")
        }
    }

    /// In a bad minute too there is an end to the calls.
    private func checkCallRates() {
        var perMinute: [Int64: Int] = [:]
        for call in chainWire.calls + bacalhauWire.calls { perMinute[call.at / 60_000, default: 0] += 1 }
        let requests = snapshot.requests.count + snapshot.damaged.count
        let bound = 200 + 60 * requests
        for (minute, calls) in perMinute where calls > bound {
            Issue.record("\(calls) calls in minute \(minute), for \(requests) requests\n\(story)")
        }
    }
}
