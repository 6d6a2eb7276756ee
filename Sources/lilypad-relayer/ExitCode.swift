import Arguments

/// What the program's exit status says.
enum ExitCode: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case answerIsFailure = 3
    case noAnswer = 4
    /// A reorganisation went deeper than what was final.
    case halted = 5

    static let table = [
        ExitStatus(0, "done"),
        ExitStatus(1, "failed, with the reason on standard error; an error (doctor); refused (policy test)"),
        ExitStatus(2, "wrong usage or settings: nothing was done; or no spec (policy test)"),
        ExitStatus(3, "the answer is a failure (request)"),
        ExitStatus(4, "no answer within the time given (request), or nobody there to give one (replay)"),
        ExitStatus(5, "halted: an operator must look first (run)"),
    ]
}
