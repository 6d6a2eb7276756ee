package import Bacalhau
package import Ethereum
package import RelayCore

/// All that was seen.
package struct Examination: Sendable {
    package var nodes: [NodeExamination]
    package var contracts: [ContractExamination]
    package var account: Observed<AccountSight>
    package var orchestrator: OrchestratorExamination
    /// Those that stand in for it, in order.
    package var fallbacks: [OrchestratorExamination] = []
    package var database: DatabaseSight
    /// Whether published files can be read; nil: they are not to be.
    package var files: Observed<Bool>?

    package init(
        nodes: [NodeExamination],
        contracts: [ContractExamination],
        account: Observed<AccountSight>,
        orchestrator: OrchestratorExamination,
        database: DatabaseSight,
        files: Observed<Bool>? = nil
    ) {
        self.nodes = nodes
        self.contracts = contracts
        self.account = account
        self.orchestrator = orchestrator
        self.database = database
        self.files = files
    }
}

/// What a contract says of itself.
package struct ContractExamination: Sendable {
    package var address: Address
    package var hasCode: Observed<Bool>
    /// nil: not asked, since there is no account or no code.
    package var isRelayer: Observed<Bool>?
    package var callbackGas: Observed<UInt64>?
    /// In wei.
    package var fee: Observed<UInt256>?
    /// How many jobs it has had, of which the newest was looked up.
    package var jobs: Observed<UInt256>?

    package init(
        address: Address,
        hasCode: Observed<Bool>,
        isRelayer: Observed<Bool>? = nil,
        callbackGas: Observed<UInt64>? = nil,
        fee: Observed<UInt256>? = nil,
        jobs: Observed<UInt256>? = nil
    ) {
        self.address = address
        self.hasCode = hasCode
        self.isRelayer = isRelayer
        self.callbackGas = callbackGas
        self.fee = fee
        self.jobs = jobs
    }
}

/// The account that settles, and what the chain asks.
package struct AccountSight: Sendable, Equatable {
    package var address: Address
    /// In wei.
    package var balance: UInt256
    package var market: FeeMarket
    /// Its next nonce as mined, and as the pool knows it.
    package var mined: UInt64
    package var pending: UInt64

    package init(address: Address, balance: UInt256, market: FeeMarket, mined: UInt64, pending: UInt64) {
        self.address = address
        self.balance = balance
        self.market = market
        self.mined = mined
        self.pending = pending
    }
}

/// The orchestrator, asked as the relayer asks it.
package struct OrchestratorExamination: Sendable {
    package var version: Observed<ServerVersion>
    /// nil, as all that follow: not asked, since there is no orchestrator.
    package var nodes: Observed<[NodeSummary]>?
    /// Whether it lets us ask for a job.
    package var rights: Observed<Bool>?
    /// nil: no job was wanted.
    package var hello: Observed<HelloSight>?
    /// The section of the settings that has its keys, and those of them in which an operator corrects who we say we are.
    package var section = "bacalhau"
    package var secret = "bacalhau.apiKeyFile or bacalhau.passwordFile"
    /// Not even asked, or in vain for ever: its secret cannot be read, or nothing can be sent to its address.
    package var isUnusable = false

    package init(
        version: Observed<ServerVersion>,
        nodes: Observed<[NodeSummary]>? = nil,
        rights: Observed<Bool>? = nil,
        hello: Observed<HelloSight>? = nil
    ) {
        self.version = version
        self.nodes = nodes
        self.rights = rights
        self.hello = hello
    }
}

/// A job that was really run.
package struct HelloSight: Sendable, Equatable {
    package var job: String
    package var engine: String
    package var took: Duration
    /// What it printed.
    package var output: String

    package init(job: String, engine: String, took: Duration, output: String) {
        self.job = job
        self.engine = engine
        self.took = took
        self.output = output
    }
}
