import Bacalhau
import Ethereum
import Formats
import RelayCore
import RelayerConfiguration
import Settings
import Telemetry
import Testing

@Suite struct RelayerSettingsTests {
    private static let minimum = """
        chain:
          id: 1337
          rpc: [{url: 'http://node:8545'}]
          startBlock: 7
          confirmations: {settle: 12}
        contracts: [{address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'}]
        bacalhau: {api: 'http://127.0.0.1:1234'}

        """
    private static let key = ["LILYPAD_ACCOUNT__KEY": "00"]

    private static func read(
        _ yaml: String,
        _ environment: [String: String] = key,
        needsAccount: Bool = true
    ) throws(Problems) -> RelayerSettings {
        try ConfigurationFile.read(
            Array(yaml.utf8),
            path: "/etc/relayer.yaml",
            environment: environment,
            needsAccount: needsAccount
        )
    }

    private static func problems(
        _ yaml: String,
        _ environment: [String: String] = key,
        needsAccount: Bool = true
    ) -> String {
        do throws(Problems) {
            _ = try read(yaml, environment, needsAccount: needsAccount)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func fillsInWhatIsLeftOut() throws {
        let settings = try Self.read(Self.minimum)

        #expect(settings.chain.nodes.map(\.url) == ["http://node:8545"])
        #expect(settings.chain.nodes.map(\.ws) == [nil])
        #expect(settings.chain.confirmations.start == 1)
        #expect(settings.chain.confirmations.settle == FinalityRule(blocks: 12))
        #expect(settings.chain.confirmations.receipt == FinalityRule(blocks: 12))
        #expect(settings.chain.pollInterval == nil)
        #expect(settings.chain.quorum == 1)
        #expect(settings.chain.maxBlockRange == 2000)
        #expect(settings.contracts.map(\.address.hex) == ["0x5fbdb2315678afecb367f032d93f642f64180aa3"])
        #expect(settings.contracts.map(\.startBlock) == [7])
        #expect(settings.contracts.map(\.gas.base) == [nil])
        #expect(settings.bacalhau.namespace == "lilypad")
        #expect(settings.bacalhau.orchestrators.map(\.access) == [.none])
        #expect(settings.bacalhau.maxBodySize.bytes == 262_144)
        #expect(settings.bacalhau.maxRunningJobs == 64)
        #expect(settings.modules.names.isEmpty)
        #expect(settings.results.source == nil && settings.results.timeout == .seconds(10))
        #expect(settings.results.maxSize.bytes == 1 << 20 && settings.results.patience == .seconds(60))
        #expect(settings.account == .key(.environment(variable: "LILYPAD_ACCOUNT__KEY")))
        #expect(settings.database == "/etc/relayer.sqlite")
        #expect(settings.fees.maxFeePerGas == UInt256(500_000_000_000) && settings.fees.minPriorityFeePerGas == .zero)
        #expect(settings.log.level == .info && settings.log.format == .auto)
    }

    @Test func readsEveryKey() throws {
        let settings = try Self.read(
            """
            chain:
              id: 9223372036854775771
              rpc:
                - {url: 'https://one/key', ws: 'wss://one/key'}
                - {url: 'https://two'}
              startBlock: 9223372036854775807
              confirmations: {start: 2, settle: 3, receipt: 64}
              pollInterval: 250ms
              maxBlockRange: 10
            contracts:
              - {address: '0x5FbDB2315678afecb367f032d93F642f64180aa3', binding: reference}
              - address: 0x0000000000000000000000000000000000000001
                startBlock: 5
                gas: {base: 100, perByte: 2, callbackGas: 133200000}
            bacalhau: {api: 'http://b', namespace: dapp-1, apiKeyFile: b.key, maxBodySize: 900000B, maxRunningJobs: 1}
            results: {api: 'http://ipfs:5001', timeout: 3s, maxSize: 4KiB, patience: 0s}
            account: {keystore: key.json, passwordFile: /run/password}
            database: data/relayer.sqlite
            fees: {maxFeePerGas: 50gwei, minPriorityFeePerGas: 0.5gwei}
            log: {level: debug, format: json}
            """,
            [:]
        )

        #expect(settings.chain.nodes.map(\.ws) == ["wss://one/key", nil])
        #expect(settings.chain.confirmations.receipt == FinalityRule(blocks: 64))
        #expect(settings.contracts.map(\.startBlock) == [UInt64(Int64.max), 5])
        #expect(settings.contracts.map(\.startBlock).min() == 5)
        #expect(settings.contracts.map(\.gas.callbackGas) == [nil, 133_200_000])
        #expect(settings.bacalhau.orchestrators.map(\.access) == [.apiKey(.file("/etc/b.key"))])
        #expect(settings.results.source == .api("http://ipfs:5001") && settings.results.timeout == .seconds(3))
        #expect(settings.results.maxSize.bytes == 4_096 && settings.results.patience == .zero)
        #expect(settings.account == .keystore(path: "/etc/key.json", password: .file("/run/password")))
        #expect(settings.database == "/etc/data/relayer.sqlite")
        #expect(settings.fees.maxFeePerGas == UInt256(50_000_000_000))
        #expect(settings.fees.minPriorityFeePerGas == UInt256(500_000_000))
    }

    @Test func namesEveryRequiredKey() {
        #expect(
            Self.problems("", [:]) == """
                /etc/relayer.yaml:1:1: chain.id: this key is required: a whole number from 1 to 9223372036854775771
                /etc/relayer.yaml:1:1: chain.rpc: this key is required: a list of 1 to 8 sections
                /etc/relayer.yaml:1:1: chain.startBlock: this key is required: \
                a whole number from 0 to 9223372036854775807
                /etc/relayer.yaml:1:1: chain.confirmations.settle: this key is required: a number of blocks, a time, \
                safe or finalized, or several of them, such as 12, finalized or 64 or 15m
                /etc/relayer.yaml:1:1: contracts: this key is required: a list of 1 to 64 sections
                /etc/relayer.yaml:1:1: bacalhau.api: this key is required: a URL, http://… or https://…
                /etc/relayer.yaml:1:1: account: no key is named: set keystore and passwordFile, or keyFile, \
                or the variable LILYPAD_ACCOUNT__KEY
                """
        )
    }

    @Test func needsNoAccountToLook() throws {
        #expect(try Self.read(Self.minimum, [:], needsAccount: false).account == nil)
    }

    @Test(arguments: [
        (
            "keystore: a",
            "8:21: account.keystore: it needs a password: name its file in passwordFile, "
                + "or set LILYPAD_ACCOUNT__PASSWORD"
        ),
        ("passwordFile: a", "8:10: account: a password needs a keystore: name its file in keystore"),
        (
            "keystore: a, passwordFile: b, keyFile: c",
            "8:10: account: two keys are named: keep the keystore, or keyFile (LILYPAD_ACCOUNT__KEY), not both"
        ),
        (
            "key: '0x00'",
            "8:16: account.key: a secret does not belong here: put it into a file and name that in keyFile, "
                + "or set LILYPAD_ACCOUNT__KEY"
        ),
        (
            "keystore: a, password: hunter2",
            "8:34: account.password: a secret does not belong here: "
                + "put it into a file and name that in passwordFile, or set LILYPAD_ACCOUNT__PASSWORD"
        ),
    ])
    func refusesHalfAnAccount(_ account: String, _ message: String) {
        let problems = Self.problems(Self.minimum + "account: {\(account)}", [:])
        #expect(problems == "/etc/relayer.yaml:\(message)")
        #expect(!problems.contains("hunter2"))
    }

    @Test func readsOrchestratorsInOrder() throws {
        let yaml = Self.minimum.replacing(
            "bacalhau: {api: 'http://127.0.0.1:1234'}",
            with: """
                bacalhau:
                  api: 'https://u:p@Main.example/path'
                  fallbacks:
                    - {api: 'http://[::1]:1234', apiKeyFile: b.key}
                    - {name: third, api: 'http://[::1]'}
                    - {api: 'http://h'}
                """
        )
        let orchestrators = try Self.read(yaml).bacalhau.orchestrators
        #expect(orchestrators.map(\.name) == ["main.example:443", "[::1]:1234", "third", "h:80"])
        #expect(orchestrators.map(\.access) == [.none, .apiKey(.file("/etc/b.key")), .none, .none])
    }

    @Test func readsAUserAndAPassword() throws {
        let access = "bacalhau: {api: 'http://b', user: relayer, passwordFile: b.password}"
        let yaml = Self.minimum.replacing("bacalhau: {api: 'http://127.0.0.1:1234'}", with: access)
        let basic = AccessSettings.basic(user: "relayer", password: .file("/etc/b.password"))
        #expect(try Self.read(yaml).bacalhau.orchestrators.map(\.access) == [basic])
        let variables = ["LILYPAD_BACALHAU__USER": "relayer", "LILYPAD_BACALHAU__PASSWORD": "p"]
        #expect(
            try Self.read(Self.minimum, variables.merging(Self.key) { first, _ in first }).bacalhau.orchestrators
                .map(\.access) == [
                    .basic(user: "relayer", password: .environment(variable: "LILYPAD_BACALHAU__PASSWORD"))
                ]
        )
    }

    @Test(arguments: [
        (
            ["CHAIN__CONFIRMATIONS__START": "13"],
            "CHAIN__CONFIRMATIONS__START: chain.confirmations.start: 13 is above settle (12): "
                + "an answer cannot come before its job"
        ),
        (
            ["CONTRACTS__1__ADDRESS": "0x5FbDB2315678afecb367f032d93F642f64180aa3"],
            "contracts: 0x5FbDB2315678afecb367f032d93F642f64180aa3 is listed twice: remove one of them"
        ),
        (
            ["CONTRACTS__0__BINDING": "lilypad-v0-x"],
            #"CONTRACTS__0__BINDING: contracts[0].binding: there is no binding "lilypad-v0-x"; did you mean lilypad-v0-a?"#
        ),
        (
            ["FEES__MAX_FEE_PER_GAS": "1gwei", "FEES__MIN_PRIORITY_FEE_PER_GAS": "2gwei"],
            "FEES__MIN_PRIORITY_FEE_PER_GAS: fees.minPriorityFeePerGas: it is above maxFeePerGas: "
                + "no transaction could be sent"
        ),
        (
            ["BACALHAU__MAX_BODY_SIZE": "900001B"],
            "BACALHAU__MAX_BODY_SIZE: bacalhau.maxBodySize: expected a size from 1KiB to 900000B, "
                + #"such as 900000B, 256KiB or 1MiB, found "900001B""#
        ),
        (
            ["BACALHAU__FALLBACKS__0__API": "https://u@127.0.0.1:1234/other"],
            "BACALHAU__FALLBACKS__0__API: bacalhau.fallbacks[0].api: another orchestrator is called 127.0.0.1:1234 too: list "
                + "each one once, or give this one another name"
        ),
        (
            ["BACALHAU__FALLBACKS__0__API": "HTTP://127.0.0.1:1234/", "BACALHAU__FALLBACKS__0__NAME": "second"],
            "BACALHAU__FALLBACKS__0__API: bacalhau.fallbacks[0].api: the orchestrator 127.0.0.1:1234 has this address too: list "
                + "each one once"
        ),
        // An address that stands in for what cannot be read is as good as any other.
        (
            [
                "BACALHAU__API": "http://127.0.0.1", "BACALHAU__FALLBACKS__0__API": "http://127.0.0.1",
                "BACALHAU__FALLBACKS__0__NAME": "second",
            ],
            "BACALHAU__FALLBACKS__0__API: bacalhau.fallbacks[0].api: the orchestrator 127.0.0.1:80 has this address too: list "
                + "each one once"
        ),
        (
            ["BACALHAU__FALLBACKS__0__API": "http://b", "BACALHAU__FALLBACKS__0__NAME": "127.0.0.1:1234"],
            "BACALHAU__FALLBACKS__0__NAME: bacalhau.fallbacks[0].name: another orchestrator is called 127.0.0.1:1234 too: list "
                + "each one once, or give this one another name"
        ),
        (
            ["BACALHAU__FALLBACKS__0__API": "http://b", "BACALHAU__FALLBACKS__0__USER": "u"],
            "BACALHAU__FALLBACKS__0__USER: bacalhau.fallbacks[0].user: it needs a password: name its file in passwordFile, "
                + "or set LILYPAD_BACALHAU__FALLBACKS__0__PASSWORD"
        ),
        (
            ["BACALHAU__NAME": "a b"],
            "BACALHAU__NAME: bacalhau.name: expected a name, up to 64 letters, digits, ., -, _ and :, "
                + #"found "a b""#
        ),
        (
            ["BACALHAU__USER": "relayer"],
            "BACALHAU__USER: bacalhau.user: it needs a password: name its file in passwordFile, or set "
                + "LILYPAD_BACALHAU__PASSWORD"
        ),
        (
            ["BACALHAU__PASSWORD_FILE": "p"],
            "bacalhau: a password needs a user: name it in user"
        ),
        (
            ["BACALHAU__USER": "u", "BACALHAU__PASSWORD": "p", "BACALHAU__API_KEY": "k"],
            "bacalhau: two ways to say who we are: keep apiKeyFile (LILYPAD_BACALHAU__API_KEY), or user and passwordFile "
                + "(LILYPAD_BACALHAU__PASSWORD), not both"
        ),
        (
            ["BACALHAU__USER": "a:b", "BACALHAU__PASSWORD": "p"],
            "BACALHAU__USER: bacalhau.user: expected a user's name without a colon, such as relayer, "
                + #"found "a:b": the password would begin at its colon"#
        ),
        (
            ["RESULTS__GATEWAY": "http://gw", "RESULTS__API": "http://kubo:5001"],
            "RESULTS__API: results.api: gateway is named too, and files are read in one place: remove one of them"
        ),
        (
            ["RESULTS__GATEWAY": "http://gw?token=1"],
            "RESULTS__GATEWAY: results.gateway: the path of a file is put at its end, so it can have neither ? nor #: "
                + "remove them"
        ),
        (
            ["CHAIN__RPC__0__WS": "http://node"],
            "CHAIN__RPC__0__WS: chain.rpc[0].ws: expected a URL, ws://… or wss://…, "
                + #"found "http://…""#
        ),
        (
            ["CHAIN__START_BLOCK": "9223372036854775808"],
            "CHAIN__START_BLOCK: chain.startBlock: expected a whole number from 0 to 9223372036854775807, "
                + #"found "9223372036854775808""#
        ),
        (
            ["CONTRACTS__0__START_BLOCK": "18446744073709551615"],
            "CONTRACTS__0__START_BLOCK: contracts[0].startBlock: expected a whole number from 0 to 9223372036854775807, "
                + #"found "18446744073709551615""#
        ),
        (
            ["CHAIN__CONFIRMATION__SETTLE": "1"],
            #"CHAIN__CONFIRMATION__SETTLE: chain: unknown key "confirmation"; did you mean "confirmations"?"#
        ),
    ])
    func refuses(_ environment: [String: String], _ message: String) {
        let prefixed = Dictionary(environment.map { ("LILYPAD_\($0)", $1) }) { first, _ in first }
        let problems = Self.problems(Self.minimum, prefixed.merging(Self.key) { first, _ in first })
        #expect(problems.hasSuffix(message) && !problems.contains("\n"), "\(problems)")
    }

    /// It would satisfy a quorum all by itself.
    @Test(arguments: [
        ("http://node:8545", "http://node:8545"), ("http://node:8545", "HTTP://NODE:8545/"),
        ("http://node", "http://node:80//"), ("https://u:p@node/KEY/", "https://u:p@Node:443/KEY"),
        ("http://[::1]:8545", "http://[::1]:8545/"),
    ])
    func refusesANodeThatIsListedTwice(first: String, again: String) {
        let variables = ["LILYPAD_CHAIN__RPC__0__URL": first, "LILYPAD_CHAIN__RPC__1__URL": again]
        let problems = Self.problems(Self.minimum, variables.merging(Self.key) { first, _ in first })
        #expect(
            problems.hasSuffix(
                "LILYPAD_CHAIN__RPC__1__URL: chain.rpc[1].url: it is the same node as chain.rpc[0].url, and one node twice "
                    + "is no second opinion: remove one of them"
            ),
            "\(problems)"
        )
    }

    @Test(arguments: [
        ("http://node:8545", "https://node:8545"), ("http://node", "http://node:8080"), ("http://a", "http://b"),
        ("https://node/key", "https://node/KEY"), ("https://a@node", "https://A@node"),
        ("https://node?a", "https://node"),
        ("https://node:80", "https://node"),
    ])
    func takesNodesThatDiffer(first: String, other: String) throws {
        let variables = ["LILYPAD_CHAIN__RPC__0__URL": first, "LILYPAD_CHAIN__RPC__1__URL": other]
        let settings = try Self.read(Self.minimum, variables.merging(Self.key) { first, _ in first })
        #expect(settings.chain.nodes.map(\.url) == [first, other])
    }

    /// Two that are no URLs are told for what they are.
    @Test func saysNothingMoreOfNodesThatAreNoURLs() {
        let variables = ["LILYPAD_CHAIN__RPC__0__URL": "a", "LILYPAD_CHAIN__RPC__1__URL": "b"]
        let problems = Self.problems(Self.minimum, variables.merging(Self.key) { first, _ in first })
        #expect(!problems.contains("same node") && problems.split(separator: "\n").count == 2, "\(problems)")
    }

    @Test func takesVariablesOfTheProgramsForNoSettings() {
        let environment = ["LILYPAD_CONFIG": "a", "LILYPAD_REQUEST_KEY": "b", "LILYPAD_RELAYER": "c"]
        #expect(Self.problems(Self.minimum, environment.merging(Self.key) { first, _ in first }) == "")
    }

    /// An RPC URL may hold a provider's key.
    @Test func showsNoURLInAProblem() {
        let problems = Self.problems(Self.minimum, ["LILYPAD_CHAIN__RPC__0__URL": "https:/node/v3/hunter2"])
        #expect(problems.contains("chain.rpc[0].url") && !problems.contains("hunter2"))
    }
}
