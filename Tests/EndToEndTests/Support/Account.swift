import Ethereum
import EthereumRPC
import Keys
import RelayTestSupport
import Testing

/// An account that sends transactions, one after the other, and waits until each is mined.
struct Account: Sendable {
    let key: PrivateKey
    private let client: EthereumClient
    private let chainID: UInt64

    var address: Address { key.address }

    init(key: String, client: EthereumClient, chainID: UInt64) throws {
        self.key = try PrivateKey(hex: Secret(copying: Array(key.utf8)), source: "the devnet")
        self.client = client
        self.chainID = chainID
    }

    /// Sends a transaction and waits until it is mined; without `to` it creates a contract.
    ///
    /// Throws also where the transaction reverts. The amount has 64 bits, which is plenty here: Swift 6.3 miscompiles an
    /// async function with that many arguments when one is made of 128-bit integers.
    @discardableResult
    func send(
        to: Address?,
        _ data: [UInt8],
        wei: UInt64 = 0,
        gas: UInt64 = 3_000_000
    ) async throws -> Receipt {
        let nonce = try await client.transactionCount(of: address, at: .pending)
        let signed = try sign(nonce: nonce, to: to, data, value: UInt256(wei), gas: gas)
        _ = try await client.send(raw: signed.rawBytes)
        let receipt = try await receipt(of: signed.hash)
        guard receipt.succeeded else { throw Reverted(transaction: signed.hash) }
        return receipt
    }

    struct Reverted: Error { let transaction: Hash32 }

    private func sign(
        nonce: UInt64,
        to: Address?,
        _ data: [UInt8],
        value: UInt256,
        gas: UInt64
    ) throws -> SignedTransaction {
        let transaction = EIP1559Transaction(
            chainID: chainID,
            nonce: nonce,
            maxPriorityFeePerGas: UInt256(1_000_000_000),
            maxFeePerGas: UInt256(50_000_000_000),
            gasLimit: gas,
            to: to,
            value: value,
            data: data
        )
        return try transaction.signed(by: key)
    }

    private func receipt(of hash: Hash32) async throws -> Receipt {
        try await eventually("the transaction is mined") { () async throws -> Receipt? in
            try await client.receipt(of: hash)
        }
    }
}
