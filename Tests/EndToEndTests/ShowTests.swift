import Ethereum
import FoundationEssentials
import Glibc
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// `jobs show`: for one id everything that happened.
    struct ShowTests {
        private static let secret = "s3cretS3cretS3cretS3cretS3cret"

        @Test func tellsEverythingOfARequest() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            let spec = try Spec.greeting("you")
            try await program.whileRunning { _ in
                try await bridge.request(spec, .stdout)
                try await program.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }
            }

            let shown = try await program.command("jobs", "show", "1", "--json").json
            #expect(shown["spec"]?.string == spec && shown["specHex"] == .null)
            let kinds = shown["calls"]?.array?.compactMap { $0["kind"]?.string } ?? []
            #expect(kinds.starts(with: ["look-up", "submit", "look-up"]), "\(kinds)")
            let execution = shown["calls"]?.array?.last?["seen"]?["executions"]?.array?.last
            #expect(execution?["state"] == "completed" && execution?["node"]?.string != nil, "\(shown)")
            #expect(
                shown["stages"]?.array?.map { $0["state"] } == [
                    "observed", "accepted", "submitted", "answered", "settling", "settled",
                ]
            )
            let settlement = shown["settlements"]?.array?.first
            #expect(shown["costWei"] == settlement?["costWei"] && shown["gasUsed"] == settlement?["gasUsed"])
            #expect(settlement?["attempts"]?.array?.first?["maxPriorityFeePerGasWei"]?.string != nil)

            let text = try await program.command("jobs", "show", "1").output
            for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
            for words in ["look-up", "submit", "execution ", "exit code", "attempt", "gwei", "cost ", "took "] {
                #expect(text.contains(words), "\(words): \(text)")
            }
            #expect(try await program.command("jobs", "show", "1", "--spec").output == spec)
            let sent = try await program.command("jobs", "show", "1", "--sent")
            #expect(sent.output == shown["jobs"]?.array?.first?["body"]?.string, "\(sent.errors)")
            let both = try await program.command("jobs", "show", "1", "--spec", "--sent")
            #expect(both.status == 2 && both.errors.contains("exclude each other"), "\(both.errors)")
        }

        /// What a policy has against a spec, each with its code; nothing was ever sent.
        @Test func tellsOfVerdicts() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            let spec = #"{"Engine":{"Type":"docker","Params":{"Image":"ubuntu:24.04"}}}"#
            try await program.whileRunning { _ in
                try await bridge.request(spec, .stdout)
                try await program.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }
            }

            let shown = try await program.command("jobs", "show", "1", "--json").json
            let codes = shown["verdicts"]?.array?.compactMap { $0["code"]?.string } ?? []
            #expect(codes.contains("policy-engine"), "\(shown)")
            let sent = try await program.command("jobs", "show", "1", "--sent")
            #expect(sent.status == 1 && sent.errors.contains("it has had no job"), "\(sent.errors)")
        }

        @Test func writesAFileForAReportWithoutKeys() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            var settings = RelayerSettingsText()
            settings.more = "fees: {maxFeePerGas: 77gwei}"
            let program = try RelayerProgram(for: bridge, settings)
            try await program.whileRunning { _ in
                try await bridge.request(Spec.named("hello"), .stdout)
                try await program.waitForStatus("it is settled") { $0["requests"]?["settled"] == 1 }
            }
            let variables = [
                "LILYPAD_BACALHAU__API_KEY": Self.secret,
                "LILYPAD_CHAIN__RPC__1__URL": "https://node.example/v3/\(Self.secret)",
            ]

            let words = ["jobs", "show", "1", "--bundle", "bundle.json"]
            let written = try await program.command(words: words, environment: variables)

            #expect(written.status == 0 && written.output.isEmpty, "\(written.errors)")
            let text = try program.read("bundle.json")
            #expect(
                !text.contains(Self.secret) && !text.contains(bridge.network.devnet.relayer.privateKey.dropFirst(2))
            )
            let bundle = try JSONValue.parse(Array(text.utf8), limits: JSONLimits(bytes: 8 << 20))
            #expect(bundle["request"]?["answer"]?["text"] == "hello\n")
            #expect(bundle["settings"]?["fees"]?["maxFeePerGas"] == "77gwei")
            #expect(
                bundle["settings"]?["account"]?["key"] == "***" && bundle["settings"]?["bacalhau"]?["apiKey"] == "***"
            )
            #expect(bundle["settings"]?["chain"]?["rpc"]?.array?.last?["url"]?.string?.contains("***") == true)
            #expect(bundle["report"]?["version"]?.string != nil && bundle["version"]?.string != nil)
            var status = stat()
            #expect(unsafe stat(program.directory.file("bundle.json"), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)

            let again = try await program.command(words: words)
            #expect(again.status == 2 && again.errors.contains("bundle.json exists"), "\(again.errors)")
            #expect(try program.read("bundle.json") == text)
            let streamed = try await program.command("jobs", "show", "1", "--bundle", "-")
            #expect(try streamed.json["bundle"] == 1, "\(streamed.errors)")
        }
    }
}
