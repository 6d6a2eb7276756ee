internal import EthereumRPC
internal import Transport

/// What a probe has come to: it saw something, or it could not look, with the reason in words fit for a terminal.
package enum Observed<Value: Sendable>: Sendable {
    case seen(Value)
    case failed(String)

    package var value: Value? { if case .seen(let value) = self { value } else { nil } }
    package var failure: String? { if case .failed(let reason) = self { reason } else { nil } }
}

extension Observed: Equatable where Value: Equatable {}

/// Looks for so long at most, and never throws: what goes wrong is what was seen.
func observe<Value: Sendable>(
    within limit: Duration,
    _ time: any TimeSource,
    _ look: @escaping @Sendable () async throws -> Value
) async -> Observed<Value> {
    await withTaskGroup(of: Observed<Value>.self) { group in
        defer { group.cancelAll() }
        group.addTask {
            do {
                return .seen(try await look())
            } catch {
                return .failed(words(error))
            }
        }
        group.addTask {
            try? await time.sleep(for: limit)
            return .failed("no answer within \(limit.components.seconds) s")
        }
        return await group.next() ?? .failed("not looked at")
    }
}

/// An error's words; which node it is of is said already where they stand.
func words(_ error: any Error) -> String {
    if let error = error as? RPCError { return "\(error.method): \(error.kind)" }
    return oneLine("\(error)", limit: 512)
}
