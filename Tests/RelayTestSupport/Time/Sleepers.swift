/// Who waits for a `ManualTime`, as a value: each method returns whom to resume once the lock is free.
struct Sleepers: Sendable {
    typealias Continuation = CheckedContinuation<Void, any Error>

    struct Sleeper: Sendable {
        let id: UInt64
        let deadline: Int64
        let continuation: Continuation
    }

    struct Watcher: Sendable {
        let id: UInt64
        let count: Int
        let continuation: Continuation
    }

    /// Continuations to resume outside the lock, in order.
    struct Woken: Sendable {
        var continuations: [Continuation] = []
        var cancelled: Continuation?

        func resume() {
            for continuation in continuations { continuation.resume() }
            cancelled?.resume(throwing: CancellationError())
        }
    }

    var now: Int64
    /// What the clock on the wall shows beyond `now`.
    var skew: Int64 = 0
    var activity: UInt64 = 0
    /// How many things are under way that take real time.
    var holds = 0
    private(set) var sleeping: [Sleeper] = []
    private var watchers: [Watcher] = []
    /// Cancelled before they could be added: a cancellation handler may run first.
    private var cancelledEarly: Set<UInt64> = []
    private var lastID: UInt64 = 0

    init(now: Int64) {
        self.now = now
    }

    mutating func newID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func add(_ id: UInt64, for milliseconds: Int64, _ continuation: Continuation) -> Woken {
        activity &+= 1
        if cancelledEarly.contains(id) { return Woken(cancelled: continuation) }
        if milliseconds <= 0 { return Woken(continuations: [continuation]) }
        sleeping.append(Sleeper(id: id, deadline: now.addingSaturated(milliseconds), continuation: continuation))
        let satisfied = watchers.filter { $0.count <= sleeping.count }
        watchers.removeAll { $0.count <= sleeping.count }
        return Woken(continuations: satisfied.map(\.continuation))
    }

    mutating func addWatcher(_ id: UInt64, of count: Int, _ continuation: Continuation) -> Woken {
        if cancelledEarly.contains(id) { return Woken(cancelled: continuation) }
        if sleeping.count >= count { return Woken(continuations: [continuation]) }
        watchers.append(Watcher(id: id, count: count, continuation: continuation))
        return Woken()
    }

    mutating func cancel(_ id: UInt64) -> Woken {
        activity &+= 1
        if let index = sleeping.firstIndex(where: { $0.id == id }) {
            return Woken(cancelled: sleeping.remove(at: index).continuation)
        }
        if let index = watchers.firstIndex(where: { $0.id == id }) {
            return Woken(cancelled: watchers.remove(at: index).continuation)
        }
        cancelledEarly.insert(id)
        return Woken()
    }

    /// Ends the bookkeeping of a call that has returned.
    mutating func forget(_ id: UInt64) {
        cancelledEarly.remove(id)
    }

    mutating func advance(to time: Int64) -> Woken {
        activity &+= 1
        now = max(now, time)
        let due = sleeping.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
        sleeping.removeAll { $0.deadline <= now }
        return Woken(continuations: due.map(\.continuation))
    }

    /// Nil when nobody wakes by `end`.
    mutating func advanceToNext(notAfter end: Int64) -> Woken? {
        guard let next = sleeping.map(\.deadline).min(), next <= end else { return nil }
        return advance(to: next)
    }
}

extension Int64 {
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}

extension Duration {
    /// Saturated; a part of a millisecond counts as a whole one, as a sleeper never wakes early.
    var roundedUpToMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let perMillisecond: Int64 = 1_000_000_000_000_000
        let rest = attoseconds / perMillisecond + (attoseconds % perMillisecond > 0 ? 1 : 0)
        return milliseconds.addingSaturated(rest)
    }
}
