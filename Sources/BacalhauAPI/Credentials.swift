internal import Synchronization
package import Transport

/// Where an endpoint's secret is read anew once the orchestrator no longer takes it: the file of a key that is replaced
/// from time to time.
package struct CredentialSource: Sendable {
    /// What the source says now; its errors name the setting.
    package let read: @Sendable () throws -> BacalhauEndpoint.Authentication
    package let time: any TimeSource

    package init(
        time: any TimeSource = SystemTime(),
        read: @escaping @Sendable () throws -> BacalhauEndpoint.Authentication
    ) {
        self.time = time
        self.read = read
    }
}

extension BacalhauEndpoint.Authentication {
    /// Whether a request can carry this secret: a line break or another control character would break its head apart.
    ///
    /// One that is taken all the same is refused nowhere, so that no answer 401 would have it read anew.
    package static func canSend(_ secret: String) -> Bool {
        !secret.isEmpty && secret.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// The secret that an orchestrator's calls carry, as it is now.
final class Credentials: Sendable {
    /// From one reading to the next, at least; milliseconds.
    ///
    /// What many calls in hand are refused for is read once.
    static let pause: Int64 = 5_000
    /// Secrets that were good before and are still taken out of other people's words.
    private static let remembered = 4

    private struct State {
        var endpoint: BacalhauEndpoint
        var readAt: Int64?
        /// Why the last reading brought nothing.
        var failure: String?
    }

    private let state: Mutex<State>
    private let source: CredentialSource?

    init(_ endpoint: BacalhauEndpoint, source: CredentialSource?) {
        state = Mutex(State(endpoint: endpoint))
        self.source = source
    }

    var endpoint: BacalhauEndpoint { state.withLock { $0.endpoint } }

    /// After an answer 401.
    enum Renewal {
        /// There is another secret to try.
        case changed(BacalhauEndpoint)
        /// There is none.
        case unchanged
        /// It cannot be read, with the reason.
        case unreadable(String)
    }

    /// Reads the secret anew, unless that has just been done; `refused` is what the call carried.
    func renew(after refused: BacalhauEndpoint.Authentication) -> Renewal {
        guard let source else { return .unchanged }
        let now = source.time.now()
        return state.withLock { state in
            // Another call was refused before this one, and read it.
            if state.endpoint.authentication != refused { return .changed(state.endpoint) }
            if let last = state.readAt, now - last < Self.pause {
                return state.failure.map { .unreadable($0) } ?? .unchanged
            }
            state.readAt = now
            do {
                let read = try source.read()
                state.failure = nil
                guard read != refused else { return .unchanged }
                state.endpoint.former = Array(([refused] + state.endpoint.former).prefix(Self.remembered))
                state.endpoint.authentication = read
                return .changed(state.endpoint)
            } catch {
                state.failure = "\(error)"
                return .unreadable("\(error)")
            }
        }
    }
}
