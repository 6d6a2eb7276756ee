import Arguments
import BacalhauAPI
import Ethereum
import EthereumRPC
import Glibc
import Keys
import Relay
import RelayerConfiguration
import Settings
import Transport

/// `doctor`: looks at everything that `run` needs, and says what to do.
struct DoctorCommand: RunnableCommand {
    let configuration: String
    let json: Bool
    let runsJob: Bool

    static let command = Command<any RunnableCommand>(
        "doctor",
        "Look at settings, nodes, contracts, account, orchestrator, database and clock; say what to do.",
        discussion: """
            It measures what it can (block time, how many blocks of logs a node gives at a time and how far back, whether \
            new blocks have their logs) and proposes settings where measured ones differ. It writes nothing, sends no \
            transaction and may be used beside a running relayer. It takes about as long as two blocks. It ends with 0 where \
            there are warnings at most, with 1 where there is an error, with 2 where the settings cannot be read.
            """,
        examples: [
            Example("doctor", "Before the first run, and whenever something is odd."),
            Example("doctor --run", "With a job that says hello, from its submission to its output."),
            Example("doctor --json", "For programs."),
        ]
    ) { arguments in
        DoctorCommand(
            configuration: arguments.configuration(),
            json: arguments.flag("json", "As a JSON object."),
            runsJob: arguments.flag("run", "Run a small job too: the only thing that leaves a trace.")
        )
    }

    func run() async throws -> ExitCode {
        let wiring: Wiring
        do {
            wiring = try Wiring(configuration: configuration, needsAccount: false)
        } catch let problems as Problems {
            return tell(Diagnosis(findings: problems.list.map(Finding.init)), failing: .usage)
        } catch let failure as CommandFailure where failure.code == .usage {
            return tell(Diagnosis(findings: [Finding(.error, "config", "settings", failure.text)]), failing: .usage)
        }
        let doctor = Doctor(
            subject: wiring.subject(runsJob: runsJob),
            transport: wiring.transport,
            webSocket: CurlWebSocketConnector(),
            orchestrators: wiring.orchestratorSections.map { section, settings in
                Doctor.Examinee(section: section, place: observed { try wiring.orchestrator(section, settings) })
            },
            files: wiring.files()
        )
        let seen = await doctor.examine()
        var diagnosis = Judge(doctor.subject, seen, now: wiring.time.now()).diagnosis
        diagnosis.findings.insert(settingsFinding(wiring.settings), at: 0)
        return tell(diagnosis, failing: .failed)
    }

    private func settingsFinding(_ settings: RelayerSettings) -> Finding {
        let (nodes, contracts) = (settings.chain.nodes.count, settings.contracts.count)
        return Finding(
            .ok,
            "config",
            "settings",
            "\(configuration): chain \(settings.chain.id), \(nodes) node\(nodes == 1 ? "" : "s"), "
                + "\(contracts) contract\(contracts == 1 ? "" : "s")"
        )
    }

    private func tell(_ diagnosis: Diagnosis, failing: ExitCode) -> ExitCode {
        if json { Output.line(diagnosis.json.line) } else { Output.write(diagnosis.text) }
        return diagnosis.level == .error ? failing : .done
    }
}

extension Finding {
    fileprivate init(_ problem: Problem) {
        self.init(
            .error,
            problem.key.isEmpty ? "config" : problem.key,
            "settings",
            "\(problem.origin): \(problem.message)"
        )
    }
}

/// What a step of the wiring gives, or why it gives nothing.
private func observed<Value: Sendable>(_ body: () throws -> Value) -> Observed<Value> {
    do {
        return .seen(try body())
    } catch {
        return .failed(Failure(error).text)
    }
}

extension Wiring {
    fileprivate func subject(runsJob: Bool) -> DoctorSubject {
        DoctorSubject(
            options: options(process: getpid()),
            nodes: settings.chain.nodes.map { EthereumEndpoint($0.url, webSocketURL: $0.ws) },
            account: observed { try signer().address },
            database: settings.database,
            runsJob: runsJob
        )
    }
}
