import Glibc
import RelayTestSupport

/// `relayer-fuzz CASES [START]`: plays so many cases of every fuzz target, from the seed START on.
///
/// Exit status 1 where a case breaks a rule; each is named with the command that plays it again.
@main
struct RelayerFuzz {
    /// A name, and the rule that a seed breaks.
    private static let targets: [(name: String, failure: @Sendable (UInt64) -> String?)] = [
        ("abi", { ABIFuzz.failure(seed: $0) }),
        ("spec-v1", { TaskSpecFuzz.failure(seed: $0) }),
        ("spec-lilypad-v0", { seed in LegacySpecFuzz.problem(with: LegacySpecFuzz.text(seed: seed)) }),
        ("module-call", { ModuleFuzz.callFailure(seed: $0) }),
        ("module-template", { ModuleFuzz.expansionFailure(seed: $0) }),
        ("run-output", { RunOutputFuzz.failure(seed: $0) }),
        ("published-file", { PublishedFileFuzz.failure(seed: $0) }),
        ("url", { seed in HostFuzz.soundURL(seed) ?? HostFuzz.hostileURL(seed) }),
        ("host", { seed in HostFuzz.disguisedAddress(seed) ?? HostFuzz.nearMiss(seed) }),
    ]

    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { UInt64($0) }
        guard numbers.count == words.count, (1...2).contains(words.count), numbers[0] > 0,
            !numbers[0].addingReportingOverflow(numbers.count > 1 ? numbers[1] : 0).overflow
        else {
            print("usage: relayer-fuzz CASES [START]")
            exit(2)
        }
        let start = numbers.count > 1 ? numbers[1] : 0
        let seeds = start..<(start + numbers[0])
        let failed = targets.reduce(0) { $0 + play($1.name, seeds, $1.failure) }
        print("fuzz: \(targets.count) targets, \(seeds.count) cases each, \(failed) failed")
        if failed > 0 { exit(1) }
    }

    /// Returns how many cases broke a rule; the first ten are told.
    private static func play(_ name: String, _ seeds: Range<UInt64>, _ failure: (UInt64) -> String?) -> Int {
        let clock = ContinuousClock()
        let began = clock.now
        var failed = 0
        for seed in seeds {
            guard let reason = failure(seed) else { continue }
            failed += 1
            if failed <= 10 {
                print("\(name): case \(seed): \(reason)")
                print("replay: make fuzz CASES=1 START=\(seed)")
            }
        }
        let seconds = max(0.001, (clock.now - began) / .seconds(1))
        print("\(name): \(seeds.count) cases, \(failed) failed, \(Int(Double(seeds.count) / seconds)) cases/s")
        return failed
    }
}
