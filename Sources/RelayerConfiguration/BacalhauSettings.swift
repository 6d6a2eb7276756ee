package import Formats
import Settings

/// The orchestrators that run the jobs, and what holds for all of them.
package struct BacalhauSettings: Sendable, Equatable {
    /// In order of preference, one at least, no name twice.
    package let orchestrators: [OrchestratorSettings]
    package let namespace: String
    /// Of the body that submits a job: 1 KiB to 900,000 bytes.
    package let maxBodySize: ByteSize
    /// From 1 to 10,000.
    package let maxRunningJobs: Int

    init(_ section: Section) {
        let first = OrchestratorSettings(
            section,
            apiHelp: "Where the orchestrator's API answers, such as http://127.0.0.1:1234. It must be Bacalhau 1.8 or "
                + "later."
        )
        namespace = section.value(
            "namespace",
            .namespace,
            default: "lilypad",
            "Bacalhau's namespace for the jobs. Another one is another set of names: never change it while jobs run."
        )
        maxBodySize = section.value(
            "maxBodySize",
            .byteSize(.kibibytes(1)...ByteSize(bytes: 900_000)),
            default: .kibibytes(256),
            "A job's largest body. A request above it is failed on chain; a body of about 1 MB wedges a Bacalhau node."
        )
        maxRunningJobs = section.value(
            "maxRunningJobs",
            .whole(1...10_000),
            default: 64,
            "Jobs that run at a time at most; the others wait."
        )
        var known = [first].filter(\.isRead)
        let fallbacks = section.list(
            "fallbacks",
            0...7,
            "Orchestrators that jobs go to while those before them in this list, and bacalhau.api first of all, do not answer or "
                + "have a node that takes no jobs. Namespace and limits are the same for all."
        ) { section in
            let next = OrchestratorSettings(
                section,
                apiHelp: "Where its API answers. It must be Bacalhau 1.8 or later too."
            )
            if next.isRead,
                let other = known.first(where: { NodeAddress($0.api) == NodeAddress(next.api) })
            {
                section.refuse("api", "the orchestrator \(other.name) has this address too: list each one once")
            } else if next.isRead, let other = known.first(where: { $0.name == next.name }) {
                section.refuse(
                    section.has("name") ? "name" : "api",
                    "another orchestrator is called \(other.name) too: list each one once, or give this one another name"
                )
            }
            if next.isRead { known.append(next) }
            return next
        }
        orchestrators = [first] + fallbacks
    }
}
