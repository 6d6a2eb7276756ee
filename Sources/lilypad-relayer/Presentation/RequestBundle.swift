import JSON
import RelayCore
import RelayStore
import RelayerConfiguration
import Transport

/// Everything about one request for a report of what went wrong: no keys, and URLs as messages show them.
struct RequestBundle {
    let dossier: Dossier
    let overview: Overview
    let wiring: Wiring
    /// The settings file's path.
    let configuration: String
    let now: Timestamp

    /// JSON, with a line's end.
    func text() throws -> String {
        let counts = overview.counts.map { JSONMember($0.state.rawValue, .number(JSONNumber($0.count))) }
        let bundle: JSONValue = [
            "bundle": 1, "version": .string(Version.text), "madeAt": .string(TimeText.absolute(now)),
            "request": dossier.json(at: now),
            "settings": try ConfigurationFile.shown(
                configuration,
                environment: wiring.variables,
                // Whatever looks like a URL may hold a key.
                masking: { $0.contains("://") ? maskedURL($0) : $0 }
            ),
            "requests": .object(counts), "halt": overview.chain.halt.map(\.json) ?? .null,
            "report": overview.report.flatMap { try? JSONValue.parse(Array($0.json.utf8)) } ?? .null,
            "reportedAt": overview.report.map { .string(TimeText.absolute($0.at)) } ?? .null,
        ]
        return bundle.line + "\n"
    }
}
