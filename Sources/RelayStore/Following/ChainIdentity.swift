package import Ethereum
internal import SQLite

/// Which chain a file belongs to; a reset devnet or another network is refused.
package struct ChainIdentity: Equatable, Sendable, CustomStringConvertible {
    package let chainID: UInt64
    package let genesisHash: Hash32

    package init(chainID: UInt64, genesisHash: Hash32) {
        self.chainID = chainID
        self.genesisHash = genesisHash
    }

    package var description: String { "chain \(chainID) with genesis \(genesisHash.hex)" }
}

extension RelayStore {
    /// Claims a new file for this chain, or checks that it is this chain's.
    ///
    /// Throws `StoreError.anotherChain`.
    package func claim(_ identity: ChainIdentity) async throws {
        try await writer.write { t in
            let stored = try t.prepare("SELECT chain_id, genesis_hash FROM chain").first { row in
                (try row.text(0), try row.hash(1))
            }
            guard let (text, genesis) = stored else {
                try t.prepare("INSERT INTO chain (id, chain_id, genesis_hash) VALUES (1, ?, ?)")
                    .binding("\(identity.chainID)", identity.genesisHash.bytes).run()
                return
            }
            guard let chainID = UInt64(text) else { throw StoreError.damaged("chain id \(text)") }
            let known = ChainIdentity(chainID: chainID, genesisHash: genesis)
            guard known == identity else {
                throw StoreError.anotherChain(stored: known.description, found: identity.description)
            }
        }
    }
}
