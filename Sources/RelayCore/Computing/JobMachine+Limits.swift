internal import Bacalhau

extension JobMachine {
    package struct Limits: Equatable, Sendable {
        /// Time that the relayer adds to a job's own time-out before it stops the job.
        package var grace: Duration = .seconds(180)
        /// Tries without room, at most; the first of these two limits ends it.
        package var busyTries = 8
        package var busyTime: Duration = .seconds(900)
        package var busyBackoff = Backoff(first: .seconds(2), limit: .seconds(180))
        package var outageBackoff = Backoff(first: .milliseconds(500), limit: .seconds(30))
        /// Submissions in vain of one try, at least, and since the first of them, before the request is failed: the
        /// orchestrator takes the body each time and never has a job.
        package var vainSubmissions = 12
        package var vainTime: Duration = .seconds(900)
        /// How long a job that is ordered to stop may go on before the request is answered without waiting for it.
        package var stopTime: Duration = .seconds(60)
        /// How long beyond its deadline a job is waited for of which the orchestrator says nothing.
        package var silenceTime: Duration = .seconds(3_600)
        /// How long a job may have no execution, beyond the time that it may wait for room.
        package var pendingTime: Duration = .seconds(600)
        /// How long a compute node may not take a job that it was given; a minute of it is a broken node.
        package var untakenTime: Duration = .seconds(300)
        /// How long the orchestrator may say something of a job that is not understood.
        package var unknownTime: Duration = .seconds(900)
        /// Tries that end for a cause that may pass, at most.
        package var passingTries = 3
        /// How long an orchestrator may do nothing for a try that is still to be placed before the try is left for another
        /// one; ten times as long where it has the job.
        package var moveTime: Duration = .seconds(30)
        /// Tries of a request that are left so, at most, and how long after the first of them they are counted anew.
        package var moves = 8
        package var movesTime: Duration = .seconds(3_600)
        /// Whether published files can be read; else a result is what the run output has of it.
        package var readsFiles = false
        /// How long a file that cannot be read is tried, from the first failure on, before the run output is taken.
        package var filePatience: Duration = .seconds(60)
        package var fileBackoff = Backoff(first: .seconds(1), limit: .seconds(15))
        package var firstPoll: Duration = .milliseconds(40)
        package var slowestPoll: Duration = .seconds(5)

        package init() {}

        /// How long a job may stay in a stage; nil: as long as its time-out lasts.
        func time(for stage: JobStage, queueSeconds: Int64) -> Duration? {
            switch stage {
            case .pending, .queued: pendingTime + .seconds(queueSeconds)
            case .untaken: untakenTime
            case .unknown: unknownTime
            case .running: nil
            }
        }
    }

    /// How often something happened, and when for the first time.
    package struct Tally: Equatable, Sendable {
        package let count: Int
        package let since: Timestamp

        package init(count: Int, since: Timestamp) {
            self.count = count
            self.since = since
        }

        /// Once more.
        static func adding(to tally: Tally?, _ now: Timestamp) -> Tally {
            Tally(count: min((tally?.count ?? 0) + 1, counterLimit), since: tally?.since ?? now)
        }
    }

    /// Counters stop here; a stored one that is larger is damage.
    package static let counterLimit = 1_000_000
}
