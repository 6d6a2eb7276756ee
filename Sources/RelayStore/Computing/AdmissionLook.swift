internal import Ethereum
internal import RelayCore
internal import SQLite

/// One look at the lanes, in one snapshot.
struct AdmissionLook {
    /// Parties that one look goes through in a lane; strangers choose how many there are.
    static let partyLimit = 1_024
    /// Overdue requests of one look, and blocks that it tells of.
    static let fewLimit = 16

    let block: UInt64
    let now: Timestamp
    let rules: AdmissionRules
    private var found = Admission()
    /// Requests in hand that have no job yet, of each party.
    private var held: [Address: Int] = [:]
    private var heldInAll = 0
    /// What keeps all of them from beginning anything.
    private var blockOfAll: QuotaBlock?
    /// What a party may still begin, and what keeps it from it, as far as it is known.
    private var shares: [Address: (room: Int, block: QuotaBlock?)] = [:]

    private init(block: UInt64, now: Timestamp, rules: AdmissionRules) {
        self.block = block
        self.now = now
        self.rules = rules
    }

    static func look(
        _ t: borrowing Transaction,
        upTo block: UInt64,
        at now: Timestamp,
        _ rules: AdmissionRules
    ) throws -> Admission {
        var look = AdmissionLook(block: block, now: now, rules: rules)
        try look.findHeld(t)
        try look.findUnknown(t)
        let running = Int(clamping: try t.prepare(ComputingSQL.running).first { try $0.int64(0) } ?? 0)
        let places = rules.maxRunning - running - look.heldInAll
        guard places > 0 else { return look.found }
        let all = try t.use(of: nil, for: rules.quotas.all, held: look.heldInAll, at: now)
        let room = rules.quotas.all.room(after: all)
        look.blockOfAll = try t.block(of: nil, by: rules.quotas.all, after: all, at: now)
        let live = try look.take(t, .live, min(places, room))
        // What is kept for the live ones are places, and not a part of a quota.
        let left = min(places - live.count - rules.maxRunning / 4, room - live.count)
        let replayed = try look.take(t, .replayed, left)
        for (lane, ids) in [(AdmissionLane.live, live), (.replayed, replayed)] {
            for id in ids {
                guard let item = try t.admissible(id, lane) else { continue }
                look.found.items.append(item)
            }
        }
        return look.found
    }

    private mutating func findHeld(_ t: borrowing Transaction) throws {
        for id in rules.inHand {
            let isObserved = try t.prepare(AdmissionSQL.held).binding(id)
                .first { $0.isNull(0) ? nil : try $0.address(0) }
            // One whose party is being found out begins nothing yet.
            guard case let party?? = isObserved else { continue }
            heldInAll += 1
            held[party, default: 0] += 1
        }
    }

    private mutating func findUnknown(_ t: borrowing Transaction) throws {
        let ids = try t.prepare(AdmissionSQL.unknown)
            .binding(now.milliseconds, Int64(column: block), Int64(Self.fewLimit)).all { try $0.int64(0) }
        for id in ids where !rules.inHand.contains(id) {
            guard let request = try t.admissible(id, .live)?.request else { continue }
            found.unknown.append(request)
        }
    }

    /// Ids of at most so many requests of a lane, of each party in turn.
    private mutating func take(_ t: borrowing Transaction, _ lane: AdmissionLane, _ places: Int) throws -> [Int64] {
        if let blockOfAll {
            // There is nothing to begin, but something may have waited for too long.
            found.blocks = [(nil, blockOfAll)]
            guard rules.refusedBefore != nil else { return [] }
        }
        guard places > 0 || rules.refusedBefore != nil else { return [] }
        var queues: [(party: Address, ids: ArraySlice<Int64>)] = []
        var party = rules.last[lane]
        var hasTurned = party == nil
        var count = 0
        while queues.count < max(places, 1) {
            guard
                let next = try t.prepare(AdmissionSQL.nextParty(lane)).binding(party?.bytes ?? [])
                    .first({ try $0.address(0) })
            else {
                guard !hasTurned else { break }
                hasTurned = true
                party = nil
                continue
            }
            if let last = rules.last[lane], hasTurned, next > last { break }
            guard count < Self.partyLimit else {
                if queues.isEmpty, let party { found.cutOff[lane] = party }
                break
            }
            count += 1
            party = next
            let share = try share(t, next)
            if let block = blockOfAll ?? share.block { try noteOverdue(t, of: next, lane, block) }
            guard blockOfAll == nil, share.room > 0, places > 0, !rules.resting.contains(next) else { continue }
            let ids = try ids(t, of: next, lane, min(share.room, places))
            if !ids.isEmpty { queues.append((next, ids[...])) }
        }
        return takeTurns(&queues, places)
    }

    /// The first of each, the second of each, and so on.
    private mutating func takeTurns(
        _ queues: inout [(party: Address, ids: ArraySlice<Int64>)],
        _ places: Int
    ) -> [Int64] {
        var taken: [Int64] = []
        while taken.count < places, !queues.isEmpty {
            for index in queues.indices where taken.count < places {
                guard let id = queues[index].ids.popFirst() else { continue }
                taken.append(id)
                shares[queues[index].party]?.room -= 1
            }
            queues.removeAll { $0.ids.isEmpty }
        }
        return taken
    }

    private mutating func share(
        _ t: borrowing Transaction,
        _ party: Address
    ) throws -> (room: Int, block: QuotaBlock?) {
        if let known = shares[party] { return known }
        let quota = rules.quotas.requester
        let held = held[party] ?? 0
        let use = try t.use(of: party, for: quota, held: held, at: now)
        var room = quota.room(after: use)
        if rules.wary.contains(party) { room = min(room, max(0, 1 - held)) }
        let block = try t.block(of: party, by: quota, after: use, at: now)
        if let block, found.blocks.count < Self.fewLimit { found.blocks.append((party, block)) }
        shares[party] = (room, block)
        return (room, block)
    }

    private mutating func noteOverdue(
        _ t: borrowing Transaction,
        of party: Address,
        _ lane: AdmissionLane,
        _ block: QuotaBlock
    ) throws {
        guard let before = rules.refusedBefore else { return }
        for id in try ids(t, of: party, lane, Self.fewLimit) where found.overdue.count < Self.fewLimit {
            let request = try t.prepare(AdmissionSQL.overdue).binding(id, before.milliseconds)
                .first { try $0.request() }
            if let request { found.overdue.append((request, block)) }
        }
    }

    /// At most so many that are not in hand, those that were put off among those that are new.
    private func ids(
        _ t: borrowing Transaction,
        of party: Address,
        _ lane: AdmissionLane,
        _ count: Int
    ) throws -> [Int64] {
        let limit = Int64(count + (held[party] ?? 0))
        let deep = Int64(column: block)
        let fresh = try t.prepare(AdmissionSQL.fresh(lane)).binding(party, deep, limit).all { try $0.int64(0) }
        let due = try t.prepare(AdmissionSQL.due(lane)).binding(party, now.milliseconds, deep, limit)
            .all { try $0.int64(0) }
        let both = (0..<max(fresh.count, due.count)).flatMap { index in
            [due, fresh].compactMap { $0.indices.contains(index) ? $0[index] : nil }
        }
        return Array(both.lazy.filter { !rules.inHand.contains($0) }.prefix(count))
    }
}

extension Transaction {
    fileprivate borrowing func admissible(_ id: Int64, _ lane: AdmissionLane) throws -> AdmissibleItem? {
        try prepare(AdmissionSQL.item).binding(id).first { row in
            AdmissibleItem(
                request: try row.request(),
                attempts: Int(clamping: try row.optionalInt64(requestColumnCount) ?? 0),
                lane: lane
            )
        }
    }
}
