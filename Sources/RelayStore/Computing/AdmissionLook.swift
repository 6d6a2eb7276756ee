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
    /// What a party may still begin, as far as it is known.
    private var room: [Address: Int] = [:]

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
        var places = rules.maxRunning - running - look.heldInAll
        guard places > 0 else { return look.found }
        let all = try t.use(of: nil, for: rules.quotas.all, held: look.heldInAll, at: now)
        places = min(places, rules.quotas.all.room(after: all))
        let block = try t.block(of: nil, by: rules.quotas.all, held: look.heldInAll, at: now)
        let fresh = try look.take(t, .fresh, places, block)
        let later = try look.take(t, .later, places - fresh.count - rules.maxRunning / 4, block)
        for (lane, ids) in [(AdmissionLane.fresh, fresh), (.later, later)] {
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
            guard let party = isObserved else { continue }
            heldInAll += 1
            if let party { held[party, default: 0] += 1 }
        }
    }

    private mutating func findUnknown(_ t: borrowing Transaction) throws {
        found.unknown = try t.prepare(AdmissionSQL.unknown)
            .binding(now.milliseconds, Int64(column: block), Int64(Self.fewLimit + rules.inHand.count))
            .all { try $0.request() }
            .filter { !rules.inHand.contains($0.id) }
    }

    /// Ids of at most so many requests of a lane, of each party in turn.
    private mutating func take(
        _ t: borrowing Transaction,
        _ lane: AdmissionLane,
        _ places: Int,
        _ block: QuotaBlock?
    ) throws -> [Int64] {
        // Without places it still looks for what is overdue.
        if let block, rules.refusedBefore == nil {
            found.blocks = [(nil, block)]
            return []
        }
        guard places > 0 || block != nil else { return [] }
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
            if let block {
                try noteBlocked(t, nil, of: next, lane, block)
                continue
            }
            let room = try roomLeft(t, next, lane)
            guard room > 0 else { continue }
            let ids = try ids(t, of: next, lane, min(room, places))
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
                room[queues[index].party]? -= 1
            }
            queues.removeAll { $0.ids.isEmpty }
        }
        return taken
    }

    private mutating func roomLeft(_ t: borrowing Transaction, _ party: Address, _ lane: AdmissionLane) throws -> Int {
        if let known = room[party] { return known }
        let quota = rules.quotas.requester
        let held = held[party] ?? 0
        let left = quota.room(after: try t.use(of: party, for: quota, held: held, at: now))
        room[party] = left
        if left <= 0, let block = try t.block(of: party, by: quota, held: held, at: now) {
            try noteBlocked(t, party, of: party, lane, block)
        }
        return left
    }

    private mutating func noteBlocked(
        _ t: borrowing Transaction,
        _ scope: Address?,
        of party: Address,
        _ lane: AdmissionLane,
        _ block: QuotaBlock
    ) throws {
        if found.blocks.count < Self.fewLimit, scope != nil || found.blocks.isEmpty {
            found.blocks.append((scope, block))
        }
        guard let before = rules.refusedBefore, found.overdue.count < Self.fewLimit else { return }
        let overdue = try t.prepare(AdmissionSQL.overdue(lane))
            .binding(party, before.milliseconds, Int64(Self.fewLimit - found.overdue.count))
            .all { try $0.request() }
        found.overdue += overdue.filter { !rules.inHand.contains($0.id) }.map { ($0, block) }
    }

    private func ids(
        _ t: borrowing Transaction,
        of party: Address,
        _ lane: AdmissionLane,
        _ count: Int
    ) throws -> [Int64] {
        let limit = count + (held[party] ?? 0)
        let ids = try t.prepare(AdmissionSQL.ids(lane))
            .binding(party, now.milliseconds, Int64(column: block), Int64(limit))
            .all { try $0.int64(0) }
        return Array(ids.filter { !rules.inHand.contains($0) }.prefix(count))
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
