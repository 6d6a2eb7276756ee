import Ethereum

/// The state after a block: accounts and contracts, as a value, so that an older block's state is still there.
struct FakeState: Sendable {
    var nonces: [Address: UInt64] = [:]
    var balances: [Address: UInt256] = [:]
    var bridges: [Address: FakeJobBridge] = [:]
    /// Requesters that are contracts.
    var clients: [Address: FakeClient] = [:]

    func hasCode(_ address: Address) -> Bool { bridges[address] != nil || clients[address] != nil }

    // MARK: - Simulating

    /// What a call would do to this state, changing nothing.
    func simulate(
        to: Address?,
        _ data: [UInt8],
        from sender: Address,
        value: UInt256,
        gas: UInt64,
        blockNumber: UInt64
    ) throws(FakeRevert) -> FakeJobBridge.Effect {
        guard let to, var bridge = bridges[to] else { return FakeJobBridge.Effect(gas: 0, gasNeeded: 0) }
        return try bridge.call(data, context(sender, value, gas, blockNumber))
    }

    // MARK: - Executing

    /// Executes a transaction in a block; the caller has checked nonce and fees.
    mutating func execute(
        _ transaction: FakeTransaction,
        blockNumber: UInt64,
        baseFee: UInt256
    ) -> FakeMinedTransaction {
        switch transaction.content {
        case .signed(let signed): execute(signed, transaction, blockNumber, baseFee)
        case .dictated(let steps): execute(steps, transaction, blockNumber, baseFee)
        }
    }

    private mutating func execute(
        _ signed: SignedTransaction,
        _ transaction: FakeTransaction,
        _ blockNumber: UInt64,
        _ baseFee: UInt256
    ) -> FakeMinedTransaction {
        let content = signed.transaction
        let price = min(
            content.maxFeePerGas,
            baseFee.addingSaturating(content.maxPriorityFeePerGas)
        )
        nonces[signed.sender] = content.nonce + 1
        let intrinsic = content.intrinsicGas
        let gas = content.gasLimit - min(intrinsic, content.gasLimit)
        let outcome = call(content.to, content.data, signed.sender, content.value, gas, blockNumber)
        var used: UInt64
        switch outcome {
        case .success(let effect): used = intrinsic + effect.gas
        case .failure(let revert): used = revert.reason == outOfGas ? content.gasLimit : intrinsic + 3_000
        }
        used = min(max(used, content.calldataFloorGas), content.gasLimit)
        pay(signed.sender, price.multipliedSaturating(by: UInt256(used)))
        return mined(transaction, outcome, used, price)
    }

    private mutating func execute(
        _ steps: [FakeTransaction.Step],
        _ transaction: FakeTransaction,
        _ blockNumber: UInt64,
        _ baseFee: UInt256
    ) -> FakeMinedTransaction {
        let before = self
        var effect = FakeJobBridge.Effect(gas: 21_000)
        for step in steps {
            switch perform(step, transaction.sender, blockNumber) {
            case .success(let part):
                effect.logs += part.logs
                effect.gas += part.gas
            case .failure(let revert):
                self = before
                return mined(transaction, .failure(revert), 24_000, baseFee)
            }
        }
        return mined(transaction, .success(effect), effect.gas, baseFee)
    }

    private mutating func perform(
        _ step: FakeTransaction.Step,
        _ sender: Address,
        _ blockNumber: UInt64
    ) -> Result<FakeJobBridge.Effect, FakeRevert> {
        switch step {
        case .call(let to, let data, let value):
            return call(to, data, sender, value, 10_000_000, blockNumber)
        case .emit(let log, let jobType):
            if let jobType {
                let context = context(sender, .zero, 0, blockNumber)
                bridges[log.address]?.add(log, type: jobType, context)
            }
            return .success(FakeJobBridge.Effect(logs: [log]))
        }
    }

    /// Calls a contract and keeps what it did, or a plain account, where nothing happens.
    private mutating func call(
        _ to: Address?,
        _ data: [UInt8],
        _ sender: Address,
        _ value: UInt256,
        _ gas: UInt64,
        _ blockNumber: UInt64
    ) -> Result<FakeJobBridge.Effect, FakeRevert> {
        guard let to, var bridge = bridges[to] else { return .success(FakeJobBridge.Effect(gas: 0, gasNeeded: 0)) }
        let context = context(sender, value, gas, blockNumber)
        return Result { () throws(FakeRevert) in
            let effect = try bridge.call(data, context)
            guard effect.gasNeeded <= gas else { throw FakeRevert(reason: outOfGas) }
            bridges[to] = bridge
            return effect
        }
    }

    private func context(
        _ sender: Address,
        _ value: UInt256,
        _ gas: UInt64,
        _ blockNumber: UInt64
    ) -> FakeJobBridge.Context {
        FakeJobBridge.Context(sender: sender, value: value, blockNumber: blockNumber, gas: gas, clients: clients)
    }

    private mutating func pay(_ address: Address, _ amount: UInt256) {
        balances[address] = (balances[address] ?? .zero).subtractingSaturating(amount)
    }

    private func mined(
        _ transaction: FakeTransaction,
        _ outcome: Result<FakeJobBridge.Effect, FakeRevert>,
        _ gasUsed: UInt64,
        _ price: UInt256
    ) -> FakeMinedTransaction {
        switch outcome {
        case .success(let effect):
            FakeMinedTransaction(
                transaction: transaction,
                succeeded: true,
                reason: nil,
                gasUsed: gasUsed,
                effectiveGasPrice: price,
                logs: effect.logs
            )
        case .failure(let revert):
            FakeMinedTransaction(
                transaction: transaction,
                succeeded: false,
                reason: revert.reason ?? "reverted without a reason",
                gasUsed: gasUsed,
                effectiveGasPrice: price,
                logs: []
            )
        }
    }
}

/// The reason that stands for "out of gas", which is no revert with data.
let outOfGas = "out of gas"
