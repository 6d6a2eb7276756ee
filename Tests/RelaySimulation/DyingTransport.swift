import RelayTestSupport
import Synchronization
import Transport

/// The network of a process that may die before its next call.
final class DyingTransport: HTTPTransport {
    private let network: SimulatedNetwork
    private let crash: CrashSwitch
    private let fatalCall: Int?
    private let calls = Atomic<Int>(0)

    init(_ network: SimulatedNetwork, _ crash: CrashSwitch, _ end: SimulationPlan.Life.End?) {
        self.network = network
        self.crash = crash
        fatalCall = if case .beforeCall(let number)? = end { number } else { nil }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if calls.wrappingAdd(1, ordering: .relaxed).newValue == fatalCall { crash.trip("before a call") }
        guard crash.crash == nil else { throw .shutDown }
        return try await network.send(request)
    }
}
