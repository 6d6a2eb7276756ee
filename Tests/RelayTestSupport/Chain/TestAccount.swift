// An Ethereum node in memory: blocks, accounts, a mempool, one contract, and JSON-RPC answers as the recorded geth gave
// them. It executes no EVM code: the contract is a Swift model of abi/JobBridge.vy.

package import Ethereum

/// An account whose key is made from a number, for tests that sign.
package struct TestAccount: TransactionSigner {
    package let address: Address
    private let key: [UInt8]

    /// The key is keccak-256 of the seed, which is a valid key but for one seed in 2^128.
    package init(seed: UInt64) {
        let key = keccak256(Array("lilypad-relayer test account \(seed)".utf8)).bytes
        self.key = key
        address = (try? Secp256k1.address(ofKey: key.span)) ?? .zero
    }

    package func sign(_ digest: Hash32) throws(SigningError) -> RecoverableSignature {
        try Secp256k1.sign(digest, key: key.span)
    }

    /// `0x` and 64 digits, as a key file holds it.
    package var keyHex: String { "0x" + Hex.encode(key) }
}
