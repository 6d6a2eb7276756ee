import EthereumRPC
import Testing

struct SendFailureTests {
    @Test
    func knowsEveryRefusalOfGeth() throws {
        let expected: [String: SendFailure] = [
            "the same bytes again": .alreadyKnown,
            "replacement, fee raised too little": .replacementUnderpriced,
            "nonce too low": .nonceTooLow(next: 1),
            "old bytes whose nonce another attempt took": .nonceTooLow(next: 1),
            "intrinsic gas too low": .intrinsicGasTooLow,
            "above the block gas limit": .exceedsBlockGasLimit,
            "insufficient funds": .insufficientFunds,
            "another chain's id": .invalid,
            "tip above cap": .invalid,
            "fee above the node's cap (1 ether)": .feeCapExceeded,
            "garbage": .invalid,
            "empty": .invalid,
            "init code above 49,152 bytes": .oversized,
            "transaction above 128 KiB": .oversized,
        ]
        try check("geth/send", expected)
    }

    @Test
    func knowsEveryRefusalOfAnvil() throws {
        let expected: [String: SendFailure] = [
            "the same bytes again": .alreadyKnown,
            "replacement, fee raised too little": .replacementUnderpriced,
            "nonce too low": .nonceTooLow(next: nil),
            "old bytes whose nonce another attempt took": .nonceTooLow(next: nil),
            "intrinsic gas too low": .intrinsicGasTooLow,
            "above the block gas limit": .exceedsBlockGasLimit,
            "insufficient funds": .insufficientFunds,
            "another chain's id": .invalid,
            "fee cap below the base fee": .underpriced,
            "garbage": .invalid,
        ]
        try check("anvil/send", expected)
    }

    private func check(_ name: String, _ expected: [String: SendFailure]) throws {
        let refused = try Transcript(name).calls("eth_sendRawTransaction").filter { $0.refusal != nil }
        #expect(Set(refused.map(\.note)) == Set(expected.keys))
        for step in refused {
            #expect(SendFailure(message: step.refusal ?? "") == expected[step.note], "\(step.note)")
        }
    }

    /// `chain/messagepool/messagepool.go` of Lotus 1.36.2.
    @Test(arguments: [
        ("message nonce too low", SendFailure.nonceTooLow(next: nil)),
        ("unknown transaction type", .unknown),
        ("already in mpool: message with nonce already exists", .alreadyKnown),
        ("replace by fee has too low GasPremium", .replacementUnderpriced),
        ("unfulfilled nonce gap", .nonceTooHigh),
        ("too many pending messages for actor", .poolFull),
        ("gas fee cap too low", .underpriced),
        ("not enough funds to execute transaction", .insufficientFunds),
        ("message too big", .oversized),
    ])
    func knowsTheRefusalsOfFilecoin(message: String, failure: SendFailure) {
        #expect(SendFailure(message: message) == failure)
    }

    @Test(arguments: ["", "internal error", "something new", "nonce", "funds"])
    func aTextItDoesNotKnowIsUnknown(message: String) {
        #expect(SendFailure(message: message) == .unknown)
    }

    @Test
    func aNumberThatIsNoneIsLeftOut() {
        #expect(SendFailure(message: "nonce too low: next nonce 99999999999999999999") == .nonceTooLow(next: nil))
        #expect(SendFailure(message: "NONCE TOO LOW: next nonce 7, tx nonce 3") == .nonceTooLow(next: 7))
        #expect(SendFailure(message: "nonce too low: next nonce ") == .nonceTooLow(next: nil))
    }
}
