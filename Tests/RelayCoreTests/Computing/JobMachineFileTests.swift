import Bacalhau
import RelayCore
import Testing

/// Where a result comes from: the published file, or the run output where that cannot be had.
@Suite struct JobMachineFileTests {
    private let limits = {
        var limits = JobMachine.Limits()
        limits.readsFiles = true
        return limits
    }()
    private static let lasting = JobMachine.FileFailure(reason: "no such file", isLasting: true)
    private static let passing = JobMachine.FileFailure(reason: "no answer", isLasting: false)

    private func apply(
        _ event: JobMachine.Event,
        to machine: inout JobMachine,
        at now: Timestamp = JobSample.now
    ) -> [JobMachine.Action] {
        machine.apply(event, at: now, limits: limits)
    }

    private func watching(files: JobMachine.Tally? = nil) -> JobMachine {
        JobSample.machine(.watching(jobID: "j-1", since: JobSample.start), files: files)
    }

    private func content(_ text: String) -> ResultFileContent { ResultFileContent(bytes: Array(text.utf8)) }

    private static func runOutput(_ reason: String?) -> Answer {
        Answer(
            kind: .result,
            text: "out",
            source: "run output",
            cid: JobSample.published.cid,
            note: reason.map { "the published file was not taken: \($0)" }
        )
    }

    @Test(arguments: JobSample.phases.prefix(3)) func asksForTheFileOfAPublishedResult(phase: JobMachine.Phase) {
        var machine = JobSample.machine(phase)
        #expect(apply(JobSample.found(.answer(JobSample.published)), to: &machine) == [.fetch(JobSample.published)])
        #expect(machine.jobID == "j-1" || phase != .placing)
        // A crash now, and it is looked up and asked for again.
        let restarted = machine.resume(limits: limits)
        #expect(restarted == [.lookUp] || phase == JobSample.phases[2])
    }

    @Test func answersWithTheWholeFile() {
        var machine = watching()
        let answer = Answer(
            kind: .result,
            text: "output of several writes",
            source: "published files",
            cid: JobSample.published.cid
        )
        let event = JobMachine.Event.fetched(JobSample.published, content("output of several writes"))
        #expect(apply(event, to: &machine) == [.answer(answer)])
        #expect(machine.phase == .answered(answer))
    }

    @Test func keepsBytesThatAreNoText() {
        var machine = watching()
        let bytes = Array("out".utf8) + [0xff, 0x00]
        _ = apply(.fetched(JobSample.published, ResultFileContent(bytes: bytes)), to: &machine)
        guard case .answered(let answer) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(answer.bytes == bytes && answer.text == "out\u{fffd}\0" && !answer.truncated)
    }

    @Test(arguments: [1, 2, 3]) func leavesOutWhatACutLeftOfACharacter(count: Int) {
        var machine = watching()
        let bytes = Array("out".utf8) + Array("😀".utf8).prefix(count)
        _ = apply(.fetched(JobSample.published, ResultFileContent(bytes: bytes, isCut: true)), to: &machine)
        let answer = Answer(
            kind: .result,
            text: "out",
            source: "published files",
            truncated: true,
            cid: JobSample.published.cid
        )
        #expect(machine.phase == .answered(answer))
    }

    @Test func takesTheRunOutputWhereTheFileContradictsIt() {
        var machine = watching()
        let answer = Self.runOutput("the file does not begin as the run output does")
        #expect(apply(.fetched(JobSample.published, content("<html>")), to: &machine) == [.answer(answer)])
    }

    @Test func takesTheRunOutputAtOnceWhereThereIsNoFile() {
        var machine = watching()
        let event = JobMachine.Event.fetchFailed(JobSample.published, Self.lasting)
        #expect(apply(event, to: &machine) == [.answer(Self.runOutput("no such file"))])
    }

    @Test func triesAgainUntilItsPatienceIsOver() {
        var machine = watching()
        var now = JobSample.now
        var tries = 0
        while tries < 100 {
            #expect(apply(.woke, to: &machine, at: now) == [.lookUp])
            let found = JobSample.found(.answer(JobSample.published))
            #expect(apply(found, to: &machine, at: now) == [.fetch(JobSample.published)])
            tries += 1
            let actions = apply(.fetchFailed(JobSample.published, Self.passing), to: &machine, at: now)
            guard case .wake(let at)? = actions.first else { break }
            #expect(at > now && at - JobSample.now <= limits.filePatience)
            now = at
        }
        #expect(now == JobSample.now + limits.filePatience)
        // After 1, 2, 4, 8, 15, 15 and 15 s, and a last one at the end.
        #expect(tries == 8)
        #expect(machine.phase == .answered(Self.runOutput("no answer")))
    }

    @Test func triesOnceWithoutPatience() {
        var machine = watching()
        var limits = limits
        limits.filePatience = .zero
        let event = JobMachine.Event.fetchFailed(JobSample.published, Self.passing)
        #expect(machine.apply(event, at: JobSample.now, limits: limits) == [.answer(Self.runOutput("no answer"))])
    }

    /// The orchestrator may be away in between; its own waits have their own count.
    @Test func keepsItsPatienceThroughAnOutage() {
        let tally = JobMachine.Tally(count: 3, since: JobSample.start)
        var machine = watching(files: tally)
        _ = apply(.unavailable(retryAfter: nil), to: &machine)
        #expect(machine.files == tally && machine.outages == 1)
        _ = apply(.fetchFailed(JobSample.published, Self.passing), to: &machine)
        #expect(machine.outages == 1)
        _ = apply(
            .fetchFailed(JobSample.published, Self.passing),
            to: &machine,
            at: JobSample.start + limits.filePatience
        )
        #expect(machine.phase == .answered(Self.runOutput("no answer")))
    }

    @Test func beginsAnewWithTheNextTry() {
        var machine = watching(files: JobMachine.Tally(count: 3, since: JobSample.start))
        _ = apply(.notFound, to: &machine)
        _ = apply(.woke, to: &machine, at: Sample.time(1_000_000))
        #expect(machine.attempt == 2 && machine.files == nil)
    }

    @Test func readsNoFileWhereThereIsNone() {
        var unpublished = watching()
        guard case .answer? = apply(JobSample.found(.answer(JobSample.result)), to: &unpublished).first else {
            Issue.record("\(unpublished)")
            return
        }
        var cid = watching()
        let answer = JobAnswer(
            bytes: Array("Qm".utf8),
            isTruncated: false,
            resultType: .cid,
            executionID: "e",
            cid: "Qm"
        )
        guard case .answer(let given)? = apply(JobSample.found(.answer(answer)), to: &cid).first else {
            Issue.record("\(cid)")
            return
        }
        #expect(given.source == "published result" && given.note == nil)
        // And none where the settings name no place to read it.
        var machine = watching()
        let actions = machine.apply(JobSample.found(.answer(JobSample.published)), at: JobSample.now)
        #expect(actions == [.answer(Self.runOutput(nil))])
    }

    // MARK: Nodes that had to agree

    private static func agreed(cid: String?) -> JobAnswer {
        JobAnswer(
            bytes: Array("out".utf8),
            isTruncated: false,
            resultType: .stdout,
            executionID: "e-1",
            cid: cid,
            agreement: "2 of 3 nodes agree, 2 of 3 had to"
        )
    }

    @Test func readsNoFileThatNobodyCompared() {
        var machine = watching()
        let actions = apply(JobSample.found(.answer(Self.agreed(cid: nil))), to: &machine)
        let note = "2 of 3 nodes agree, 2 of 3 had to"
        #expect(actions == [.answer(Answer(kind: .result, text: "out", source: "run output", note: note))])
    }

    @Test func saysWhoAgreedBesideWhereItIsFrom() {
        let answer = Self.agreed(cid: JobSample.published.cid)
        var machine = watching()
        #expect(apply(JobSample.found(.answer(answer)), to: &machine) == [.fetch(answer)])
        var other = machine
        guard case .answer(let read)? = apply(.fetched(answer, content("output")), to: &machine).first else {
            Issue.record("no answer")
            return
        }
        #expect(read.source == "published files" && read.note == "2 of 3 nodes agree, 2 of 3 had to")
        guard case .answer(let told)? = apply(.fetchFailed(answer, Self.lasting), to: &other).first else {
            Issue.record("no answer")
            return
        }
        #expect(
            told.note == "2 of 3 nodes agree, 2 of 3 had to; the published file was not taken: no such file"
        )
    }

    @Test func keepsADisagreementForTheHistory() {
        var machine = watching()
        let failure = JobFailure(cause: "they do not agree", detail: "1 node (a) gave \"1\"")
        let answer = Answer.failure("they do not agree", source: "orchestrator", note: failure.detail)
        #expect(apply(JobSample.found(.failed(failure)), to: &machine) == [.answer(answer)])
    }
}
