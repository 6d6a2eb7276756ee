// A Bacalhau orchestrator that a test plays: names, versions, states and answers as the recorded server of version 1.9.3
// had them, jobs that run by a script instead of a program.

package import JSON

/// What a fake job does, and how long it takes.
package struct FakeJobScript: Sendable, Equatable {
    /// How it ends.
    package enum Outcome: Sendable, Equatable {
        case completes(FakeRun)
        /// Runs twice, as a job that traps does on one node, and fails with this text in its executions.
        case traps(String)
        /// Fails at once without an execution, every node being busy: no verdict on the job.
        case nodesBusy
        /// Fails at once, as no node is connected.
        case noNode
        /// Fails at once without an execution, for this reason.
        case refused(String)
        /// Fails when its total time-out is over.
        case timesOut
        /// Runs until it is stopped, whatever its time-outs say.
        case neverEnds
        /// Accepted, then forgotten: nobody knows it any more after its duration.
        case lost
        /// `Pending` with an execution in state 1, for ever: the node is broken, for later jobs too.
        case wedged
        /// The same for this job alone: the node looks for its inputs.
        case seeksInputs
    }

    package var outcome: Outcome
    /// Virtual time from the submission to the end.
    package var duration: Duration
    /// How often it is asked for before it may end.
    package var polls: Int
    /// The compute node that it is given to.
    package var node = "46813ad9-8222-4a7c-add7-5f5959b562d7"

    package init(_ outcome: Outcome, after duration: Duration = .zero, polls: Int = 0) {
        self.outcome = outcome
        self.duration = duration
        self.polls = polls
    }

    /// Ends at once with this on its standard output.
    package static func prints(_ text: String) -> FakeJobScript { FakeJobScript(.completes(FakeRun(stdout: text))) }
}

/// What a completed job leaves behind.
package struct FakeRun: Sendable, Equatable {
    package var stdout: String
    package var stderr: String
    /// −1 is what a WASM program has that just returns.
    package var exitCode: Int
    /// Of the result tree; shown only to a job with the `ipfs` publisher.
    package var cid: String

    package init(
        stdout: String = "",
        stderr: String = "",
        exitCode: Int = 0,
        cid: String = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
    ) {
        self.stdout = stdout
        self.stderr = stderr
        self.exitCode = exitCode
        self.cid = cid
    }
}

/// A submission as the script sees it.
package struct FakeSubmission: Sendable {
    package let name: String
    /// The object under `Job`.
    package let job: JSONValue
    /// 1 unless the name was submitted with another body or by force.
    package let version: Int

    /// The name without a suffix `-r2`, `-r3` ….
    package var baseName: String { suffixStart.map { String(name[..<$0]) } ?? name }
    /// 1 without a suffix, else its number.
    package var attempt: Int { suffixStart.flatMap { Int(name[$0...].dropFirst(2)) } ?? 1 }

    /// The only task that is looked at.
    package var task: JSONValue? { job["Tasks"]?.array?.first }

    private var suffixStart: String.Index? {
        guard let dash = name.lastIndex(of: "-") else { return nil }
        let suffix = name[dash...].dropFirst()
        return suffix.first == "r" && Int(suffix.dropFirst()) != nil ? dash : nil
    }
}
