package import Ethereum
package import RelayCore
internal import SQLite

/// A stored request's log, as it was read.
package struct PlacedLog: Equatable, Sendable {
    package let request: Int64
    package let hash: Hash32
    package let contract: Address
    package let jobID: UInt256
    package let place: Place
}

extension RelayStore {
    /// Takes back what was read above this block, in one transaction: links, cursors, and the requests found there, which
    /// wait as orphans for their logs to come back.
    ///
    /// A job that runs for one of them is stopped at `stopJobsAt` unless its log is back before. nil: all that was read.
    /// Returns how many requests are orphans now.
    package func rewind(to block: UInt64?, stopJobsAt: Timestamp, at now: Timestamp) async throws -> Int {
        try await writer.write { t in
            let last = block.map { Int64(column: $0) } ?? -1
            let above = try t.prepare(
                "SELECT id, state FROM request WHERE block_number > ? AND state <> 'orphaned' ORDER BY id"
            ).binding(last).all { (try $0.int64(0), try $0.requestState(1)) }
            let detail = "what was read above block \(last) is no longer in the chain"
            for (request, state) in above {
                try t.orphan(request, from: state, detail, stopJobsAt: stopJobsAt, at: now)
            }
            try t.prepare("DELETE FROM header WHERE number > ?").binding(last).run()
            try t.prepare("DELETE FROM outcome WHERE block_number > ?").binding(last).run()
            try t.prepare(
                """
                UPDATE contract SET next_block = max(start_block, min(next_block, ?1 + 1)),
                  second_block = max(start_block, min(second_block, ?1 + 1))
                """
            ).binding(last).run()
            try t.prepare("UPDATE chain SET final_number = NULL WHERE final_number > ?").binding(last).run()
            // The next block that is final becomes the anchor: only an operator's word takes back what was.
            try t.prepare("UPDATE chain SET anchor_number = NULL, anchor_hash = NULL WHERE anchor_number > ?")
                .binding(last).run()
            return above.count
        }
    }

    /// Makes orphans of requests whose logs a closer look did not find.
    package func orphan(_ requests: [Int64], _ reason: String, stopJobsAt: Timestamp, at now: Timestamp) async throws {
        try await writer.write { t in
            for request in requests {
                let state = try t.prepare("SELECT state FROM request WHERE id = ? AND state <> 'orphaned'")
                    .binding(request).first { try $0.requestState(0) }
                guard let state else { continue }
                try t.orphan(request, from: state, reason, stopJobsAt: stopJobsAt, at: now)
            }
        }
    }

    /// The job ids from `first` on that are known of a contract, of requests in these blocks; orphans have none.
    package func jobIDs(of contract: Int64, from first: UInt64, in blocks: Range<UInt64>) async throws -> Set<UInt64> {
        try await readers.read { t in
            let ids = try t.prepare(
                """
                SELECT job_id FROM request WHERE contract_id = ? AND block_number >= ? AND block_number < ?
                  AND job_id >= ? AND state <> 'orphaned'
                """
            ).binding(
                contract,
                Int64(column: blocks.lowerBound),
                Int64(column: blocks.upperBound),
                UInt256(first)
            ).all { row in UInt256(bigEndian: try row.blob(0))?.asUInt64 }
            return Set(ids.compactMap { $0 })
        }
    }

    /// The blocks of the job ids from `first` on that are known of a contract, of requests in these blocks.
    package func jobBlocks(
        of contract: Int64,
        from first: UInt64,
        in blocks: Range<UInt64>
    ) async throws -> [UInt64: UInt64] {
        try await readers.read { t in
            let rows = try t.prepare(
                """
                SELECT job_id, block_number FROM request WHERE contract_id = ? AND block_number >= ?
                  AND block_number < ? AND job_id >= ? AND state <> 'orphaned'
                """
            ).binding(
                contract,
                Int64(column: blocks.lowerBound),
                Int64(column: blocks.upperBound),
                UInt256(first)
            ).all { row in (UInt256(bigEndian: try row.blob(0))?.asUInt64, UInt64(clamping: try row.int64(1))) }
            return Dictionary(rows.compactMap { id, block in id.map { ($0, block) } }) { first, _ in first }
        }
    }

    /// The requests that were found in these blocks and have not lost their logs.
    package func placed(in range: ClosedRange<UInt64>) async throws -> [PlacedLog] {
        try await readers.read { t in
            try t.prepare(
                """
                SELECT r.id, r.hash, c.address, r.block_number, r.block_hash, r.transaction_hash, r.log_index, r.job_id
                FROM \(requestSource) WHERE r.block_number BETWEEN ? AND ? AND r.state <> 'orphaned'
                """
            ).binding(Int64(column: range.lowerBound), Int64(column: range.upperBound)).all { row in
                PlacedLog(
                    request: try row.int64(0),
                    hash: try row.hash(1),
                    contract: try row.address(2),
                    jobID: try row.wide(7),
                    place: Place(
                        blockNumber: try row.unsigned(3),
                        blockHash: try row.hash(4),
                        transactionHash: try row.hash(5),
                        logIndex: try row.unsigned(6)
                    )
                )
            }
        }
    }
}

extension Transaction {
    fileprivate borrowing func orphan(
        _ request: Int64,
        from state: RequestState,
        _ reason: String,
        stopJobsAt: Timestamp,
        at now: Timestamp
    ) throws {
        let hasJob = state == .accepted || state == .submitted
        try prepare(
            """
            UPDATE request SET state = 'orphaned', orphaned_from = state, wake_at = ?, reason = ?, changed_at = ?
            WHERE id = ?
            """
        ).binding(
            hasJob ? stopJobsAt.milliseconds : Timestamp.distantFuture.milliseconds,
            reason.cut(toBytes: 4_096),
            now.milliseconds,
            request
        ).run()
        // Its transaction may be mined on the other branch too: the contract is asked before another one is signed.
        if state == .settling || state == .settled {
            try prepare("UPDATE settlement SET state = 'lost' WHERE request_id = ? AND state <> 'lost'")
                .binding(request).run()
        }
        try audit(request, from: state, to: .orphaned, "log gone", detail: reason, at: now)
    }

    /// The log is in the chain again: the request goes on from where it was, as far as that still holds.
    borrowing func bringBack(_ request: Int64, from: RequestState?, in block: UInt64, at now: Timestamp) throws {
        let state: RequestState
        var reason: String?
        switch from {
        case .accepted?, .submitted?, .answered?, .observed?: state = from ?? .observed
        case .dropped?:
            // An operator's word holds on every branch.
            state = .dropped
            reason = try dropReason(of: request)
        case .settling?, .settled?, .dead?, .orphaned?, nil:
            // What was so in another branch is asked of the contract once more.
            state = try hasAnswer(request) ? .answered : .observed
            try prepare("UPDATE request SET settling = NULL WHERE id = ?").binding(request).run()
        }
        try prepare(
            """
            UPDATE request SET state = ?, orphaned_from = NULL, wake_at = 0, reason = ?, changed_at = ? WHERE id = ?
            """
        ).binding(state.rawValue, reason, now.milliseconds, request).run()
        try audit(request, from: .orphaned, to: state, "log back", detail: "in block \(block)", at: now)
    }
}
