import Glibc
import RelayStore
import RelayTestSupport

/// Plays seeds.
///
///     let report = await ChainSimulation().run(seed: 7)
///     #expect(report.isSound, "\(report.failures)")
///
/// The same seed plays the same, call by call.
package struct ChainSimulation: Sendable {
    private let directory: TemporaryDirectory

    /// Databases live in memory where there is such a place: nothing here is about the disk.
    package init() async throws {
        directory = try TemporaryDirectory(inMemory: true)
        await (try RelayStore(path: directory.file(Self.template))).close()
    }

    /// An empty database: to make one takes as long as to play a seed.
    private static let template = "template.sqlite"

    /// Plays one seed; with `keepsTrace` the report tells every call and look.
    package func run(seed: UInt64, keepsTrace: Bool = false) async -> SimulationReport {
        await run(SimulationPlan(seed: seed), keepsTrace: keepsTrace)
    }

    /// Plays seeds, as many at once as the machine has processors, and tells of each as it ends.
    package func run(_ seeds: some Sequence<UInt64>, ended: (SimulationReport) -> Void) async {
        var rest = seeds.makeIterator()
        await withTaskGroup(of: SimulationReport.self) { group in
            for _ in 0..<Self.processors {
                guard let seed = rest.next() else { break }
                group.addTask { await run(seed: seed) }
            }
            for await report in group {
                ended(report)
                if let seed = rest.next() { group.addTask { await run(seed: seed) } }
            }
        }
    }

    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Plays one seed with one life that ends as given, before the one that lasts.
    package func run(seed: UInt64, dying end: SimulatedDeath) async -> SimulationReport {
        var plan = SimulationPlan(seed: seed)
        plan.lives = [SimulationPlan.Life(end: end.end, pause: 0)]
        return await run(plan, keepsTrace: false)
    }

    private func run(_ plan: SimulationPlan, keepsTrace: Bool) async -> SimulationReport {
        let name = "\(plan.seed).sqlite"
        defer { directory.remove([name, "\(name)-wal", "\(name)-shm", "\(name).lock"]) }
        // One in sixteen begins without a file, so that a death may come in the middle of its schema.
        if plan.seed % 16 != 0 {
            do { try directory.copy(Self.template, to: name) } catch {
                return SimulationReport(refusing: plan.seed, "\(error)")
            }
        }
        return await SimulationRun(plan, path: directory.file(name), keepsTrace: keepsTrace).run()
    }
}

/// A step at which the follower dies.
package enum SimulatedDeath: Sendable, CustomStringConvertible {
    /// In place of the commit of this number, from 1, or right after it.
    case beforeCommit(Int)
    case afterCommit(Int)

    var end: SimulationPlan.Life.End {
        switch self {
        case .beforeCommit(let number): .beforeCommit(number)
        case .afterCommit(let number): .afterCommit(number)
        }
    }

    package var description: String {
        switch self {
        case .beforeCommit(let number): "before commit \(number)"
        case .afterCommit(let number): "after commit \(number)"
        }
    }
}
