import Bacalhau
import Ethereum
import JSON
import RelayCore

/// What a stranger's spec costs before anything is run: read, translated from Lilypad v0's form, judged by the policy.
///
/// Beside each the time that it takes to parse the same bytes as JSON and no more.
enum SpecBench {
    private static let rounds = 5
    private static let count = 4_000

    static func run() throws {
        for (name, size) in [("300b", 300), ("8kib", 8_192)] {
            let text = legacy(size)
            let translate = try best { _ = try TaskSpec.readLegacy(text) }
            let parse = try best { _ = try JSONValue.parse(text) }
            RelayerBench.report("legacy_\(name)_per_s", 1 / translate)
            RelayerBench.report("legacy_\(name)_vs_json", translate / parse)
        }
        var policy = JobPolicy()
        policy.engines = [.wasm, .docker]
        policy.images = try (0..<64).map { try ImagePattern("registry.example/team-\($0)/*") }
        policy.images.append(try ImagePattern("ubuntu:*"))
        policy.inputs = [.inline, .ipfs, .urlDownload]
        policy.hosts = try (0..<64).map { try HostPattern("*.example-\($0).org") } + [HostPattern("data.example.org")]
        let task = try policy.completed(TaskSpec.readLegacy(legacy(300)), for: .stdout)
        let objections = policy.judge(task, bodySize: 600, requester: nil, sender: nil, contract: .zero)
        guard objections.isEmpty else { throw Refused(objections: objections) }
        let judge = best {
            _ = policy.judge(task, bodySize: 600, requester: nil, sender: nil, contract: .zero)
        }
        RelayerBench.report("policy_per_s", 1 / judge)
    }

    private struct Refused: Error {
        let objections: [PolicyObjection]
    }

    /// Seconds for one, of the fastest round.
    private static func best(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<rounds {
            let took = try clock.measure { for _ in 0..<count { try body() } } / .seconds(1)
            best = min(best, took / Double(count))
        }
        return best
    }

    /// A spec as the contracts of Lilypad v0 wrote them, of so many bytes.
    private static func legacy(_ size: Int) -> [UInt8] {
        let head =
            #"{"Engine":"docker","Verifier":"noop","PublisherSpec":{"Type":"estuary"},"Docker":{"Image":"ubuntu:24.04","#
            + #""Entrypoint":["echo",""#
        let tail =
            #""]},"Inputs":[{"StorageSource":"URLDownload","URL":"https://data.example.org/in","Path":"/in"}],"#
            + #""Outputs":[{"Name":"outputs","StorageSource":"IPFS","Path":"/outputs"}],"Deal":{"Concurrency":1}}"#
        let filler = max(0, size - head.utf8.count - tail.utf8.count)
        return Array((head + String(repeating: "a", count: filler) + tail).utf8)
    }
}
