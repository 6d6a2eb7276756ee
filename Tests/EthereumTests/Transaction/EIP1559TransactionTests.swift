import Ethereum
import JSON
import RelayTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EIP1559TransactionTests {
    @Test func agreesWithEthAccount() async throws {
        try await CrossCheck.run("transaction", 1000) { expected, label in
            let transaction = try Self.transaction(expected)
            let signer = try KeySigner(expected.bytes("key"))
            let signed = try transaction.signed(by: signer)
            #expect(signer.address == (try expected.address("sender")), label)
            #expect(transaction.signingHash == (try expected.hash("signingHash")), label)
            #expect(signed.rawBytes == (try expected.bytes("raw")), label)
            #expect(signed.hash == (try expected.hash("hash")), label)
            #expect(transaction.calldataFloorGas == UInt64(try expected.integer("floorGas")), label)
            #expect(try EIP1559Transaction.decode(expected.bytes("raw")) == signed, label)
        }
    }

    private static func transaction(_ json: JSONValue) throws -> EIP1559Transaction {
        EIP1559Transaction(
            chainID: try json.small("chainId"),
            nonce: try json.small("nonce"),
            maxPriorityFeePerGas: try json.number("maxPriorityFeePerGas"),
            maxFeePerGas: try json.number("maxFeePerGas"),
            gasLimit: try json.small("gas"),
            to: try json.text("to").isEmpty ? nil : json.address("to"),
            value: try json.number("value"),
            data: try json.bytes("data")
        )
    }

    @Test(arguments: ["ethereumTests", "geth"])
    func readsWhatNodesAccepted(_ member: String) throws {
        for vector in try Vectors.list("eip1559", member) {
            let signed = try EIP1559Transaction.decode(vector.bytes("raw"))
            #expect(signed.hash == (try vector.hash("hash")))
            #expect(signed.sender == (try vector.address("sender")))
            #expect(signed.rawBytes == (try vector.bytes("raw")))
        }
    }

    @Test func refusesEthereumsInvalidVectors() throws {
        let fields = try Vectors.list("eip1559", "invalid").map { vector in
            #expect(throws: TransactionError.self) { try EIP1559Transaction.decode(vector.bytes("raw")) }
        }
        #expect(fields.count == 2)
    }

    private static let sound = EIP1559Transaction(
        chainID: 1337,
        nonce: 5,
        maxPriorityFeePerGas: 1_000_000_000,
        maxFeePerGas: 3_000_000_000,
        gasLimit: 300_000,
        to: Address.zero,
        data: Array(repeating: 9, count: 68)
    )

    /// The fields of a signed transaction, to damage them one by one.
    private static func fields() throws -> [RLPItem] {
        let signed = try sound.signed(by: KeySigner(UInt256(7).bigEndianBytes))
        guard case .list(let items) = try RLP.decode(Array(signed.rawBytes.dropFirst())) else { return [] }
        return items
    }

    private static func raw(_ fields: [RLPItem]) -> [UInt8] { [2] + RLP.encode(.list(fields)) }

    @Test(
        arguments: [
            (0, .bytes([0, 1]), .badField("chainID")), (1, .bytes(Array(repeating: 1, count: 9)), .badField("nonce")),
            (2, .list([]), .badField("maxPriorityFeePerGas")),
            (3, .bytes(Array(repeating: 1, count: 33)), .badField("maxFeePerGas")),
            (4, .bytes([0]), .badField("gasLimit")), (5, .bytes([1]), .badField("to")),
            (6, .bytes([0]), .badField("value")), (7, .list([]), .badField("data")),
            (8, .list([.list([])]), .accessList), (8, .bytes([]), .badField("accessList")),
            (9, .bytes([2]), .badField("yParity")), (10, .bytes([0]), .badField("r")),
            (10, .bytes([]), .signature(.invalidSignature)),
            (11, .bytes(Array(repeating: 255, count: 32)), .signature(.invalidSignature)),
        ] as [(Int, RLPItem, TransactionError)]
    )
    func namesTheFieldThatIsMalformed(_ index: Int, _ item: RLPItem, _ error: TransactionError) throws {
        var fields = try Self.fields()
        fields[index] = item
        #expect(throws: error) { try EIP1559Transaction.decode(Self.raw(fields)) }
    }

    @Test func refusesAnythingButATypeTwoEnvelope() throws {
        let raw = Self.raw(try Self.fields())
        #expect(throws: TransactionError.wrongType(nil)) { try EIP1559Transaction.decode([]) }
        #expect(throws: TransactionError.wrongType(1)) { try EIP1559Transaction.decode([1] + raw.dropFirst()) }
        #expect(throws: TransactionError.rlp(.trailingBytes(offset: raw.count - 1))) {
            try EIP1559Transaction.decode(raw + [0])
        }
        #expect(throws: TransactionError.fieldCount(11)) {
            try EIP1559Transaction.decode(Self.raw(Array(Self.fields().dropLast())))
        }
        #expect(throws: TransactionError.fieldCount(0)) { try EIP1559Transaction.decode([2, 0x80]) }
    }

    @Test func recoversAnotherSenderFromAnyChange() throws {
        let signed = try Self.sound.signed(by: KeySigner(UInt256(7).bigEndianBytes))
        var chance = SeededGenerator(seed: UInt64(CrossCheck.seed))
        for _ in 0..<2000 * CrossCheck.factor {
            let mutant = chance.mutated(signed.rawBytes, changes: 2)
            guard mutant != signed.rawBytes, let read = try? EIP1559Transaction.decode(mutant) else { continue }
            #expect(read.sender != signed.sender)
            #expect(read.rawBytes == mutant)
        }
    }

    @Test func refusesASignerThatSignsForSomebodyElse() throws {
        struct Impostor: TransactionSigner {
            let signer: KeySigner
            let address = Address.zero
            func sign(_ digest: Hash32) throws(SigningError) -> RecoverableSignature { try signer.sign(digest) }
        }
        let signer = try KeySigner(UInt256(7).bigEndianBytes)
        #expect(throws: SigningError.wrongSigner(expected: .zero, actual: signer.address)) {
            try Self.sound.signed(by: Impostor(signer: signer))
        }
    }
}
