import Keys
import Relay
import RelayStore
import SQLite
import Settings

/// An error as the person in front of it should hear it.
struct Failure {
    let text: String
    let code: ExitCode

    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            text = failure.text
            code = failure.code
        case let problems as Problems:
            text = "\(problems)"
            code = .usage
        case let error as KeyError:
            text = "\(error)"
            code = .usage
        case let error as Preflight.Problem:
            text = "\(error)"
            code = .usage
        case let error as Requester.Problem:
            text = "\(error)"
            if case .isRelayer = error { code = .usage } else { code = .failed }
        case let error as StoreError:
            text = "\(error)"
            if case .anotherChain = error { code = .usage } else { code = .failed }
        case let error as SQLiteError where error.kind == .inUse:
            text = "\(error)\nAnother relayer runs on this database: stop it first, or give this one another database."
            code = .failed
        default:
            text = "\(error)"
            code = .failed
        }
    }

    func tell() -> ExitCode {
        Output.error("lilypad-relayer: \(text)")
        return code
    }
}

/// A command's own reason to fail.
struct CommandFailure: Error {
    let text: String
    let code: ExitCode

    init(_ text: String, _ code: ExitCode = .failed) {
        self.text = text
        self.code = code
    }
}
