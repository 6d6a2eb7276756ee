import Glibc
import RelaySimulation

/// `relayer-simulate SEEDS [START]`: plays so many seeds of the chain simulation, from the first on; one seed alone is told
/// call by call.
///
/// Exit status 1, and the seeds by name, where one fails.
@main
struct RelayerSimulate {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { UInt64($0) }
        guard numbers.count == words.count, (1...2).contains(words.count), numbers[0] > 0 else {
            fail("usage: relayer-simulate SEEDS [START]", status: 2)
        }
        let (count, start) = (numbers[0], numbers.count > 1 ? numbers[1] : 0)
        guard start.addingReportingOverflow(count).overflow == false else { fail("no such seeds", status: 2) }
        let clock = ContinuousClock()
        let began = clock.now
        let sum = try await play(start..<(start + count), isTold: count == 1)
        let milliseconds = max(1, (clock.now - began) / .milliseconds(1))
        print(sum)
        let pace = Int(Double(count) * 1_000 / milliseconds)
        print("chain: \(pace) seeds/s on \(ChainSimulation.processors) processors")
        print("simulate: \(count) seeds, \(sum.failed.count) failed")
        if !sum.failed.isEmpty { exit(1) }
    }

    private static func play(_ seeds: Range<UInt64>, isTold: Bool) async throws -> SimulationSum {
        let simulation = try await ChainSimulation()
        var sum = SimulationSum()
        func note(_ report: SimulationReport) {
            sum.add(report)
            guard !report.isSound else { return }
            print("seed \(report.seed) failed: \(report.failures.joined(separator: "; "))")
            print("replay: make simulate SEEDS=1 START=\(report.seed)")
        }
        if isTold {
            let report = await simulation.run(seed: seeds.lowerBound, keepsTrace: true)
            print(report.trace.joined(separator: "\n"))
            note(report)
        } else {
            await simulation.run(seeds, ended: note)
        }
        return sum
    }

    private static func fail(_ text: String, status: Int32) -> Never {
        print(text)
        exit(status)
    }
}
