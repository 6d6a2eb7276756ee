internal import JSON

/// How long a task may take, in seconds; 0 is no limit.
package struct Timeouts: Sendable, Equatable {
    /// Of one execution, after which the scheduler may try the job again.
    package var execution: Int64
    /// Waiting for a node with room; at 0 a job that finds none fails at once.
    package var queue: Int64
    /// From the submission to the end, further tries included.
    package var total: Int64

    package init(execution: Int64 = 0, queue: Int64 = 0, total: Int64 = 0) {
        self.execution = execution
        self.queue = queue
        self.total = total
    }

    /// The total of a job that names none.
    static let defaultTotal: Int64 = 1_800
    /// A year: what is longer is no time-out.
    static let longest: Int64 = 31_536_000

    /// The total that is sent: the spec's own, else half an hour, or more where its other time-outs need more.
    package var effectiveTotal: Int64 { total > 0 ? total : max(Self.defaultTotal, execution + queue) }

    static func read(_ node: SpecNode?) throws(SpecRefusal) -> Timeouts {
        guard let node else { return Timeouts() }
        let object = try node.object(of: ["ExecutionTimeout", "QueueTimeout", "TotalTimeout"])
        let timeouts = Timeouts(
            execution: try seconds(object.optional("ExecutionTimeout")),
            queue: try seconds(object.optional("QueueTimeout")),
            total: try seconds(object.optional("TotalTimeout"))
        )
        guard timeouts.total == 0 || timeouts.execution + timeouts.queue <= timeouts.total else {
            throw node.refusal(
                .conflict,
                "execution (\(timeouts.execution) s) and queue (\(timeouts.queue) s) take longer than the total of \(timeouts.total) s"
            )
        }
        return timeouts
    }

    private static func seconds(_ node: SpecNode?) throws(SpecRefusal) -> Int64 {
        guard let node else { return 0 }
        guard node.value.number != nil else { throw node.wrongKind("a number of seconds") }
        guard let seconds = node.value.int64, (0...longest).contains(seconds) else {
            throw node.refusal(.badValue, "has to be whole seconds from 0 to \(longest)")
        }
        return seconds
    }
}
