/// Why bytes are no signed EIP-1559 transaction that this program could have made.
package enum TransactionError: Error, Hashable, Sendable {
    /// The first byte is not 2 (EIP-2718).
    case wrongType(UInt8?)
    /// What follows the first byte is no canonical RLP.
    case rlp(RLPError)
    /// Not a list of 12 fields.
    case fieldCount(Int)
    /// The field is a list, too long, or a number with leading zeros.
    case badField(String)
    /// A non-empty access list, which this program never makes.
    case accessList
    /// No signer follows from yParity, r and s.
    case signature(SigningError)
}

extension TransactionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongType(let type): "not a transaction of type 2 (first byte: \(type.map { String($0) } ?? "none"))"
        case .rlp(let error): "transaction: \(error)"
        case .fieldCount(let count): "a signed EIP-1559 transaction has 12 fields, not \(count)"
        case .badField(let name): "transaction field \(name) is malformed"
        case .accessList: "transactions with an access list are not supported"
        case .signature(let error): "transaction: \(error)"
        }
    }
}

extension EIP1559Transaction {
    /// Reads signed bytes strictly and recovers who signed them.
    package static func decode(_ raw: [UInt8]) throws(TransactionError) -> SignedTransaction {
        guard raw.first == type else { throw .wrongType(raw.first) }
        let fields = try SignedFields(list(raw))
        let transaction = EIP1559Transaction(
            chainID: try fields.small(0, "chainID"),
            nonce: try fields.small(1, "nonce"),
            maxPriorityFeePerGas: try fields.number(2, "maxPriorityFeePerGas"),
            maxFeePerGas: try fields.number(3, "maxFeePerGas"),
            gasLimit: try fields.small(4, "gasLimit"),
            to: try fields.address(5, "to"),
            value: try fields.number(6, "value"),
            data: try fields.bytes(7, "data")
        )
        guard try fields.list(8, "accessList").isEmpty else { throw .accessList }
        let signature = try fields.signature()
        do {
            let sender = try Secp256k1.recoverAddress(transaction.signingHash, signature)
            return SignedTransaction(transaction: transaction, signature: signature, sender: sender)
        } catch { throw .signature(error) }
    }

    private static func list(_ raw: [UInt8]) throws(TransactionError) -> RLPItem {
        do { return try RLP.decode(raw.span.extracting(droppingFirst: 1)) } catch { throw .rlp(error) }
    }
}

/// The twelve fields, read by place.
private struct SignedFields {
    private let items: [RLPItem]

    init(_ item: RLPItem) throws(TransactionError) {
        guard case .list(let items) = item else { throw .fieldCount(0) }
        guard items.count == 12 else { throw .fieldCount(items.count) }
        self.items = items
    }

    func bytes(_ index: Int, _ name: String) throws(TransactionError) -> [UInt8] {
        guard case .bytes(let bytes) = items[index] else { throw .badField(name) }
        return bytes
    }

    func list(_ index: Int, _ name: String) throws(TransactionError) -> [RLPItem] {
        guard case .list(let items) = items[index] else { throw .badField(name) }
        return items
    }

    func number(_ index: Int, _ name: String) throws(TransactionError) -> UInt256 {
        let bytes = try bytes(index, name)
        guard bytes.first != 0, let value = UInt256(bigEndian: bytes) else { throw .badField(name) }
        return value
    }

    func small(_ index: Int, _ name: String) throws(TransactionError) -> UInt64 {
        guard let value = try number(index, name).asUInt64 else { throw .badField(name) }
        return value
    }

    func address(_ index: Int, _ name: String) throws(TransactionError) -> Address? {
        let bytes = try bytes(index, name)
        if bytes.isEmpty { return nil }
        guard let address = Address(bytes) else { throw .badField(name) }
        return address
    }

    func signature() throws(TransactionError) -> RecoverableSignature {
        let parity = try small(9, "yParity")
        guard parity < 2 else { throw .badField("yParity") }
        return RecoverableSignature(r: try number(10, "r"), s: try number(11, "s"), yParity: parity == 1)
    }
}
