package import Transport

/// What goes wrong with one call to a fake server.
package struct Fault: Sendable, Equatable {
    /// What the caller gets.
    package enum Outcome: Sendable, Equatable {
        case answer(HTTPResponse)
        case error(HTTPError)
        /// The true answer, later; a caller that waits less than this long gets `.timedOut`.
        case late(Duration)
    }

    /// Whether the call takes effect in the world.
    package var takesEffect: Bool
    package var outcome: Outcome

    package init(_ outcome: Outcome, takesEffect: Bool) {
        self.outcome = outcome
        self.takesEffect = takesEffect
    }

    /// Nobody listens: nothing happens.
    package static let refused = Fault(.error(.connectFailed("Couldn't connect to server")), takesEffect: false)
    /// It happens, and the connection breaks before the answer.
    package static let answerDropped = Fault(.error(.broken("Connection reset by peer")), takesEffect: true)
    /// The connection breaks before the server has read the request, which the caller cannot know.
    package static let requestDropped = Fault(.error(.broken("Connection reset by peer")), takesEffect: false)
    /// It happens, and the caller loses patience.
    package static let timedOut = Fault(.error(.timedOut), takesEffect: true)

    /// An answer of this status in place of the true one.
    package static func status(_ status: Int, _ text: String = "", takesEffect: Bool = false) -> Fault {
        Fault(.answer(HTTPResponse(status: status, body: Array(text.utf8))), takesEffect: takesEffect)
    }

    /// The true answer after this long.
    package static func late(_ duration: Duration) -> Fault { Fault(.late(duration), takesEffect: true) }
}

/// Faults to come, by the name of the call they hit.
struct FaultPlan: Sendable {
    private struct Planned: Sendable {
        /// Nil hits every call.
        let call: String?
        var remaining: Int
        let fault: Fault
    }

    private var planned: [Planned] = []
    /// Every call meets this one while it is set.
    var outage: Fault?

    mutating func plan(_ fault: Fault, call: String?, count: Int) {
        planned.append(Planned(call: call, remaining: count, fault: fault))
    }

    /// The fault that this call meets; a planned one is used up by it.
    mutating func next(for call: String) -> Fault? {
        if let outage { return outage }
        guard let index = planned.firstIndex(where: { $0.remaining > 0 && ($0.call ?? call) == call }) else {
            return nil
        }
        planned[index].remaining -= 1
        return planned[index].fault
    }
}

extension Fault {
    /// Answers a request as this fault wants it, given the true answer (nil where it took no effect).
    func answer(
        _ truth: HTTPResponse?,
        to request: HTTPRequest,
        on time: any TimeSource
    ) async throws(HTTPError) -> HTTPResponse {
        switch outcome {
        case .answer(let response): return response
        case .error(let error): throw error
        case .late(let duration):
            let isPatient = duration <= request.totalTimeout
            do {
                try await time.sleep(for: isPatient ? duration : request.totalTimeout)
            } catch {
                throw .cancelled
            }
            guard isPatient, let truth else { throw .timedOut }
            return truth
        }
    }
}
