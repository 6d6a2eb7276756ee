import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// A contract's request becomes a job becomes a mined answer.
    struct WholePassTests {
        @Test func answersEveryKindOfRequest() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            try await program.whileRunning { _ in
                let file = try await bridge.request(Spec.named("file"), .cid)
                let stdout = try await bridge.request(Spec.named("hello"), .stdout)
                let stderr = try await bridge.request(Spec.named("stderr"), .stderr)
                let exitCode = try await bridge.request(Spec.named("exit"), .exitCode)
                let plainReturn = try await bridge.request(Spec.named("return"), .exitCode)
                let trap = try await bridge.request(Spec.named("trap"), .stdout)
                let nonsense = try await bridge.request("{}", .stdout)
                let all = [file, stdout, stderr, exitCode, plainReturn, trap, nonsense]

                let answers = try await bridge.waitForAnswers(to: all)

                #expect(answers[stdout]?.content == .result("hello\n"))
                #expect(answers[stderr]?.content == .result("oops\n"))
                #expect(answers[exitCode]?.content == .result("3"))
                #expect(answers[plainReturn]?.content == .result("0"))
                guard case .result(let cid)? = answers[file]?.content,
                    case .failure(let reason)? = answers[trap]?.content
                else {
                    Issue.record("\(answers)")
                    return
                }
                #expect(try await network.published(cid)["outputs"]?["answer.txt"] == "42\n", "\(cid)")
                #expect(reason.contains("unreachable"))
                guard case .failure(let refusal)? = answers[nonsense]?.content else {
                    Issue.record("\(answers)")
                    return
                }
                #expect(refusal.contains("Engine"))
                // The one with nonsense never becomes a job.
                #expect(try await ledger.newJobs().count == all.count - 1)
                #expect(try await ledger.newTransactions() == all.count)
            }
        }

        @Test func answersEachOfTwoRequestsInOneTransaction() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            let batcher = try await Batcher.deploy(on: network)
            try await program.whileRunning { _ in
                let jobs = try await batcher.ask(
                    bridge,
                    [(Spec.greeting("one"), .stdout), (Spec.greeting("two"), .stdout)]
                )

                let answers = try await bridge.waitForAnswers(to: jobs)

                #expect(jobs.map { answers[$0]?.content } == [.result("hello one\n"), .result("hello two\n")])
                try await ledger.expectOnce(jobs)
            }
        }

        @Test func answersFiftyRequestsInOneTransaction() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            let batcher = try await Batcher.deploy(on: network)
            try await program.whileRunning { _ in
                let jobs = try await batcher.ask(bridge, Spec.named("hello"), .stdout, times: 50)

                let answers = try await bridge.waitForAnswers(to: jobs)

                #expect(jobs.count == 50)
                #expect(jobs.allSatisfy { answers[$0]?.content == .result("hello\n") })
                try await ledger.expectOnce(jobs)
            }
        }
    }
}
