package import Formats
import Settings

/// The orchestrator that runs the jobs.
package struct BacalhauSettings: Sendable, Equatable {
    /// `http:` or `https:`.
    package let api: String
    package let namespace: String
    package let access: AccessSettings
    /// Of the body that submits a job: 1 KiB to 900,000 bytes.
    package let maxBodySize: ByteSize
    /// From 1 to 10,000.
    package let maxRunningJobs: Int

    init(_ section: Section) {
        api = section.value(
            "api",
            .url(schemes: ["http", "https"]),
            "Where the orchestrator's API answers, such as http://127.0.0.1:1234. It must be Bacalhau 1.8 or later."
        )
        namespace = section.value(
            "namespace",
            .namespace,
            default: "lilypad",
            "Bacalhau's namespace for the jobs. Another one is another set of names: never change it while jobs run."
        )
        access = AccessSettings.read(section)
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
    }
}
