package import Ethereum
internal import SQLite

/// How far a contract's logs have been read.
package struct ContractCursor: Equatable, Sendable {
    package let contractID: Int64
    package let address: Address
    /// The first block whose requests count.
    package let startBlock: UInt64
    /// The first block that has not been read.
    package var nextBlock: UInt64
    /// The first block that has not been read a second time, after it had become final.
    package var secondBlock: UInt64

    package init(
        contractID: Int64,
        address: Address,
        startBlock: UInt64 = 0,
        nextBlock: UInt64,
        secondBlock: UInt64? = nil
    ) {
        self.contractID = contractID
        self.address = address
        self.startBlock = startBlock
        self.nextBlock = nextBlock
        self.secondBlock = secondBlock ?? startBlock
    }
}

extension RelayStore {
    /// Adds contracts that are new, each from its start block; those known keep their cursor.
    ///
    /// Returns all of `wanted`.
    package func register(_ wanted: [(address: Address, startBlock: UInt64)]) async throws -> [ContractCursor] {
        try await writer.write { t in
            try wanted.map { contract in
                let start = Int64(column: contract.startBlock)
                try t.prepare(
                    """
                    INSERT INTO contract (address, start_block, next_block, second_block) VALUES (?1, ?2, ?2, ?2)
                    ON CONFLICT DO NOTHING
                    """
                ).binding(contract.address.bytes, start).run()
                // Where nothing has been read yet the settings may still change their mind.
                try t.prepare(
                    """
                    UPDATE contract SET start_block = ?1, next_block = ?1, second_block = ?1
                    WHERE address = ?2 AND start_block <> ?1 AND next_block = start_block
                    """
                ).binding(start, contract.address.bytes).run()
                let found = try t.prepare("SELECT \(cursorColumns) FROM contract WHERE address = ?")
                    .binding(contract.address.bytes).first { try $0.cursor() }
                guard let found else { throw StoreError.damaged("contract \(contract.address) is missing") }
                return found
            }
        }
    }

    /// Notes how each contract is read, where nothing of it has been read otherwise; returns the first that has been, and how.
    package func claim(readings: [Address: String]) async throws -> (contract: Address, reading: String)? {
        try await writer.write { t in
            for (contract, reading) in readings {
                let known = try t.prepare(
                    "SELECT reading FROM contract WHERE address = ? AND reading IS NOT NULL AND next_block > start_block"
                ).binding(contract).first { try $0.text(0) }
                if let known, known != reading { return (contract, known) }
                try t.prepare("UPDATE contract SET reading = ? WHERE address = ?").binding(reading, contract).run()
            }
            return nil
        }
    }

    /// These contracts' cursors as they are stored now, in the same order.
    package func cursors(of known: [ContractCursor]) async throws -> [ContractCursor] {
        let stored = try await cursors()
        return known.compactMap { cursor in stored.first { $0.contractID == cursor.contractID } }
    }

    package func cursors() async throws -> [ContractCursor] {
        try await readers.read { t in
            try t.prepare("SELECT \(cursorColumns) FROM contract ORDER BY id").all { try $0.cursor() }
        }
    }
}

let cursorColumns = "id, address, start_block, next_block, second_block"

extension Row {
    borrowing func cursor() throws -> ContractCursor {
        ContractCursor(
            contractID: try int64(0),
            address: try address(1),
            startBlock: try unsigned(2),
            nextBlock: try unsigned(3),
            secondBlock: try unsigned(4)
        )
    }
}
