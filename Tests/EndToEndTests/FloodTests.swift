import Ethereum
import JSON
import RelayTestSupport
import Testing

extension EndToEnd {
    /// One who asks for very much, beside some who ask for little.
    struct FloodTests {
        @Test func aFloodIsPassedByThoseWhoAskForLittle() async throws {
            let network = try Network.shared()
            let bridge = try await Bridge.deploy(on: network)
            let program = try RelayerProgram(for: bridge)
            let ledger = try await Ledger(for: bridge)
            // Of the worst kind: each holds its place for as long as it can.
            let slow = try Spec.named("sleep-3000")
            let flooder = try await Batcher.deploy(on: network)
            var flood = 0
            while flood < 1_000 { flood += try await flooder.ask(bridge, slow, .stdout, times: 50).count }
            var asked: [UInt64] = []
            for index in 0..<10 {
                let other = try await Batcher.deploy(on: network)
                asked += try await other.ask(bridge, [(Spec.greeting("\(index)"), .stdout)])
            }

            try await program.whileRunning { _ in
                let answers = try await bridge.waitForAnswers(to: asked)
                for (index, id) in asked.enumerated() { #expect(answers[id]?.content == .result("hello \(index)\n")) }
            }

            var names: [String] = []
            for id in asked {
                let shown = try await program.command("jobs", "show", "\(id)", "--json").json
                names.append(try #require(shown["jobs"]?.array?.first?["name"]?.string))
            }
            // In the order in which they were submitted.
            let jobs = try await ledger.newJobs().map(\.name)
            for name in names {
                let place = try #require(jobs.firstIndex(of: name))
                let before = jobs[..<place].count { !names.contains($0) }
                #expect(before < 20, "\(before) jobs of the flood were submitted before \(name)")
            }
        }
    }
}
