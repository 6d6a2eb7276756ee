package import Ethereum
package import EthereumRPC

/// What a doctor looks at: a relayer as its settings say it.
package struct DoctorSubject: Sendable {
    package let options: Relayer.Options
    /// In the order of `chain.rpc`.
    package let nodes: [EthereumEndpoint]
    /// Failed with the reason where its key cannot be had.
    package let account: Observed<Address>
    /// The path of its file.
    package let database: String
    /// Whether a job is really run: the only thing that leaves a trace anywhere.
    package let runsJob: Bool

    package init(
        options: Relayer.Options,
        nodes: [EthereumEndpoint],
        account: Observed<Address>,
        database: String,
        runsJob: Bool = false
    ) {
        self.options = options
        self.nodes = nodes
        self.account = account
        self.database = database
        self.runsJob = runsJob
    }
}
