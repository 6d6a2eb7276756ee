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
            switch error {
            case .cannotAsk, .isRelayer, .anotherChain, .noContract: code = .usage
            case .wouldRevert, .cannotPay, .reverted, .noEvent: code = .failed
            }
        case let halt as ChainHalt:
            text =
                "halted: \(halt)\nNothing is followed, run or sent until somebody has looked: see 'lilypad-relayer chain show'."
            code = .halted
        case let error as StoreError:
            text = "\(error)"
            if case .anotherChain = error { code = .usage } else { code = .failed }
        case let error as SQLiteError where error.kind == .inUse:
            text = "\(error)\nAnother relayer runs on this database: stop it first, or give this one another database."
            code = .failed
        case let error as SQLiteError:
            text = "database: \(error.reason)" + (Self.remedy(for: error).map { "\n\($0)" } ?? "")
            code =
                [.cannotOpen, .foreign, .tooNew, .notADatabase, .linked, .empty].contains(error.kind) ? .usage : .failed
        default:
            text = "\(error)"
            code = .failed
        }
    }

    private static func remedy(for error: SQLiteError) -> String? {
        switch error.kind {
        case .cannotOpen, .readOnly:
            "The program writes this file and two beside it (-wal, -shm), also to read: check the key database in the"
                + " settings, and who may write into its folder."
        case .foreign, .notADatabase: "Name another file by the key database in the settings."
        case .full: "Make room on its disk; nothing that was committed is lost."
        case .corrupt: "Keep a copy of it; a new database and 'replay' from the start block settle nothing twice."
        case .empty:
            "'lilypad-relayer run' makes the database in it; if a relayer has run already, name its file by the key database"
                + " in the settings."
        case .tooOld: "'lilypad-relayer run' brings it up to date; make a copy first."
        case .linked:
            "Remove its other names ('find / -samefile' and the path finds them): two relayers could write into it by two"
                + " names. A backup is a copy, and no link."
        case .tooNew: "Run the version of the program that made it, or a newer one."
        default: nil
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
