import Formats
import Settings
package import Telemetry

/// What is logged, and how.
package struct LogSettings: Sendable, Equatable {
    /// How lines are written.
    package enum Format: String, CaseIterable, Sendable {
        /// For people on a terminal, JSON elsewhere.
        case auto
        /// For people, wherever the lines go.
        case human
        /// One object a line, wherever the lines go.
        case json
    }

    package let level: LogLevel
    package let format: Format

    init(_ section: Section) {
        level = section.value(
            "level",
            .choice(standIn: .info),
            default: .info,
            "The least level that is logged: trace, debug, info, warning or error."
        )
        format = section.value(
            "format",
            .choice(standIn: .auto),
            default: .auto,
            "How: human for people, json for machines; auto is human on a terminal and json elsewhere."
        )
    }
}
