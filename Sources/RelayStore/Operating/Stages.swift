package import RelayCore

/// How long a request was in one state.
package struct Stage: Equatable, Sendable {
    package let state: RequestState
    package let from: Timestamp
    /// nil: it is there still.
    package let until: Timestamp?

    package init(state: RequestState, from: Timestamp, until: Timestamp?) {
        self.state = state
        self.from = from
        self.until = until
    }
}

extension Dossier {
    /// The states that the request has been in, in order; one that it came back to is there once more.
    package var stages: [Stage] {
        var stages: [Stage] = []
        var current: (state: RequestState, from: Timestamp)?
        for entry in history where entry.to != current?.state {
            if let current { stages.append(Stage(state: current.state, from: current.from, until: entry.at)) }
            current = (entry.to, entry.at)
        }
        if let current { stages.append(Stage(state: current.state, from: current.from, until: nil)) }
        return stages
    }
}
