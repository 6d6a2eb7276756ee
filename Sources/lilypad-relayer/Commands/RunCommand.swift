import Arguments
import EthereumRPC
import Formats
import Glibc
import Keys
import Relay
import RelayStore
import RelayerConfiguration
import Telemetry
import Transport

/// `run`: the relayer itself.
struct RunCommand: RunnableCommand {
    let configuration: String

    static let command = Command<any RunnableCommand>(
        "run",
        "Follow the contracts, run their jobs and settle the results, until it is stopped.",
        discussion: """
            SIGTERM, SIGINT and SIGHUP stop it: it takes no new work, finishes what it has in hand and ends with 0 within ten \
            seconds. A second one ends it at once. Whatever is cut off is taken up at the next start.
            """,
        examples: [
            Example("run", "With relayer.yaml in this folder."),
            Example("run --config /etc/lilypad/relayer.yaml", "With another settings file."),
        ]
    ) { arguments in
        RunCommand(configuration: arguments.configuration())
    }

    func run() async throws -> ExitCode {
        // Before the key is opened, which takes its time.
        let signals = StopSignals.stream()
        let wiring = try Wiring(configuration: configuration, needsAccount: true)
        let log = wiring.logger()
        log.info(
            "starting",
            ["version": Version.text, "settings": configuration, "database": wiring.settings.database]
        )
        let signer = try wiring.signer()
        let environment = ServiceEnvironment(time: wiring.time, log: log)
        let store = try RelayStore(path: wiring.settings.database)
        let client = wiring.client()
        let orchestrators = try wiring.orchestratorSections.map(wiring.orchestrator)
        let relayer = Relayer(
            client: client,
            webSocket: CurlWebSocketConnector(),
            bacalhau: orchestrators[0],
            fallbacks: Array(orchestrators.dropFirst()),
            files: wiring.files(),
            signer: signer,
            store: store,
            options: wiring.options(process: getpid()),
            environment: environment
        )
        do {
            try await Self.serve(relayer, until: signals, environment.stop)
        } catch is CancellationError where environment.stop.isRequested {
            // Work in hand was cut off; the store has all of it.
        } catch {
            await store.close()
            guard wiring.logFormat == .json else { throw error }
            // Whoever reads the log as JSON reads how it ended too.
            let failure = Failure(error)
            log.error("ended by an error", ["error": failure.text, "exit.status": failure.code.rawValue])
            return failure.code
        }
        await store.close()
        log.info("stopped")
        return .done
    }

    private static func serve(
        _ relayer: Relayer,
        until signals: AsyncStream<Int32>,
        _ stop: StopRequest
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await relayer.run() }
            group.addTask {
                for await signal in signals {
                    // Whoever asks twice does not want to wait; the store has all that must be kept. A terminal that goes
                    // away may say so twice, and beside SIGTERM.
                    if signal != SIGHUP, stop.isRequested { exit(ExitCode.failed.rawValue) }
                    stop.request()
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

extension Invocation {
    /// `--config FILE`, which every command that needs settings has.
    func configuration() -> String {
        let named = optional(
            "config",
            short: "c",
            "FILE",
            .path,
            "The settings file; without it the one that LILYPAD_CONFIG names, or \(ConfigurationFile.defaultPath)."
        )
        let fromEnvironment = ProcessEnvironment.variables["LILYPAD_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return named ?? fromEnvironment ?? ConfigurationFile.defaultPath
    }
}
