package import Transport

/// A transport of a process that may die before or after each call.
///
/// Dying before a call leaves the world as it was; dying after it leaves the effect in the world and the answer unread.
package struct CrashingTransport: HTTPTransport {
    private let inner: any HTTPTransport
    private let crashSwitch: CrashSwitch
    private let name: @Sendable (HTTPRequest) -> String?

    /// - Parameters:
    ///   - inner: carries out the calls.
    ///   - crashSwitch: shared by all seams of the process.
    ///   - name: the name of a call as a point of death; nil for calls that are not worth dying at.
    package init(
        _ inner: any HTTPTransport,
        crashSwitch: CrashSwitch,
        name: @escaping @Sendable (HTTPRequest) -> String? = { "\($0.method.rawValue) \($0.url)" }
    ) {
        self.inner = inner
        self.crashSwitch = crashSwitch
        self.name = name
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        guard crashSwitch.crash == nil else { throw .shutDown }
        let point = name(request)
        try reach(point.map { "before \($0)" })
        let response = try await inner.send(request)
        try reach(point.map { "after \($0)" })
        guard crashSwitch.crash == nil else { throw .shutDown }
        return response
    }

    private func reach(_ point: String?) throws(HTTPError) {
        guard let point else { return }
        do throws(Crash) {
            try crashSwitch.reach(point)
        } catch {
            throw .shutDown
        }
    }
}

/// The clock of a process that may die: nobody wakes up in a dead one.
package struct CrashingTime: TimeSource {
    private let inner: any TimeSource
    private let crashSwitch: CrashSwitch

    package init(_ inner: any TimeSource, crashSwitch: CrashSwitch) {
        self.inner = inner
        self.crashSwitch = crashSwitch
    }

    package func now() -> Int64 { inner.now() }

    package func sleep(for duration: Duration) async throws {
        guard crashSwitch.crash == nil else { throw CancellationError() }
        try await inner.sleep(for: duration)
        guard crashSwitch.crash == nil else { throw CancellationError() }
    }
}
