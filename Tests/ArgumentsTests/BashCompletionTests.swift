import Glibc
import Testing

@Suite struct BashCompletionTests {
    /// What bash proposes for the last of the words, by the script itself.
    private func proposals(_ words: String...) throws -> [String] {
        let script = try #require(SampleAction.shown("completion bash"))
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let command = """
            bash --norc <<'END'
            \(script)
            COMP_WORDS=(sample \(quoted)); COMP_CWORD=\(words.count)
            _sample; printf '%s\\n' "${COMPREPLY[@]}"
            END
            """
        let pipe = try unsafe #require(unsafe popen(command, "r"))
        defer { unsafe _ = pclose(pipe) }
        var output: [UInt8] = []
        while case let byte = unsafe fgetc(pipe), byte != EOF { output.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func proposesCommands() throws {
        #expect(try proposals("") == ["run", "replay", "jobs", "key", "help", "completion", "--version", "--help"])
        #expect(try proposals("re") == ["replay"])
        #expect(try proposals("jobs", "s") == ["show"])
        #expect(try proposals("help", "k") == ["key"])
        #expect(try proposals("completion", "") == ["bash"])
    }

    @Test func proposesOptions() throws {
        #expect(try proposals("replay", "--") == ["--from-block", "--to-block", "--json", "--help"])
        #expect(try proposals("jobs", "show", "--v") == ["--verbose"])
        #expect(try proposals("run", "--config", "x", "--q") == ["--quiet"])
    }

    @Test func proposesValues() throws {
        #expect(try proposals("run", "--log-level", "") == ["debug", "info"])
        #expect(try proposals("run", "--log-level", "=", "d") == ["debug"])
        #expect(try proposals("run", "--log-level", "=") == ["debug", "info"])
        #expect(try proposals("replay", "--from-block", "") == [])
    }

    @Test func proposesFiles() throws {
        #expect(try proposals("run", "-c", "/etc/host").contains("/etc/hosts"))
        #expect(try proposals("key", "new", "/etc/host").contains("/etc/hosts"))
        #expect(try proposals("key", "new", "--h") == ["--help"])
    }

    @Test func knowsBashOnly() {
        #expect(
            SampleAction.error("completion fish") == #"""
                sample completion: expected bash, found "fish"
                Try 'sample completion --help'.
                """#
        )
        #expect(SampleAction.shown("completion") == SampleAction.shown("completion bash"))
        #expect(SampleAction.shown("completion --help")?.hasPrefix("Usage: sample completion [bash]\n") == true)
        #expect(SampleAction.shown("help completion") == SampleAction.shown("completion --help"))
    }
}
