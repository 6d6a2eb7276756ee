import Arguments
import Ethereum
import EthereumRPC
import Formats
import JSON
import RelayCore
import RelayerConfiguration
import Settings
import Transport

/// `config`: writes a settings file, checks one, and lists all keys.
struct ConfigCommand: RunnableCommand {
    enum Task: Sendable {
        case initialise(InitialSettings)
        case check(String, json: Bool)
        case reference(schema: Bool)
    }

    let task: Task

    static let command = Command<any RunnableCommand>(
        "config",
        "Write, check or explain the settings file.",
        examples: [
            Example(
                "config init --contract 0x… --rpc http://127.0.0.1:8545 --bacalhau http://127.0.0.1:1234",
                "Write relayer.yaml."
            ),
            Example("config check", "Say everything that is wrong with relayer.yaml."),
            Example("config reference", "All keys, with their defaults."),
        ],
        subcommands: [
            Command(
                "init",
                "Write a commented settings file that run accepts.",
                discussion: "It asks the node for its chain id and its head, from which on the contract is followed.",
                examples: [
                    Example(
                        "config init --contract 0x… --rpc URL --bacalhau URL --start-block 5000000 -o bridge.yaml",
                        "Requests count from that block on."
                    )
                ]
            ) { ConfigCommand(task: .initialise(InitialSettings($0))) },
            Command(
                "check",
                "Check a settings file: every problem with its place and its remedy.",
                examples: [
                    Example("config check --config bridge.yaml", "Says what is wrong; ends with 2 if anything is.")
                ]
            ) { arguments in
                ConfigCommand(
                    task: .check(
                        arguments.configuration(),
                        json: arguments.flag("json", "The problems and notes as a JSON object.")
                    )
                )
            },
            Command(
                "reference",
                "Print all keys as a Markdown table.",
                examples: [Example("config reference --schema", "For an editor that checks while one writes.")]
            ) { arguments in
                ConfigCommand(task: .reference(schema: arguments.flag("schema", "As a JSON schema, for editors.")))
            },
        ]
    )

    func run() async throws -> ExitCode {
        switch task {
        case .initialise(let initial):
            try await initial.write()
        case .check(let path, let json):
            return try json ? checkAsJSON(path) : check(path)
        case .reference(let schema):
            let reference = ConfigurationFile.reference
            Output.write(schema ? reference.schema : reference.markdown)
        }
        return .done
    }

    private func check(_ path: String) throws -> ExitCode {
        let settings = try Self.settings(path)
        let count = settings.contracts.count
        Output.line("\(path): fine (chain \(settings.chain.id), \(count) contract\(count == 1 ? "" : "s"))")
        for note in settings.notes { Output.error("note: \(note)") }
        for file in settings.keyFiles where !PrivateFile.exists(file) {
            Output.error("note: there is no \(file) yet; 'lilypad-relayer key new' makes a key")
        }
        return .done
    }

    private func checkAsJSON(_ path: String) throws -> ExitCode {
        var problems: [JSONValue] = []
        var notes: [JSONValue] = []
        do {
            notes = try Self.settings(path).notes.map { .string($0) }
        } catch let found as Problems {
            problems = found.list.map { problem in
                [
                    "place": .string(problem.origin), "key": problem.key.isEmpty ? .null : .string(problem.key),
                    "message": .string(problem.message),
                ]
            }
        } catch let failure as CommandFailure {
            problems = [["place": .string(path), "key": .null, "message": .string(failure.text)]]
        }
        let value: JSONValue = [
            "file": .string(path), "fine": .bool(problems.isEmpty), "problems": .array(problems),
            "notes": .array(notes),
        ]
        Output.line(value.line)
        return problems.isEmpty ? .done : .usage
    }

    private static func settings(_ path: String) throws -> RelayerSettings {
        let settings = try Wiring.settings(path, ProcessEnvironment.variables, needsAccount: true)
        try naming("database") { try PrivateFile.requireFolder(of: settings.database) }
        return settings
    }
}

extension RelayerSettings {
    /// The files that `run` reads the account's key from.
    fileprivate var keyFiles: [String] {
        switch account {
        case .keystore(let path, .file(let password)): [path, password]
        case .keystore(let path, .environment): [path]
        case .key(.file(let path)): [path]
        case .key(.environment), nil: []
        }
    }
}

/// What `config init` is told.
struct InitialSettings: Sendable {
    let contract: Address
    let rpc: String
    let ws: String?
    let bacalhau: String
    let chainID: UInt64?
    let startBlock: UInt64?
    let settle: FinalityRule?
    let keyFile: String?
    let output: String
    let force: Bool

    init(_ arguments: Invocation) {
        contract = arguments.option("contract", "ADDRESS", .address, "The contract whose requests are answered.")
        rpc = arguments.option("rpc", "URL", .url(schemes: ["http", "https"]), "Where the node answers JSON-RPC.")
        ws = arguments.optional("ws", "URL", .url(schemes: ["ws", "wss"]), "Where the node announces new blocks.")
        bacalhau = arguments.option("bacalhau", "URL", .url(schemes: ["http", "https"]), "The orchestrator's API.")
        chainID = arguments.optional(
            "chain-id",
            "N",
            .whole(1...UInt64.max),
            "The chain; without it, the node is asked."
        )
        startBlock = arguments.optional(
            "start-block",
            "N",
            .whole(0...UInt64.max),
            "The first block that is read; without it, the node's head."
        )
        settle = arguments.optional(
            "settle",
            "RULE",
            .finality,
            "When a block is final, so that an answer may be sent; without it 12 blocks, and 1 on a development chain."
        )
        keyFile = arguments.optional(
            "key-file",
            "FILE",
            .path,
            "For development: a file with the account's key, in place of a keystore."
        )
        output = arguments.option(
            "output",
            short: "o",
            "FILE",
            .path,
            default: ConfigurationFile.defaultPath,
            "The file."
        )
        force = arguments.flag("force", "Write over a file that exists.")
    }

    func write() async throws {
        if !force, PrivateFile.exists(output) {
            throw CommandFailure("\(output) exists: choose another --output, or write over it with --force", .usage)
        }
        let client = EthereumClient(transport: try CurlTransport(), endpoint: EthereumEndpoint(rpc))
        let chain = if let chainID { chainID } else { try await client.chainID() }
        let start = if let startBlock { startBlock } else { try await client.blockNumber() }
        if let startBlock, chainID == nil, let head = try? await client.blockNumber(), startBlock > head {
            throw CommandFailure("--start-block \(startBlock) is beyond the head, which is block \(head)", .usage)
        }
        let template = ConfigurationTemplate(
            contract: contract,
            rpc: rpc,
            ws: ws,
            bacalhau: bacalhau,
            chainID: chain,
            startBlock: start,
            settle: settle ?? FinalityRule(blocks: [1_337, 31_337].contains(chain) ? 1 : 12),
            account: keyFile.map { .keyFile($0) } ?? .keystore(path: "relayer.json", passwordFile: "relayer.password")
        )
        // It may hold a provider's key in a URL: for its owner only.
        try PrivateFile.write(Array(template.text.utf8), to: output, replacing: force)
        Output.line("wrote \(output) (chain \(chain), from block \(start))")
        let key = keyFile == nil ? "make the account's key with 'lilypad-relayer key new', " : ""
        Output.error("next: \(key)let the contract's owner call")
        Output.error("setRelayer(ACCOUNT, true), fund it, then 'lilypad-relayer run'")
    }
}
