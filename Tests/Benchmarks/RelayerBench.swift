import Ethereum
import RelayTestSupport

/// Measures parts of the relayer inside a process, for `make bench`: each command prints `name number` lines.
///
///     relayer-bench keccak | sign | decode URL CONTRACT | ingest URL CONTRACT BLOCKS [WINDOW [FIRST]] | settle
///         | idle [12s | 2s | 250ms]… | specs | open-make FILE COUNT | open FILE COUNT
@main
enum RelayerBench {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "keccak": keccak()
        case "sign": try sign()
        case "decode": try await LogBench(arguments).decode()
        case "ingest": try await LogBench(arguments).ingest()
        case "settle": try await SettleBench.run()
        case "specs": try SpecBench.run()
        case "open-make": try await OpenJobsBench(arguments).prepare()
        case "open": try await OpenJobsBench(arguments).run()
        case "idle": try await IdleBench.run(arguments.dropFirst())
        default:
            print(
                "relayer-bench keccak | sign | decode URL CONTRACT | ingest URL CONTRACT BLOCKS [WINDOW [FIRST]] | settle"
                    + " | idle [CHAIN…] | specs | open-make FILE COUNT | open FILE COUNT"
            )
        }
    }

    static func report(_ name: String, _ value: Double) { print(name, value) }

    /// Seconds that `body` takes.
    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await body()
        return (clock.now - start) / .seconds(1)
    }

    private static func keccak() {
        let block = [UInt8](repeating: 0x5a, count: 1 << 20)
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<20 {
            let took = clock.measure { _ = keccak256(block) } / .seconds(1)
            best = min(best, took)
        }
        report("keccak_mb_s", 1.048576 / best)
    }

    private static func sign() throws {
        let account = TestAccount(seed: 1)
        let digests = (0..<2_000).map {
            keccak256([UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)])
        }
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<5 {
            let took = try clock.measure { for digest in digests { _ = try account.sign(digest) } } / .seconds(1)
            best = min(best, took)
        }
        report("sign_per_s", Double(digests.count) / best)
    }
}
