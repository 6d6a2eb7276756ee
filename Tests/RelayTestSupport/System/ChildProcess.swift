import Dispatch
package import Glibc
import Synchronization

/// A program that a test runs: its output is collected, its end is certain.
///
/// Its standard input stays open until `end`, so that a program that exits at the end of its input follows the test;
/// any other is killed by the kernel when the process that started it dies (`setpriv --pdeathsig`).
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package let id: pid_t
    private let standardInput: Pipe.WriteEnd
    private let output: OutputCollector
    private let errors: OutputCollector
    private let watch: ExitWatch

    private init(
        id: pid_t,
        standardInput: Pipe.WriteEnd,
        output: OutputCollector,
        errors: OutputCollector,
        watch: ExitWatch
    ) {
        self.id = id
        self.standardInput = standardInput
        self.output = output
        self.errors = errors
        self.watch = watch
    }

    deinit {
        standardInput.close()
        watch.signal(SIGKILL)
    }

    /// Starts a program given by its path.
    /// - Parameters:
    ///   - program: a path, not looked up in `PATH`.
    ///   - arguments: without the program's own name.
    ///   - environment: added to the environment of the test, or replacing what is there.
    ///   - directory: where it starts.
    /// - Returns: the running process.
    /// - Throws: `MissingProgram`, `SystemError`.
    package static func start(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        directory: String = PackageRoot.path
    ) async throws -> ChildProcess {
        guard unsafe access(program, X_OK) == 0 else { throw MissingProgram(path: program, remedy: "is it built?") }
        _ = ignoreBrokenPipes
        let input = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        let spawn = Spawn(
            arguments: ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/env", "--chdir=\(directory)", program]
                + arguments,
            environment: environment,
            descriptors: [input.read.descriptor, output.write.descriptor, errors.write.descriptor]
        )
        let watch = try await ExitWatch.start(spawn)
        input.read.close()
        output.write.close()
        errors.write.close()
        return ChildProcess(
            id: watch.id,
            standardInput: input.write,
            output: OutputCollector(reading: output.read),
            errors: OutputCollector(reading: errors.read),
            watch: watch
        )
    }

    /// All that it has written to its standard output so far.
    package var standardOutput: String { output.text }
    /// All that it has written to its standard error so far.
    package var standardError: String { errors.text }

    /// Waits for its first line on standard output, without the line's end.
    /// - Throws: `EndedEarly` with what it wrote to standard error, when it ends without one.
    package func firstLine() async throws -> String {
        if let line = await output.firstLine() { return line }
        let ending = await ending()
        await errors.end()
        throw EndedEarly(ending: ending, standardError: standardError)
    }

    /// Waits for its end.
    package func ending() async -> Ending {
        await watch.ending()
    }

    /// Nil while it runs.
    package var endingSoFar: Ending? { watch.endingSoFar }

    /// Waits until it has ended and all its output has been read.
    package func finished() async -> Ending {
        let ending = await ending()
        await output.end()
        await errors.end()
        return ending
    }

    /// Sends a signal by its id; nothing happens when it has ended.
    package func signal(_ number: Int32) {
        watch.signal(number)
    }

    package func closeStandardInput() {
        standardInput.close()
    }

    /// Ends it: closes its input, asks by SIGTERM, and after `grace` kills it.
    @discardableResult
    package func end(grace: Duration = .seconds(10)) async -> Ending {
        standardInput.close()
        watch.signal(SIGTERM)
        let killer = Task { [watch] in
            try await Task.sleep(for: grace)
            watch.signal(SIGKILL)
        }
        defer { killer.cancel() }
        return await finished()
    }
}

extension ChildProcess {
    /// Ended before it said that it is ready.
    package struct EndedEarly: Error, CustomStringConvertible {
        package let ending: Ending
        package let standardError: String

        package var description: String { "ended before it was ready: \(ending)\n\(standardError)" }
    }
}

/// Runs `body` with a child process, and ends the process whatever happens.
package func withChildProcess<Success>(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    directory: String = PackageRoot.path,
    body: (ChildProcess) async throws -> Success
) async throws -> Success {
    let child = try await ChildProcess.start(
        program,
        arguments,
        environment: environment,
        directory: directory
    )
    do {
        let success = try await body(child)
        await child.end()
        return success
    } catch {
        await child.end()
        throw error
    }
}

/// Writing to a child that has ended must be an error here, not this process' death.
private let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
