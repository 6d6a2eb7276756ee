internal import JSON

/// What the body of a job says of it, as it was stored before it was sent.
package struct StoredJob: Sendable, Equatable {
    /// How many compute nodes run it.
    package let count: Int64
    /// Whether its inputs are read from elsewhere, which its node does before it takes the job.
    package let readsInputs: Bool

    /// nil where the body is none of `JobBody`.
    package init?(body: [UInt8]) {
        guard let job = (try? JSONValue.parse(body))?["Job"], let count = job["Count"]?.int64 else { return nil }
        self.count = count
        let sources = job["Tasks"]?.array?.first?["InputSources"]?.array ?? []
        readsInputs = sources.contains { $0["Source"]?["Type"]?.string?.lowercased() != "inline" }
    }
}

extension JobSnapshot {
    /// Whether it may be the job of this body, as far as the answer tells: somebody may have submitted another of its name.
    package func isLike(_ stored: StoredJob) -> Bool { version <= 1 && (count ?? stored.count) == stored.count }
}
