/// How much a line matters; a logger drops what is below its own level.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Every call and answer.
    case trace
    /// What a developer needs to follow one request.
    case debug
    /// What happened to a request.
    case info
    /// Goes on, but somebody should look.
    case warning
    /// Does not go on without somebody.
    case error

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .warning: 3
        case .error: 4
        }
    }
}
