import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// The policy: tried by its command, and kept by the relayer.
    struct PolicyCommandTests {
        private static let example = "\(PackageRoot.path)/config/relayer.example.yaml"
        private static let docker =
            #"{"Engine":{"Type":"docker","Params":{"Image":"ubuntu:24.04"}},"Resources":{"CPU":"2"}}"#
        private static let old =
            #"{"Engine":"Wasm","Verifier":"Noop","Publisher":"Estuary","Wasm":{"EntryModule":{"StorageSource":"Inline","#
            + #""URL":"data:application/wasm;base64,AGFzbQEAAAA=","path":"/job"}}}"#
        private static let address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

        private func test(
            _ words: [String],
            spec: String = docker,
            environment: [String: String] = [:]
        ) async throws -> RelayerProgram.Outcome {
            let program = try RelayerProgram(settings: nil, environment: ["LILYPAD_CONFIG": Self.example])
            try program.write(spec, to: "spec.json")
            return try await program.command(words: ["policy", "test"] + words, environment: environment)
        }

        @Test func acceptsWhatIsAllowed() async throws {
            let plain = try await test([Spec.path("hello")])
            let json = try await test([Spec.path("hello"), "--json", "--result-type", "cid"])

            #expect(
                plain.status == 0 && plain.output.hasPrefix("accepted: a job of "),
                "\(plain.output)\(plain.errors)"
            )
            #expect(json.status == 0, "\(json.errors)")
            let verdict = try json.json
            #expect(verdict["verdict"] == "accepted" && verdict["timeoutSeconds"] == 1_800)
            #expect(verdict["computeSeconds"] == 1_800)
            #expect(verdict["bodySize"]?.int64.map { $0 > 500 } == true)
        }

        @Test func saysEverythingThatSpeaksAgainstASpec() async throws {
            let plain = try await test(["spec.json"])
            let json = try await test(["spec.json", "--json"])

            #expect(plain.status == 1 && plain.errors.isEmpty, "\(plain.errors)")
            #expect(
                plain.output.contains(
                    #"policy-image: the image "ubuntu:24.04" is not allowed. policy.images allows none"#
                )
            )
            #expect(plain.output.contains("answer on chain: refused by the operator's policy: policy-engine: "))
            #expect(json.status == 1)
            let codes = try json.json["reasons"]?.array?.map { $0["code"]?.string }
            #expect(codes == ["policy-engine", "policy-image", "policy-cpu"])
        }

        @Test func saysWhatNoQuotaEverLetsRun() async throws {
            let outcome = try await test(
                [Spec.path("hello")],
                environment: ["LILYPAD_POLICY__QUOTAS__ALL__COMPUTE_PER_DAY": "1799s"]
            )

            #expect(outcome.status == 1)
            #expect(
                outcome.output.contains(
                    "quota-compute: its job may take 1800 s of compute, and the relayer's quota of jobs is 1799 s of compute"
                        + " a day (policy.quotas.all.computePerDay)"
                ),
                "\(outcome.output)\(outcome.errors)"
            )
        }

        @Test func judgesByTheSettings() async throws {
            let settings = [
                "LILYPAD_POLICY__ENGINES__0": "docker", "LILYPAD_POLICY__IMAGES__0": "ubuntu:24.04",
                "LILYPAD_POLICY__RESOURCES__CPU": "2",
            ]
            let asked = ["LILYPAD_POLICY__REQUESTERS__ALLOW__0": Self.address]
            let sent = ["LILYPAD_POLICY__SENDERS__ALLOW__0": Self.address]

            #expect(try await test(["spec.json"], environment: settings).status == 0)
            for (rule, option) in [(asked, "--requester"), (sent, "--sender")] {
                let both = settings.merging(rule) { first, _ in first }
                #expect(try await test(["spec.json"], environment: both).status == 1)
                #expect(try await test(["spec.json", option, Self.address], environment: both).status == 0)
            }
        }

        /// What a stranger can claim does not help him here either.
        @Test func judgesTheSenderWhereTheRequesterIsOnlyNamed() async throws {
            let settings = [
                "LILYPAD_CONTRACTS__0__BINDING": "lilypad-v0-f",
                "LILYPAD_POLICY__REQUESTERS__ALLOW__0": Self.address,
            ]
            let named = try await test(
                ["spec.json", "--requester", Self.address],
                spec: Self.old,
                environment: settings
            )
            let sent = try await test(["spec.json", "--sender", Self.address], spec: Self.old, environment: settings)

            #expect(named.status == 1, "\(named.errors)")
            #expect(
                named.output.contains(
                    "policy-requester: the requester (here the sender of the transaction) is not known"
                ),
                "\(named.output)"
            )
            #expect(sent.status == 0, "\(sent.output)\(sent.errors)")
        }

        /// From a contract with a limit of its own nothing longer can come; another one's is answered with a refusal.
        @Test func takesSpecsAsLongAsTheContractDoes() async throws {
            let long = Self.old.replacing("AGFzbQEAAAA=", with: String(repeating: "A", count: 10_000))
            let huge = Self.old.replacing("AGFzbQEAAAA=", with: String(repeating: "A", count: 2_000_000))
            let other = ["LILYPAD_CONTRACTS__0__BINDING": "lilypad-v0-f"]

            let reference = try await test(["spec.json"], spec: long)
            let taken = try await test(["spec.json"], spec: long, environment: other)
            let refused = try await test(["spec.json"], spec: huge, environment: other)

            #expect(reference.status == 2, "\(reference.output)")
            #expect(reference.errors.contains("has more than the 8192 bytes that the contract takes"))
            #expect(taken.status == 0, "\(taken.output)\(taken.errors)")
            #expect(refused.status == 1 && refused.output.contains("too-large: "), "\(refused.output)\(refused.errors)")
        }

        /// Some contracts always ask for a CID.
        @Test func asksForWhatTheContractAsksFor() async throws {
            let spec = Self.old.replacing(
                #""Publisher":"Estuary""#,
                with: #""PublisherSpec":{"Type":"S3","Params":{"Bucket":"out","Key":"{jobID}"}}"#
            )
            let settings = [
                "LILYPAD_CONTRACTS__0__BINDING": "lilypad-v0-c", "LILYPAD_POLICY__PUBLISHERS__0": "s3",
                "LILYPAD_POLICY__PUBLISH_BUCKETS__0": "out",
            ]
            let silent = try await test(["spec.json"], spec: spec, environment: settings)
            let same = try await test(["spec.json", "--result-type", "cid"], spec: spec, environment: settings)
            let other = try await test(["spec.json", "--result-type", "stdout"], spec: spec, environment: settings)
            let free = try await test(
                ["spec.json"],
                spec: spec,
                environment: settings.merging(["LILYPAD_CONTRACTS__0__BINDING": "lilypad-v0-d"]) { $1 }
            )

            for outcome in [silent, same] {
                #expect(outcome.status == 1 && outcome.output.contains("gives no CID"), "\(outcome.output)")
            }
            #expect(other.status == 2, "\(other.output)")
            #expect(
                other.errors.contains(
                    "--result-type stdout: requests by the binding lilypad-v0-c always ask for cid; leave it away"
                ),
                "\(other.errors)"
            )
            #expect(free.status == 0, "\(free.output)\(free.errors)")
        }

        /// A spec that the relayer would answer with a reason is a spec; what is none, or cannot be read, is a mistake.
        @Test(
            arguments: [
                ("{}", 1, "missing-key"), (#"{"Engine":{"Type":"wasm"},"Engine":{}}"#, 1, "duplicate-key"),
                (#"{"Engine":7}"#, 1, "wrong-kind"), ("once upon a time", 2, "not-json"), ("[]", 2, "wrong-kind"),
                ("", 2, "not-json"), ("7", 2, "wrong-kind"),
            ] as [(String, Int32, String)]
        )
        func tellsASpecFromOtherText(spec: String, status: Int32, code: String) async throws {
            let plain = try await test(["spec.json"], spec: spec)
            let json = try await test(["spec.json", "--json"], spec: spec)

            #expect(plain.status == status && plain.output.contains("\(code): "), "\(plain.output)\(plain.errors)")
            #expect(json.status == status)
            #expect(try json.json["verdict"] == (status == 1 ? "refused" : "not understood"))
            #expect(try json.json["reasons"]?.array?.first?["code"]?.string == code)
        }

        @Test(arguments: [
            (["nowhere.json"], "cannot read nowhere.json"), ([], "the argument SPEC is missing"),
            (["spec.json", "--format", "v2"], "--format: expected one of v1, lilypad-v0, module"),
            (
                ["spec.json", "--contract", address],
                "--contract \(address) is none of the settings' contracts: name 0x5FbDB"
            ),
            (["spec.json", "--requester", "me"], "--requester: expected an address"),
        ])
        func saysWhatIsWrongWithItsUse(words: [String], message: String) async throws {
            let outcome = try await test(words)

            #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
        }

        @Test func readsEveryFormat() async throws {
            let old = Self.old.replacing("}}}", with: #"}},"Resources":{"GPU":"1"}}"#)
            for (format, spec, status, words) in [
                ("lilypad-v0", Self.old, Int32(0), "accepted: "),
                ("lilypad-v0", old, 1, "policy-gpu"),
                ("lilypad-v0", "Rainbow Unicorn", 2, "not understood"),
                ("module", "cowsay:v1", 1, "module-unknown"),
                ("module", "{}", 2, "not understood"),
            ] {
                let outcome = try await test(["spec.json", "--format", format], spec: spec)
                #expect(outcome.status == status, "\(format) \(spec): \(outcome.output)\(outcome.errors)")
                #expect(outcome.output.contains(words), "\(outcome.output)")
            }
        }

        @Test func readsStandardInput() async throws {
            let program = try RelayerProgram(settings: nil)
            try program.write(Self.docker, to: "spec.json")
            let line = #"exec "$0" policy test - --json --config "$1" < spec.json"#
            let process = try await ChildProcess.start(
                "/bin/sh",
                ["-c", line, try PackageRoot.relayer(), Self.example],
                environment: [:],
                directory: program.directory.path
            )

            #expect(await process.finished() == .exited(1), "\(process.standardError)")
            #expect(process.standardOutput.contains("policy-engine"))
        }

        /// What the command says is what the chain is told, and what people read of it.
        @Test func saysWhatTheRelayerDoes() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try program.write(Self.docker, to: "spec.json")
            let verdict = try await program.command("policy", "test", "spec.json", "--json").json

            try await program.whileRunning { _ in
                let refused = try await bridge.request(Self.docker, .stdout)
                let answer = try await bridge.waitForAnswers(to: [refused])[refused]
                let text = try #require(verdict["answer"]?.string)
                #expect(answer?.content == .failure(text))

                let shown = try await program.command("jobs", "show", "\(refused)")
                for reason in try #require(verdict["reasons"]?.array) {
                    let detail = try #require(reason["detail"]?.string)
                    #expect(shown.output.contains("      \(detail)\n"), "\(shown.output)")
                }
            }
        }

        /// It would be paid for, and refused.
        @Test func doesNotAskForWhatIsRefused() async throws {
            let bridge = try await Bridge.deploy(on: Network.shared())
            let program = try RelayerProgram(for: bridge)
            try program.write(Self.docker, to: "spec.json")

            let outcome = try await program.command(
                words: ["request", "spec.json", "--yes"],
                environment: ["LILYPAD_REQUEST_KEY": bridge.network.devnet.requester.privateKey]
            )

            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("the relayer would refuse this: refused by the operator's policy"))
        }
    }
}
