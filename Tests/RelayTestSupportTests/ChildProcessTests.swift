import Glibc
import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    private func shell(_ script: String, environment: [String: String] = [:]) async throws -> ChildProcess {
        try await ChildProcess.start("/bin/sh", ["-c", script], environment: environment)
    }

    @Test func readsTheFirstLineWhileItRuns() async throws {
        let child = try await shell("echo ready; echo problem >&2; cat; exit 3")

        #expect(try await child.firstLine() == "ready")
        #expect(child.endingSoFar == nil)

        child.closeStandardInput()
        #expect(await child.finished() == .exited(3))
        #expect(child.standardOutput == "ready\n")
        #expect(child.standardError == "problem\n")
    }

    @Test func tellsWhatAProgramSaidThatEndedEarly() async throws {
        let child = try await shell("echo no port free >&2; exit 1")

        let error = await #expect(throws: ChildProcess.EndedEarly.self) { try await child.firstLine() }

        #expect(error?.ending == .exited(1))
        #expect(error?.standardError == "no port free\n")
    }

    @Test func endsWithTheEndOfItsInputOrBySignal() async throws {
        let child = try await shell("echo ready; exec sleep 1000")
        _ = try await child.firstLine()

        #expect(await child.end() == .killed(signal: SIGTERM))
        child.signal(SIGKILL)
    }

    @Test func killsWhoeverIgnoresTheRequest() async throws {
        let child = try await shell("trap '' TERM; echo ready; while :; do read -r line < /dev/zero; done")
        _ = try await child.firstLine()

        #expect(await child.end(grace: .milliseconds(50)) == .killed(signal: SIGKILL))
    }

    @Test func passesAndReplacesEnvironment() async throws {
        let child = try await shell("echo \"$GREETING $HOME\"", environment: ["GREETING": "hello", "HOME": "/nowhere"])

        #expect(try await child.firstLine() == "hello /nowhere")
        #expect(await child.finished() == .exited(0))
    }

    @Test func startsInThePackageRoot() async throws {
        let child = try await shell("test -f Package.swift && pwd")

        #expect(try await child.firstLine() == PackageRoot.path)
    }

    @Test func keepsItsInputFromOtherChildren() async throws {
        let first = try await shell("cat")
        let second = try await shell("cat")

        first.closeStandardInput()

        #expect(await first.finished() == .exited(0))
        #expect(second.endingSoFar == nil)
        await second.end()
    }

    @Test func refusesAMissingProgram() async {
        await #expect(throws: MissingProgram.self) { try await ChildProcess.start("/nowhere/program") }
    }

    @Test func isKilledWhenNobodyOwnsItAnyMore() async throws {
        func startAndForget() async throws -> pid_t {
            let child = try await shell("echo ready; exec sleep 1000")
            _ = try await child.firstLine()
            return child.id
        }

        let id = try await startAndForget()

        try await eventually("the end of the child") { kill(id, 0) == -1 ? true : nil }
    }
}
