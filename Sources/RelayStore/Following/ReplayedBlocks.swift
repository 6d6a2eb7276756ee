package import Ethereum
internal import SQLite

/// Blocks that a replay has read for a contract.
package struct ReplayedBlocks: Equatable, Sendable {
    package let contract: Address
    package let range: ClosedRange<UInt64>
    /// All blocks from this one to the range's end have been read by now.
    package let since: UInt64

    package init(contract: Address, range: ClosedRange<UInt64>, since: UInt64? = nil) {
        self.contract = contract
        self.range = range
        self.since = min(since ?? range.lowerBound, range.lowerBound)
    }
}

extension Transaction {
    /// What is left of the contract's gaps stays; a contract that begins right behind these blocks begins with them from now
    /// on.
    borrowing func note(_ blocks: ReplayedBlocks) throws {
        let contract = blocks.contract.bytes
        let (first, last) = (Int64(column: blocks.range.lowerBound), Int64(column: blocks.range.upperBound))
        try fillGaps(from: first, to: last, of: contract)
        try prepare(
            """
            UPDATE contract SET start_block = ?1 WHERE address = ?3 AND start_block > ?1 AND start_block - 1 <= ?2
            """
        ).binding(Int64(column: blocks.since), last, contract).run()
    }

    private borrowing func fillGaps(from first: Int64, to last: Int64, of contract: [UInt8]) throws {
        let id = "(SELECT id FROM contract WHERE address = ?3)"
        // What lies behind the range becomes a gap of its own.
        try prepare(
            """
            INSERT INTO gap (contract_id, from_block, to_block, reason, found_at)
            SELECT contract_id, ?2 + 1, to_block, reason, found_at FROM gap
            WHERE contract_id = \(id) AND from_block <= ?2 AND to_block > ?2 AND from_block < ?1
            """
        ).binding(first, last, contract).run()
        try prepare(
            """
            DELETE FROM gap WHERE contract_id = \(id) AND from_block >= ?1 AND to_block <= ?2
            """
        ).binding(first, last, contract).run()
        try prepare(
            """
            UPDATE gap SET to_block = min(to_block, ?1 - 1)
            WHERE contract_id = \(id) AND from_block < ?1 AND to_block >= ?1 AND from_block <= ?2
            """
        ).binding(first, last, contract).run()
        try prepare(
            """
            UPDATE gap SET from_block = ?2 + 1
            WHERE contract_id = \(id) AND from_block BETWEEN ?1 AND ?2 AND to_block > ?2
            """
        ).binding(first, last, contract).run()
    }
}
