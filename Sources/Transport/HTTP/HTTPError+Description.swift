extension HTTPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cancelled: "cancelled"
        case .connectFailed(let text): "no connection: \(text)"
        case .connectTimedOut: "no connection within the time given"
        case .timedOut: "no whole answer within the time given"
        case .tooLarge(let limit): "the answer has more than \(limit) bytes"
        case .broken(let text): "the connection broke: \(text)"
        case .badRequest(let text): "the request cannot be sent: \(text)"
        case .shutDown: "the HTTP client has been shut down"
        }
    }
}
