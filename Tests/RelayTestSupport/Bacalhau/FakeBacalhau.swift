package import JSON
import Synchronization
package import Transport

/// A Bacalhau orchestrator in memory, behind the HTTP seam.
///
/// Calls have names for faults and counts: `PUT jobs`, `GET job`, `GET executions`, `GET jobs`, `DELETE job`,
/// `GET version`, `GET alive`, `GET nodes`.
///
///     let bacalhau = FakeBacalhau(time: time) { _ in .prints("hello\n") }
///     bacalhau.failNext("PUT jobs", with: .answerDropped)
///     …
///     #expect(bacalhau.jobs(named: name).count == 1)
package final class FakeBacalhau: HTTPTransport {
    private struct World {
        var store: FakeBacalhauStore
        var faults = FaultPlan()
        var calls: [String] = []
    }

    private let time: any TimeSource
    private let world: Mutex<World>

    /// - Parameters:
    ///   - time: what jobs take their time from.
    ///   - script: what a submitted job will do; asked once for each version.
    package init(time: any TimeSource, script: @escaping @Sendable (FakeSubmission) -> FakeJobScript) {
        self.time = time
        world = Mutex(World(store: FakeBacalhauStore(script: script)))
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw .cancelled }
        let target = RequestTarget(url: request.url)
        let call = callName(request.method, target)
        let now = time.now()
        let (fault, answer) = world.withLock { world -> (Fault?, HTTPResponse?) in
            world.calls.append(call)
            let fault = world.faults.next(for: call)
            let happens = fault?.takesEffect ?? true
            return (fault, happens ? world.store.answer(request, target, now: now) : nil)
        }
        if let fault { return try await fault.answer(answer, to: request, on: time) }
        guard let answer else { throw .broken("no answer") }
        return answer
    }

    // MARK: - What a test does to it

    /// The next calls of this name meet a fault; of any name when it is nil.
    package func failNext(_ call: String? = nil, with fault: Fault, count: Int = 1) {
        world.withLock { $0.faults.plan(fault, call: call, count: count) }
    }

    /// Every call meets this fault from now on; nil ends it.
    package func setOutage(_ fault: Fault?) {
        world.withLock { $0.faults.outage = fault }
    }

    package func setVersion(_ version: String) {
        world.withLock { $0.store.version = version }
    }

    package func setPublishers(_ publishers: [String]) {
        world.withLock { $0.store.publishers = publishers }
    }

    /// Whether a compute node is connected.
    package func setNodeConnected(_ isConnected: Bool) {
        world.withLock { $0.store.hasNode = isConnected }
    }

    /// What the largest job of its compute node is, and whether that node is listed as away.
    package func setLargestJob(_ requirements: JSONValue?, isAway: Bool = false) {
        world.withLock { world in
            world.store.largestJob = requirements
            world.store.isNodeAway = isAway
        }
    }

    /// What is running ends as this says, whatever its script says.
    package func finish(_ name: String, _ outcome: FakeJobScript.Outcome) {
        world.withLock { world in
            for index in world.store.jobs.indices where world.store.jobs[index].name == name {
                world.store.jobs[index].script = FakeJobScript(outcome)
            }
        }
    }

    /// As after the loss of its data directory: no job is known any more.
    package func forgetEverything() {
        world.withLock { $0.store.jobs = [] }
    }

    // MARK: - What a test reads

    /// All jobs in the order of their first submission, as they stood at the last call.
    package var jobs: [FakeJob] { world.withLock { $0.store.jobs } }

    /// The jobs whose name is this one, or this one with a suffix `-r2`, `-r3` ….
    package func jobs(named baseName: String) -> [FakeJob] {
        jobs.filter { FakeSubmission(name: $0.name, job: $0.submitted, version: 1).baseName == baseName }
    }

    package func job(named name: String) -> FakeJob? { jobs.first { $0.name == name } }

    /// The names of all calls, in order.
    package var calls: [String] { world.withLock { $0.calls } }

    package func callCount(_ call: String) -> Int { calls.count { $0 == call } }
}

/// The name of a call for faults and counts.
private func callName(_ method: HTTPRequest.Method, _ target: RequestTarget) -> String {
    let path = target.path.dropFirst(3)
    let what =
        switch (path.first, path.count) {
        case ("jobs", 2): "job"
        case (_, 3): path.last ?? ""
        default: path.first ?? ""
        }
    return "\(method.rawValue) \(what)"
}
