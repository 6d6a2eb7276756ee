package import Ethereum
package import RelayCore
internal import SQLite

/// Blocks that could not be read for a contract, because the nodes do not go back so far: requests in them are unknown
/// until somebody fills the gap.
package struct Gap: Equatable, Sendable {
    package let contract: Address
    package let range: ClosedRange<UInt64>
    package let reason: String
    package let foundAt: Timestamp
}

extension RelayStore {
    /// Notes the gap and goes on behind it, in one transaction.
    package func skip(
        _ range: ClosedRange<UInt64>,
        for cursors: [ContractCursor],
        _ reason: String,
        at now: Timestamp
    ) async throws {
        try await writer.write { t in
            let (first, last) = (Int64(column: range.lowerBound), Int64(column: range.upperBound))
            for cursor in cursors {
                try t.prepare(
                    "INSERT INTO gap (contract_id, from_block, to_block, reason, found_at) VALUES (?, ?, ?, ?, ?)"
                ).binding(cursor.contractID, first, last, reason.cut(toBytes: 1_024), now.milliseconds).run()
                try t.prepare(
                    """
                    UPDATE contract SET next_block = max(next_block, ?1 + 1), second_block = CASE WHEN second_block < ?2
                      THEN second_block ELSE max(second_block, ?1 + 1) END WHERE id = ?3
                    """
                ).binding(last, first, cursor.contractID).run()
            }
        }
    }
}

extension Transaction {
    borrowing func gaps() throws -> [Gap] {
        try prepare(
            """
            SELECT c.address, g.from_block, g.to_block, g.reason, g.found_at FROM gap g
            JOIN contract c ON c.id = g.contract_id ORDER BY g.from_block, g.id
            """
        ).all { row in
            let (first, last) = (try row.unsigned(1), try row.unsigned(2))
            guard first <= last else { throw StoreError.damaged("a gap ends before it begins") }
            return Gap(
                contract: try row.address(0),
                range: first...last,
                reason: try row.text(3),
                foundAt: try row.timestamp(4)
            )
        }
    }
}
