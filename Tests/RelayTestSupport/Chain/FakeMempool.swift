import Ethereum

/// The node's pool, with geth's rules and words for what may enter it.
struct FakeMempool: Sendable {
    /// In the order of their arrival.
    private(set) var transactions: [FakeTransaction] = []
    /// Wei per gas; less is refused.
    var minimumTip: UInt256 = .zero

    /// The pool's transaction of this account and nonce.
    func transaction(of sender: Address, nonce: UInt64) -> FakeTransaction? {
        transactions.first { $0.signed?.sender == sender && $0.signed?.transaction.nonce == nonce }
    }

    /// The nonce after the account's last executable transaction.
    func pendingNonce(of sender: Address, _ state: FakeState) -> UInt64 {
        var nonce = state.nonces[sender] ?? 0
        while transaction(of: sender, nonce: nonce) != nil { nonce += 1 }
        return nonce
    }

    mutating func add(dictated transaction: FakeTransaction) {
        transactions.append(transaction)
    }

    /// Back from a block that is no longer canonical: no rules, and first in line.
    mutating func putBack(_ returned: [FakeTransaction]) {
        transactions = returned + transactions
    }

    mutating func remove(_ mined: [FakeTransaction]) {
        let hashes = Set(mined.map(\.hash))
        transactions.removeAll { hashes.contains($0.hash) }
    }

    /// Drops what can never be mined any more, its nonce being spent.
    mutating func removeSpent(_ state: FakeState) {
        transactions.removeAll { transaction in
            guard let signed = transaction.signed else { return false }
            return signed.transaction.nonce < state.nonces[signed.sender] ?? 0
        }
    }

    mutating func evict(where condition: (FakeTransaction) -> Bool) {
        transactions.removeAll(where: condition)
    }

    /// - Throws: what geth answers.
    mutating func add(
        _ signed: SignedTransaction,
        chainID: UInt64,
        gasLimit: UInt64,
        state: FakeState
    ) throws(RPCFailure) {
        guard !transactions.contains(where: { $0.hash == signed.hash }) else { throw RPCFailure("already known") }
        try checkForm(signed, chainID: chainID, gasLimit: gasLimit)
        try checkSender(signed, state)
        if let old = transaction(of: signed.sender, nonce: signed.transaction.nonce)?.signed?.transaction {
            guard isRaised(old.maxFeePerGas, signed.transaction.maxFeePerGas),
                isRaised(old.maxPriorityFeePerGas, signed.transaction.maxPriorityFeePerGas)
            else { throw RPCFailure("replacement transaction underpriced") }
            evict { $0.signed?.sender == signed.sender && $0.signed?.transaction.nonce == signed.transaction.nonce }
        }
        transactions.append(FakeTransaction(signed))
    }

    private func checkForm(_ signed: SignedTransaction, chainID: UInt64, gasLimit: UInt64) throws(RPCFailure) {
        let content = signed.transaction
        guard content.chainID == chainID else {
            throw RPCFailure(
                "invalid sender: invalid chain id for signer: have \(content.chainID) want \(chainID)"
            )
        }
        guard signed.rawBytes.count <= 131_072 else {
            throw RPCFailure("oversized data: transaction size \(signed.rawBytes.count), limit 131072")
        }
        guard content.gasLimit <= gasLimit else { throw RPCFailure("exceeds block gas limit") }
        guard content.maxPriorityFeePerGas <= content.maxFeePerGas else {
            throw RPCFailure("max priority fee per gas higher than max fee per gas")
        }
        guard content.gasLimit >= content.intrinsicGas else {
            throw RPCFailure(
                "intrinsic gas too low: gas \(content.gasLimit), minimum needed \(content.intrinsicGas)"
            )
        }
        guard content.gasLimit >= content.calldataFloorGas else {
            throw RPCFailure(
                "insufficient gas for floor data gas cost: gas \(content.gasLimit), minimum needed "
                    + "\(content.calldataFloorGas)"
            )
        }
        guard content.maxPriorityFeePerGas >= minimumTip else {
            throw RPCFailure(
                "transaction underpriced: gas tip cap \(content.maxPriorityFeePerGas), minimum needed \(minimumTip)"
            )
        }
    }

    private func checkSender(_ signed: SignedTransaction, _ state: FakeState) throws(RPCFailure) {
        let next = state.nonces[signed.sender] ?? 0
        guard signed.transaction.nonce >= next else {
            throw RPCFailure("nonce too low: next nonce \(next), tx nonce \(signed.transaction.nonce)")
        }
        let content = signed.transaction
        let cost = content.maxFeePerGas.multipliedSaturating(by: UInt256(content.gasLimit))
            .addingSaturating(content.value)
        let balance = state.balances[signed.sender] ?? .zero
        guard balance >= cost else {
            throw RPCFailure(
                "insufficient funds for gas * price + value: balance \(balance), tx cost \(cost), overshot "
                    + "\(cost.subtractingSaturating(balance))"
            )
        }
    }

    /// A replacement pays at least a tenth more, and something more.
    private func isRaised(_ old: UInt256, _ new: UInt256) -> Bool {
        new > old && new.multipliedSaturating(by: 100) >= old.multipliedSaturating(by: 110)
    }
}
