package import BacalhauAPI

/// An orchestrator as the settings name it.
package struct OrchestratorPlace: Sendable {
    /// How the database and people know it; it stays when its address changes.
    package let name: String
    /// The section of the settings that has its keys.
    package let section: String
    package let client: BacalhauClient

    package init(_ client: BacalhauClient, name: String = "bacalhau", section: String = "bacalhau") {
        self.client = client
        self.name = name
        self.section = section
    }

    /// The settings in which an operator corrects who it is told that we are, for a sentence.
    package var secret: String { client.endpoint.authentication.settings(of: section) }
}
