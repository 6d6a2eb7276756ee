import Formats
import Settings

/// One orchestrator: how it is called, where it answers, and how it is told who we are.
package struct OrchestratorSettings: Sendable, Equatable {
    /// The database keeps it with each job, so it is no other orchestrator's.
    package let name: String
    /// `http:` or `https:`.
    package let api: String
    package let access: AccessSettings
    /// Whether its name and address are those of the settings: what is refused has been told already.
    let isRead: Bool

    private static let url = Format<String>.url(schemes: ["http", "https"])

    init(_ section: Section, apiHelp: String) {
        let problems = section.problemCount
        let api = section.value("api", Self.url, apiHelp)
        let name = section.optional(
            "name",
            .orchestratorName,
            "How the database, the log and status call it; without it, the host and port of its address. Name it before its "
                + "address changes, or the jobs that it has are taken for lost."
        )
        isRead = section.problemCount == problems
        self.api = api
        self.name = name ?? NodeAddress.place(of: api)
        access = AccessSettings.read(section)
    }
}

extension Format<String> {
    /// The name of an orchestrator, which stands in lines of text.
    fileprivate static var orchestratorName: Self {
        word("a name, up to 64 letters, digits, ., -, _ and :", "^[A-Za-z0-9._:-]{1,64}$", 1...64) { byte in
            isWordByte(byte) || ".-:".utf8.contains(byte)
        }
    }
}
