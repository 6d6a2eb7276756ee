import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// The order of turns, beside a plain reckoning of the same with everything in memory.
@Suite(.timeLimit(.minutes(2))) struct AdmissionModelTests {
    private struct Row {
        let id: Int64
        let party: UInt16
        let lane: AdmissionLane
        var isRunning = false
    }

    private struct Model {
        var rows: [Row] = []
        var maxRunning = 0
        var running: Int?
        var perDay: Int?
        var inHand: Set<Int64> = []
        var last: [AdmissionLane: UInt16] = [:]

        func turns() -> [Int64] {
            let held = rows.filter { inHand.contains($0.id) && !$0.isRunning }
            let places = maxRunning - rows.count(where: \.isRunning) - held.count
            guard places > 0 else { return [] }
            var room: [UInt16: Int] = [:]
            for party in Set(rows.map(\.party)) {
                let used = rows.count { $0.party == party && $0.isRunning } + held.count { $0.party == party }
                room[party] = running.map { max(0, $0 - used) } ?? .max
            }
            let begun = rows.count(where: \.isRunning) + held.count
            let all = perDay.map { max(0, $0 - begun) } ?? .max
            let live = take(.live, min(places, all), &room)
            return live + take(.replayed, min(places - live.count - maxRunning / 4, all - live.count), &room)
        }

        private func take(_ lane: AdmissionLane, _ places: Int, _ room: inout [UInt16: Int]) -> [Int64] {
            let sorted = Set(rows.map(\.party)).sorted()
            let start = last[lane].flatMap { last in sorted.firstIndex { $0 > last } } ?? 0
            let parties = sorted[start...] + sorted[..<start]
            var waiting = Dictionary(grouping: rows) { $0.party }.mapValues { rows in
                rows.filter { $0.lane == lane && !$0.isRunning && !inHand.contains($0.id) }.map(\.id).sorted()
            }
            var taken: [Int64] = []
            var goesOn = true
            while goesOn, taken.count < places {
                goesOn = false
                for party in parties where taken.count < places {
                    guard room[party, default: 0] > 0, let id = waiting[party]?.first else { continue }
                    waiting[party]?.removeFirst()
                    room[party, default: 0] -= 1
                    taken.append(id)
                    goesOn = true
                }
            }
            return taken
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func equalsAPlainReckoning(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try await StoreBench()
        var model = Model()
        let parties = (0..<Int.random(in: 1...6, using: &random)).map { _ in UInt16.random(in: 0...9, using: &random) }
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let party = try #require(parties.randomElement(using: &random))
            let lane: AdmissionLane = Bool.random(using: &random) ? .live : .replayed
            let ids = try await bench.ask(party, Int.random(in: 1...4, using: &random), isLive: lane == .live)
            model.rows += ids.map { Row(id: $0, party: party, lane: lane) }
        }
        for index in model.rows.indices where Int.random(in: 0..<5, using: &random) == 0 {
            try await bench.begin(model.rows[index].id, model.rows[index].party)
            model.rows[index].isRunning = true
        }
        for _ in 0..<6 {
            model.maxRunning = Int.random(in: 1...20, using: &random)
            model.running = Bool.random(using: &random) ? Int.random(in: 1...4, using: &random) : nil
            model.perDay = Bool.random(using: &random) ? Int.random(in: 1...20, using: &random) : nil
            model.inHand = Set(model.rows.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }.map(\.id))
            model.last = [:]
            for lane in AdmissionLane.allCases where Bool.random(using: &random) {
                model.last[lane] = UInt16.random(in: 0...9, using: &random)
            }
            let rules = AdmissionRules(
                maxRunning: model.maxRunning,
                quotas: Quotas(requester: Quota(running: model.running), all: Quota(perDay: model.perDay)),
                inHand: model.inHand,
                last: model.last.mapValues { bench.party($0) }
            )
            let found = try await bench.admission(rules).items.map(\.request.id)
            #expect(found == model.turns(), "\(model)")
        }
    }
}
