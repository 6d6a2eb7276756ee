import Ethereum
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// The built program with a folder of its own: its settings and its database.
struct RelayerProgram: Sendable {
    /// What a command did.
    struct Outcome: Sendable {
        let status: Int32?
        let output: String
        let errors: String

        /// Its standard output as JSON.
        var json: JSONValue {
            get throws { try JSONValue.parse(Array(output.utf8), limits: JSONLimits(bytes: 8 << 20)) }
        }

        /// Its standard output as one JSON value a line.
        var jsonLines: [JSONValue] {
            get throws { try output.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) } }
        }
    }

    /// It ended by itself before it was ready.
    struct NotReady: Error {
        let ending: ChildProcess.Ending
        let errors: String
    }

    let directory: TemporaryDirectory
    let environment: [String: String]

    /// Without settings there is no `relayer.yaml`; the environment is added to the test's own.
    init(settings: String?, environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        self.environment = environment
        if let settings { try write(settings, to: "relayer.yaml") }
    }

    /// Follows a contract with the devnet's relayer account.
    init(for bridge: Bridge, _ settings: RelayerSettingsText = RelayerSettingsText()) throws {
        try self.init(settings: settings.text(for: bridge), environment: Self.key(of: bridge.network))
    }

    static func key(of network: Network) -> [String: String] {
        ["LILYPAD_ACCOUNT__KEY": network.devnet.relayer.privateKey]
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory.file(file)))
    }

    func read(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: directory.file(file))), as: UTF8.self)
    }

    func removeDatabase() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name.contains("sqlite") {
            try FileManager.default.removeItem(atPath: directory.file(name))
        }
    }

    /// Runs a command to its end.
    func command(_ words: String...) async throws -> Outcome { try await command(words: words) }

    /// Runs a command to its end.
    func command(words: [String], environment more: [String: String] = [:]) async throws -> Outcome {
        let process = try await spawn(words, more)
        let killer = Task {
            try await Task.sleep(for: .seconds(120))
            process.signal(9)
        }
        defer { killer.cancel() }
        let status: Int32? = if case .exited(let status) = await process.finished() { status } else { nil }
        return Outcome(status: status, output: process.standardOutput, errors: process.standardError)
    }

    /// Starts `run`, without a wait for anything.
    func spawnRun() async throws -> ChildProcess { try await spawn(["run"], [:]) }

    /// Starts `run` and waits until it is ready.
    func start() async throws -> ChildProcess {
        let process = try await spawnRun()
        try await waitUntilReady(process)
        return process
    }

    func waitUntilReady(_ process: ChildProcess) async throws {
        try await eventually(within: .seconds(60), "the relayer is ready") {
            if process.standardError.contains(#""message":"ready""#) { return true }
            if let ending = process.endingSoFar {
                throw NotReady(ending: ending, errors: process.standardError)
            }
            return nil
        }
    }

    /// Runs `body` beside a relayer that is ready, and ends that whatever happens.
    func whileRunning<Success>(_ body: (ChildProcess) async throws -> Success) async throws -> Success {
        let process = try await start()
        do {
            let success = try await body(process)
            #expect(await process.end(grace: .seconds(60)) == .exited(0), "\(process.standardError)")
            return success
        } catch {
            await process.end()
            throw error
        }
    }

    /// Waits until the database says so, as `status --json` shows it.
    func waitForStatus(_ what: String, within limit: Duration = .seconds(60), _ holds: (JSONValue) -> Bool) async throws
    {
        try await eventually(within: limit, what) {
            let status = try await command("status", "--json")
            guard status.status == 0, holds(try status.json) else { return nil as Bool? }
            return true
        }
    }

    /// Variables of the tests themselves would be unknown settings to the program.
    private func spawn(_ arguments: [String], _ more: [String: String]) async throws -> ChildProcess {
        let environment = environment.merging(more) { _, new in new }
        let strange = ProcessInfo.processInfo.environment.keys
            .filter { $0.hasPrefix("LILYPAD_") && environment[$0] == nil }
        return try await ChildProcess.start(
            "/usr/bin/env",
            strange.flatMap { ["-u", $0] } + [try PackageRoot.relayer()] + arguments,
            environment: environment,
            directory: directory.path
        )
    }
}

/// A settings file for a test: everything is final at once unless it says otherwise, and the log is JSON.
struct RelayerSettingsText: Sendable {
    var chainID: UInt64?
    var contract: String?
    /// Keys of the contract beside its address, a line each.
    var contractKeys: [String] = []
    var webSocket = true
    /// The devnet's own unless it is another one.
    var webSocketURL: String?
    /// Blocks.
    var settle = 1
    var pollInterval = "200ms"
    var startBlock: UInt64?
    /// Keys of `bacalhau`, a line each, with the devnet's own orchestrator where there are none.
    var bacalhau: [String] = []
    var more = ""

    func text(for bridge: Bridge) -> String {
        let devnet = bridge.network.devnet
        return """
            chain:
              id: \(chainID ?? devnet.chainID)
              rpc:
                - url: \(devnet.rpc)
            \(webSocket ? "      ws: \(webSocketURL ?? devnet.webSocket)" : "")
              startBlock: \(startBlock ?? bridge.startBlock)
              confirmations:
                settle: \(settle)
              pollInterval: \(pollInterval)
            contracts:
              - address: \(contract ?? bridge.address.checksummed)
            \(contractKeys.map { "    " + $0 }.joined(separator: "\n"))
            bacalhau:
            \((bacalhau.isEmpty ? ["api: \(devnet.bacalhau)"] : bacalhau).map { "  " + $0 }.joined(separator: "\n"))
            log:
              format: json
            \(more)
            """
    }
}
