import Synchronization

/// The simulated process has died: nothing more may happen in it.
package struct Crash: Error, Equatable {
    /// What it was about to do, or had just done.
    package let point: String

    package init(point: String) {
        self.point = point
    }
}

/// A one-shot "the process died here", shared by every wrapped seam of one simulated process.
///
/// The seams call `reach` at each point where a crash could matter. A first run without a crash counts the points; then
/// one run for each of them dies there:
///
///     for point in 0..<count { run(CrashSwitch(at: point)); restart; check the world }
///
/// Once tripped, every `reach` throws, so that the dead process has no more effect on the world while its tasks are
/// being cancelled.
package final class CrashSwitch: Sendable {
    private struct State {
        var passed: [String] = []
        var crash: Crash?
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Whoever asks from now on is not kept waiting.
        var isFinished = false

        mutating func die(at point: String) -> [CheckedContinuation<Void, Never>] {
            crash = Crash(point: point)
            defer { waiting = [] }
            return waiting
        }
    }

    private enum Fate {
        case none
        case index(Int)
        case occurrence(Int, of: String)
    }

    private let fate: Fate
    private let state = Mutex(State())

    /// Dies at the point with this index, counted from 0; never when it is nil.
    package init(at fatalPoint: Int? = nil) {
        fate = fatalPoint.map { .index($0) } ?? .none
    }

    /// Dies at a point of this name, the first being 1: what comes between may be in another order than before.
    package init(at point: String, occurrence: Int) {
        fate = .occurrence(occurrence, of: point)
    }

    /// Passes a point; throws when the process dies here or is dead already.
    package func reach(_ point: String) throws(Crash) {
        let (crash, waiting) = state.withLock { state -> (Crash?, [CheckedContinuation<Void, Never>]) in
            if let crash = state.crash { return (crash, []) }
            state.passed.append(point)
            guard isFatal(point, state.passed) else { return (nil, []) }
            return (Crash(point: point), state.die(at: point))
        }
        for continuation in waiting { continuation.resume() }
        if let crash { throw crash }
    }

    private func isFatal(_ point: String, _ passed: [String]) -> Bool {
        switch fate {
        case .none: false
        case .index(let index): passed.count - 1 == index
        case .occurrence(let number, let name): point == name && passed.count { $0 == name } == number
        }
    }

    /// Dies now, whatever point comes next.
    package func trip(_ point: String = "tripped by the test") {
        let waiting = state.withLock { state in state.crash == nil ? state.die(at: point) : [] }
        for continuation in waiting { continuation.resume() }
    }

    /// Where the process died, nil while it lives.
    package var crash: Crash? { state.withLock { $0.crash } }

    /// The points passed so far, in order, the fatal one included.
    package var passed: [String] { state.withLock { $0.passed } }

    /// Returns when the process has died; the caller then cancels its tasks and restarts it.
    ///
    /// Returns as well when the run is over (`finish`) or the waiting task is cancelled, also when either was before
    /// the call: a child task of a short run may come here only when all is over.
    package func died() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver = state.crash != nil || state.isFinished
                    if !isOver { state.waiting.append(continuation) }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            finish()
        }
    }

    /// Ends every `died()`, now and later: the run is over without a crash.
    package func finish() {
        let waiting = state.withLock { state in
            state.isFinished = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
