package import Ethereum
package import RelayCore
internal import SQLite

/// What the store knows of the chain that has been read.
package struct StoredChain: Equatable, Sendable {
    /// nil for a new file.
    package let identity: ChainIdentity?
    /// Ascending; those below the final one too, as far as they are kept.
    package let links: [ChainLink]
    package let final: ChainLink?
    /// The first block that was final here: it tells this chain from one that was reset.
    package let anchor: ChainAnchor?
    package let halt: ChainHalt?

    /// As following goes on with it.
    package var canonical: CanonicalChain { CanonicalChain(links: links, final: final) }
}

/// A block by which a chain is known again.
package struct ChainAnchor: Equatable, Sendable {
    package let number: UInt64
    package let hash: Hash32

    package init(number: UInt64, hash: Hash32) {
        self.number = number
        self.hash = hash
    }
}

/// Why following and sending stand still until an operator has looked.
package struct ChainHalt: Error, Equatable, Sendable, CustomStringConvertible {
    package let at: Timestamp
    package let reason: String

    package init(at: Timestamp, reason: String) {
        self.at = at
        self.reason = reason
    }

    package var description: String { reason }
}

extension RelayStore {
    package func chain() async throws -> StoredChain {
        try await readers.read { try $0.storedChain() }
    }

    /// Ends the halt by an operator's instruction, and the instruction with it, in one transaction.
    package func resume(by instruction: Int64, outcome: String, at now: Timestamp) async throws {
        _ = try await writer.write { t in
            try t.prepare("UPDATE chain SET halted_at = NULL, halt = NULL").run()
            try t.prepare("UPDATE instruction SET state = 'done', outcome = ?, changed_at = ? WHERE id = ?")
                .binding(outcome, now.milliseconds, instruction).run()
        }
    }

    /// Stands still from now on, also after a restart.
    package func halt(_ halt: ChainHalt) async throws {
        _ = try await writer.write { t in
            try t.prepare("UPDATE chain SET halted_at = ?, halt = ?")
                .binding(halt.at.milliseconds, halt.reason.cut(toBytes: 4_096)).run()
        }
    }
}

extension Transaction {
    borrowing func storedChain() throws -> StoredChain {
        let links = try prepare("SELECT number, hash, parent_hash, timestamp FROM header ORDER BY number").all { row in
            ChainLink(
                number: try row.unsigned(0),
                hash: try row.hash(1),
                parentHash: try row.hash(2),
                timestamp: try row.unsigned(3)
            )
        }
        let row = try prepare(
            "SELECT anchor_number, anchor_hash, final_number, halted_at, halt, chain_id, genesis_hash FROM chain"
        ).first { row -> (identity: ChainIdentity, anchor: ChainAnchor?, final: Int64?, halt: ChainHalt?) in
            guard let chainID = UInt64(try row.text(5)) else { throw StoreError.damaged("the chain's id") }
            return (
                identity: ChainIdentity(chainID: chainID, genesisHash: try row.hash(6)),
                anchor: row.isNull(0) ? nil : ChainAnchor(number: try row.unsigned(0), hash: try row.hash(1)),
                final: try row.optionalInt64(2),
                halt: row.isNull(3) ? nil : ChainHalt(at: try row.timestamp(3), reason: try row.text(4))
            )
        }
        let final = row?.final.flatMap { number in links.last { Int64(column: $0.number) == number } }
        return StoredChain(identity: row?.identity, links: links, final: final, anchor: row?.anchor, halt: row?.halt)
    }

    borrowing func insert(_ link: ChainLink) throws {
        let number = Int64(column: link.number)
        try prepare(
            """
            INSERT INTO header (number, hash, parent_hash, timestamp) VALUES (?, ?, ?, ?)
            ON CONFLICT (number) DO UPDATE SET hash = excluded.hash, parent_hash = excluded.parent_hash,
              timestamp = excluded.timestamp
            """
        ).binding(number, link.hash.bytes, link.parentHash.bytes, Int64(column: link.timestamp)).run()
        let old = number - RelayStore.headerDepth
        // Never the final one.
        try prepare("DELETE FROM header WHERE number < ? AND number < (SELECT coalesce(final_number, 0) FROM chain)")
            .binding(old).run()
        // What lies above it is thinned out, while nothing becomes final: of each so many heights one is kept. Those further
        // down have been thinned before.
        try prepare(
            """
            DELETE FROM header WHERE number BETWEEN ?1 - 8192 AND ?1
              AND number > (SELECT coalesce(final_number, -1) FROM chain)
              AND EXISTS (SELECT 1 FROM header AS lower WHERE lower.number < header.number
                AND lower.number >= header.number - header.number % ?2
                AND lower.number > (SELECT coalesce(final_number, -1) FROM chain))
            """
        ).binding(old - 1, RelayStore.headerSpacing).run()
    }

    /// The final block, and the anchor where there is none yet.
    borrowing func finalise(_ link: ChainLink) throws {
        try insert(link)
        let number = Int64(column: link.number)
        try prepare(
            """
            UPDATE chain SET final_number = ?1, anchor_hash = CASE WHEN anchor_number IS NULL THEN ?2 ELSE anchor_hash END,
              anchor_number = coalesce(anchor_number, ?1) WHERE final_number IS NULL OR final_number < ?1
            """
        ).binding(number, link.hash.bytes).run()
    }
}
