import Bacalhau
import BacalhauAPI
import Ethereum
import EthereumRPC
import Formats
import Keys
import Relay
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Settings
import Telemetry
import Transport

/// From checked settings to the things that act.
struct Wiring {
    let settings: RelayerSettings
    let variables: [String: String]
    let time = SystemTime()
    let transport: CurlTransport

    /// Reads the settings file, with the environment before it; throws `Problems`.
    init(configuration: String, needsAccount: Bool) throws {
        variables = ProcessEnvironment.variables
        settings = try Self.settings(configuration, variables, needsAccount: needsAccount)
        transport = try CurlTransport()
    }

    /// The settings alone; throws `Problems`, and the remedy where there is no such file.
    static func settings(
        _ path: String,
        _ variables: [String: String],
        needsAccount: Bool
    ) throws -> RelayerSettings {
        if PrivateFile.isMissing(path) {
            throw CommandFailure(
                "there is no settings file \(path): write one with 'lilypad-relayer config init', or name one by"
                    + " --config",
                .usage
            )
        }
        return try ConfigurationFile.read(path, environment: variables, needsAccount: needsAccount)
    }

    /// All nodes of the settings.
    ///
    /// Kept by whoever uses it for long: it remembers how each of them does.
    func client() -> EthereumClient {
        EthereumClient(
            transport: transport,
            endpoints: settings.chain.nodes.map { EthereumEndpoint($0.url, webSocketURL: $0.ws) },
            time: time
        )
    }

    /// The sections of the settings that name an orchestrator, in order of preference.
    var orchestratorSections: [(section: String, settings: OrchestratorSettings)] {
        settings.bacalhau.orchestrators.enumerated().map { place, settings in
            (place == 0 ? "bacalhau" : "bacalhau.fallbacks[\(place - 1)]", settings)
        }
    }

    func orchestrator(_ section: String, _ settings: OrchestratorSettings) throws -> OrchestratorPlace {
        let endpoint = BacalhauEndpoint(
            url: settings.api,
            namespace: self.settings.bacalhau.namespace,
            authentication: try authentication(settings.access, of: section)
        )
        let client = BacalhauClient(
            transport: transport,
            endpoint: endpoint,
            source: source(of: settings.access, at: section)
        )
        return OrchestratorPlace(client, name: settings.name, section: section)
    }

    /// nil where the settings name no place to read published files.
    func files() -> ResultFiles? {
        let settings = settings.results
        return settings.source.map { source in
            ResultFiles(
                transport: transport,
                time: time,
                source: ResultFiles.Source(source),
                maxSize: settings.maxSize.bytes,
                timeout: settings.timeout
            )
        }
    }

    func signer() throws -> PrivateKey {
        switch settings.account {
        case .keystore(let path, let source):
            let password = try naming("account.passwordFile") { try secret(source) }
            return try naming("account.keystore") { try Keystore.open(file: path, password: password) }
        case .key(.file(let path)):
            return try naming("account.keyFile") { try PrivateKey(hexFile: path) }
        case .key(.environment(let variable)):
            return try PrivateKey(hex: try secret(.environment(variable: variable)), source: variable)
        case nil:
            throw CommandFailure("account: no key is named", .usage)
        }
    }

    func secret(_ source: SecretSource) throws -> Secret {
        switch source {
        case .file(let path): try Secret.file(path)
        case .environment(let variable): Secret(copying: Array((variables[variable] ?? "").utf8))
        }
    }

    var logFormat: LogFormat {
        switch settings.log.format {
        case .auto: .standardError(environment: variables)
        case .human: .human(coloured: false)
        case .json: .json
        }
    }

    func logger() -> Logger {
        let time = time
        return Logger(level: settings.log.level, sink: LineSink(format: logFormat), clock: { time.now() })
    }

    /// The binding of each contract.
    var book: ContractBook { options(process: 0).book }

    /// How much a replay asks for at once, and of how many nodes.
    var reach: ReplayReach { ReplayReach(window: settings.chain.maxBlockRange, quorum: settings.chain.quorum) }

    func options(process: Int32) -> Relayer.Options {
        let confirmations = settings.chain.confirmations
        var settle = SettleService.Options()
        settle.fees = FeePolicy(
            maxFeePerGas: settings.fees.maxFeePerGas,
            minPriorityFeePerGas: settings.fees.minPriorityFeePerGas
        )
        var options = Relayer.Options(
            chainID: settings.chain.id,
            contracts: settings.contracts.map { Relayer.Contract($0, settings.policy) },
            namespace: settings.bacalhau.namespace,
            specLimits: SpecLimits(body: settings.bacalhau.maxBodySize.bytes),
            follow: FollowOptions(settle: confirmations.settle, receipt: confirmations.receipt),
            version: Version.text,
            process: process
        )
        options.settle = settle
        options.modules = settings.modules
        options.follow.quorum = settings.chain.quorum
        options.follow.pollInterval = settings.chain.pollInterval
        options.follow.window = settings.chain.maxBlockRange
        options.compute.startConfirmations = confirmations.start
        options.compute.maxRunningJobs = settings.bacalhau.maxRunningJobs
        options.compute.quotas = settings.quotas
        options.compute.limits.filePatience = settings.results.patience
        return options
    }
}

extension ResultFiles.Source {
    fileprivate init(_ source: ResultSettings.Source) {
        switch source {
        case .gateway(let url): self = .gateway(url)
        case .api(let url): self = .api(url)
        }
    }
}

extension Relayer.Contract {
    init(_ settings: ContractSettings, _ policy: JobPolicy) {
        self.init(address: settings.address, startBlock: settings.startBlock, binding: settings.binding)
        gasBase = settings.gas.base
        gasPerByte = settings.gas.perByte
        callbackGas = settings.gas.callbackGas
        self.policy = policy
        agreement = settings.agreement
    }
}

extension Wiring {
    /// The database for a command that reads; throws when there is none yet.
    func storeView() throws -> StoreView {
        do {
            return try StoreView(path: settings.database)
        } catch is SQLiteError where PrivateFile.isMissing(settings.database) {
            throw CommandFailure("there is no database at \(settings.database) yet: it is made by the first run")
        }
    }
}
