package import Ethereum
internal import SQLite

extension RelayStore {
    /// Notes who is answerable for a request.
    package func note(party: Address, of request: Int64) async throws {
        try await writer.write { t in
            _ = try t.prepare("UPDATE request SET party = ? WHERE id = ? AND party IS NULL")
                .binding(party, request).run()
        }
    }

    /// Writes why a party waits beside its request whose turn is next.
    package func tell(_ reason: String, nextOf party: Address) async throws {
        try await writer.write { t in
            for lane in AdmissionLane.allCases {
                let next = try t.prepare(AdmissionSQL.ids(lane)).binding(party, Int64.max, Int64.max, Int64(1))
                    .first { try $0.int64(0) }
                guard let next else { continue }
                _ = try t.prepare("UPDATE request SET reason = ? WHERE id = ?").binding(reason, next).run()
                return
            }
        }
    }
}
