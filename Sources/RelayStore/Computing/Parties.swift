package import Ethereum
internal import SQLite

extension RelayStore {
    /// Notes who is answerable for all requests of a transaction.
    package func note(party: Address, ofTransaction hash: Hash32) async throws {
        try await writer.write { t in
            _ = try t.prepare(PartySQL.note).binding(party, hash).run()
        }
    }

    /// Writes why a party waits beside its request whose turn is next.
    package func tell(_ reason: String, nextOf party: Address) async throws {
        try await writer.write { t in
            for lane in AdmissionLane.allCases {
                let next =
                    try t.prepare(AdmissionSQL.fresh(lane)).binding(party, Int64.max, Int64(1))
                    .first { try $0.int64(0) }
                    ?? t.prepare(AdmissionSQL.due(lane)).binding(party, Int64.max, Int64.max, Int64(1))
                    .first { try $0.int64(0) }
                guard let next else { continue }
                _ = try t.prepare("UPDATE request SET reason = ? WHERE id = ?").binding(reason, next).run()
                return
            }
        }
    }
}

enum PartySQL {
    static let note = """
        UPDATE request SET party = ? WHERE transaction_hash = ? AND state = 'observed' AND party IS NULL
        """
}
