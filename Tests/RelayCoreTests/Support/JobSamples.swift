import Bacalhau
import RelayCore

/// Machines in each phase, and each event that may meet them.
enum JobSample {
    static let start = Sample.time(1_000)
    static let now = Sample.time(1_010)
    static let answer = Answer(kind: .result, text: "done", source: "run output")

    static func machine(
        _ phase: JobMachine.Phase,
        timeout: Int64 = 60,
        attempt: Int = 1,
        busy: JobMachine.Tally? = nil,
        submissions: JobMachine.Tally? = nil,
        files: JobMachine.Tally? = nil,
        outages: Int = 0,
        silence: JobMachine.Tally? = nil
    ) -> JobMachine {
        JobMachine(
            resultType: .stdout,
            timeoutSeconds: timeout,
            startedAt: start,
            attempt: attempt,
            phase: phase,
            busy: busy,
            submissions: submissions,
            files: files,
            outages: outages,
            silence: silence
        )
    }

    static let phases: [JobMachine.Phase] = [
        .placing, .watching(jobID: "j-1", since: start), .stopping(jobID: "j-1", since: start),
        .pausing(until: Sample.time(1_020)), .pausing(until: start), .answered(answer),
    ]

    static let verdicts: [JobVerdict] = [
        .running(.running), .answer(result), .busy("node busy"), .answer(published), .failed(JobFailure(cause: "trap")),
        .stopped("by hand"), .lost,
    ]

    static let result = JobAnswer(bytes: Array("out".utf8), isTruncated: true, resultType: .stdout, executionID: "e-1")

    /// One that was published too.
    static let published = JobAnswer(
        bytes: Array("out".utf8),
        isTruncated: false,
        resultType: .stdout,
        executionID: "e-1",
        cid: "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
    )

    static func found(_ verdict: JobVerdict, isOurs: Bool = true) -> JobMachine.Event {
        .found(JobMachine.Sighting(jobID: "j-1", isOurs: isOurs, verdict: verdict))
    }

    static let events: [JobMachine.Event] =
        [
            .woke, .notFound, .gone, .held, .submitted(.created(jobID: "j-2")), .submitted(.alreadyExists(jobID: nil)),
            .submitted(.refused("bad")), .submitted(.denied("who are you")), .submitted(.unknown("500")),
            .submitted(.busy(retryAfter: nil)), .submitted(.busy(retryAfter: 7)),
            .submitted(.busy(retryAfter: .max)), .submitted(.busy(retryAfter: .min)), .stopTaken,
            .fetched(published, ResultFileContent(bytes: Array("output".utf8))),
            .fetched(published, ResultFileContent(bytes: [0xff], isCut: true)),
            .fetchFailed(published, JobMachine.FileFailure(reason: "gone", isLasting: true)),
            .fetchFailed(published, JobMachine.FileFailure(reason: "late", isLasting: false)),
            .unavailable(retryAfter: nil), .unavailable(retryAfter: .seconds(Int64.max)),
        ] + verdicts.map { found($0) } + verdicts.map { found($0, isOurs: false) }

    /// Sane and absurd: the clock stands still, jumps back, jumps to either end of time.
    static let times = [
        start, now, Sample.time(0), Sample.time(1_000_000), .distantFuture, Timestamp(milliseconds: .min),
    ]

    /// Machines with counters and deadlines at their ends.
    static let machines: [JobMachine] = phases.flatMap { phase in
        [
            machine(phase), machine(phase, timeout: 0), machine(phase, timeout: .max), machine(phase, timeout: .min),
            machine(
                phase,
                attempt: JobMachine.counterLimit,
                busy: JobMachine.Tally(count: JobMachine.counterLimit, since: start),
                submissions: JobMachine.Tally(count: JobMachine.counterLimit, since: start),
                files: JobMachine.Tally(count: JobMachine.counterLimit, since: start),
                outages: JobMachine.counterLimit
            ),
            machine(phase, silence: JobMachine.Tally(count: JobMachine.counterLimit, since: start)),
        ]
    }
}
