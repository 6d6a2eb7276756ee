package import Ethereum
package import EthereumRPC
package import RelayCore
package import Transport

/// Asks a contract for compute as any requester does, and reads its answer from the chain.
package struct Requester: Sendable {
    package enum Answer: Equatable, Sendable {
        case result(String)
        case failure(String)
        case cancelled
    }

    /// A request that has been priced and not sent.
    package struct Offer: Sendable {
        package let fee: UInt256
        package let gasLimit: UInt64
        /// The most that its gas can cost, in wei.
        package var gasCost: UInt256 { fees.cost(gasLimit: gasLimit) }
        package let chainID: UInt64
        let fees: Fees
        let calldata: [UInt8]
        let nonce: UInt64
    }

    package struct Sent: Sendable {
        package let jobID: UInt256
        package let transactionHash: Hash32
        package let blockNumber: UInt64
    }

    package enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// The key is a relayer's: its transactions would disturb the nonces of the settlements.
        case isRelayer(Address)
        case anotherChain(expected: UInt64, found: UInt64)
        case noContract(Address)
        /// Its binding has no function by which anybody could ask.
        case cannotAsk(binding: String)
        case wouldRevert(String)
        case cannotPay(Address, has: UInt256, needs: UInt256)
        case reverted(Hash32)
        case noEvent(Hash32)

        package var description: String {
            switch self {
            case .isRelayer(let address):
                "\(address) is a relayer of the contract: ask with a key of another account, since a request of the"
                    + " relayer's own would disturb the order of its settlements"
            case .anotherChain(let expected, let found):
                "chain.id is \(expected), but the node serves chain \(found): correct chain.id or the node's address"
            case .noContract(let address): "there is no contract at \(address)"
            case .cannotAsk(let binding):
                "the binding \"\(binding)\" has no function by which this command could ask: ask as the contract wants it"
            case .wouldRevert(let reason): "the contract refuses the request: \(reason)"
            case .cannotPay(let account, let has, let needs):
                "the account \(account) has \(Ether.text(has)) ether, and the request needs up to \(Ether.text(needs)):"
                    + " the fee, and its gas at the most"
            case .reverted(let hash): "the transaction \(hash.hex) was mined and reverted"
            case .noEvent(let hash): "the transaction \(hash.hex) was mined without a request: is this the contract?"
            }
        }
    }

    let client: EthereumClient
    let contract: Address
    let binding: ContractBinding
    let signer: any TransactionSigner
    let time: any TimeSource

    package init(
        client: EthereumClient,
        contract: Address,
        binding: ContractBinding,
        signer: any TransactionSigner,
        time: any TimeSource
    ) {
        self.client = client
        self.contract = contract
        self.binding = binding
        self.signer = signer
        self.time = time
    }

    /// Prices a request; throws `Problem` where it would revert or cannot be paid.
    ///
    /// `expectedChain` is the id of the chain that is meant; nil for whatever the node serves.
    package func prepare(spec: [UInt8], resultType: UInt8, expectedChain: UInt64? = nil) async throws -> Offer {
        let chainID = try await client.chainID()
        if let expectedChain, expectedChain != chainID {
            throw Problem.anotherChain(expected: expectedChain, found: chainID)
        }
        guard try await !client.code(at: contract).isEmpty else { throw Problem.noContract(contract) }
        let desk = ContractDesk(client: client, binding: binding)
        guard let ask = binding.views.ask else { throw Problem.cannotAsk(binding: binding.name) }
        guard try await desk.isRelayer(signer.address, of: contract) != true else {
            throw Problem.isRelayer(signer.address)
        }
        let fee = try await desk.fee(of: contract) ?? .zero
        let calldata = try ask.encodeCall([.string(spec), .uint(UInt256(UInt64(resultType)))])
        let gas = try await estimate(calldata, fee: fee)
        let market = FeeMarket(try await client.feeQuote())
        guard let fees = FeePolicy().fees(for: market) else { throw Problem.wouldRevert("no fees") }
        let offer = Offer(
            fee: fee,
            gasLimit: gas.saturatingAdding(gas / 5),
            chainID: chainID,
            fees: fees,
            calldata: calldata,
            nonce: try await client.transactionCount(of: signer.address, at: .pending)
        )
        let balance = try await client.balance(of: signer.address)
        let needed = offer.fee.addingSaturating(offer.gasCost)
        guard balance >= needed else { throw Problem.cannotPay(signer.address, has: balance, needs: needed) }
        return offer
    }

    private func estimate(_ calldata: [UInt8], fee: UInt256) async throws -> UInt64 {
        do {
            return try await client.estimateGas(
                CallRequest(from: signer.address, to: contract, data: calldata, value: fee)
            )
        } catch {
            guard let reason = error.revertReason else {
                let balance = try await client.balance(of: signer.address)
                guard balance >= fee else { throw Problem.cannotPay(signer.address, has: balance, needs: fee) }
                throw error
            }
            throw Problem.wouldRevert(reason)
        }
    }

    /// Sends it and waits until it is mined; nil when it is not in time.
    ///
    /// `sending` is told the transaction's hash before anybody can have it: from then on it may cost money, whatever
    /// follows.
    package func send(
        _ offer: Offer,
        within limit: Duration,
        sending: (Hash32) -> Void
    ) async throws -> Sent? {
        let transaction = EIP1559Transaction(
            chainID: offer.chainID,
            nonce: offer.nonce,
            maxPriorityFeePerGas: offer.fees.maxPriorityFeePerGas,
            maxFeePerGas: offer.fees.maxFeePerGas,
            gasLimit: offer.gasLimit,
            to: contract,
            value: offer.fee,
            data: offer.calldata
        )
        let signed = try transaction.signed(by: signer)
        sending(signed.hash)
        try await broadcast(signed)
        let receipt = try await poll(within: limit) { try await client.receipt(of: signed.hash) }
        guard let receipt else { return nil }
        guard receipt.succeeded else { throw Problem.reverted(signed.hash) }
        for log in receipt.logs where log.address == contract {
            if case .request(let request) = binding.decode(log) {
                return Sent(jobID: request.jobID, transactionHash: signed.hash, blockNumber: receipt.blockNumber)
            }
        }
        throw Problem.noEvent(signed.hash)
    }

    private func broadcast(_ signed: SignedTransaction) async throws {
        do {
            _ = try await client.send(raw: signed.rawBytes)
        } catch {
            // It may be on its way all the same: then the receipt tells.
            guard error.outcomeUnknown || error.sendFailure == .alreadyKnown else { throw error }
        }
    }

    /// Waits for the contract's answer; nil when there is none in time.
    package func wait(
        for request: Sent,
        within limit: Duration,
        waiting: (Duration) -> Void
    ) async throws -> Answer? {
        let started = time.now()
        return try await poll(within: limit) {
            waiting(.milliseconds(time.now() - started))
            return try await answer(to: request)
        }
    }

    private func poll<Value>(
        within limit: Duration,
        _ look: () async throws -> Value?
    ) async throws -> Value? {
        let end = Timestamp(milliseconds: time.now()) + limit
        while true {
            do {
                if let value = try await look() { return value }
            } catch let error as RPCError where error.isTransient {
                // A node that is away for a moment: the next look tells.
            }
            guard Timestamp(milliseconds: time.now()) < end else { return nil }
            try await time.sleep(for: .milliseconds(250))
        }
    }

    /// The contract's own events for this job, once it says that the job is closed.
    private func answer(to request: Sent) async throws -> Answer? {
        let desk = ContractDesk(client: client, binding: binding)
        if let job = try await desk.job(request.jobID, of: contract) {
            guard job.state != .requested, job.state != .none else { return nil }
            if job.state == .cancelled { return .cancelled }
        }
        let head = max(try await client.blockNumber(), request.blockNumber)
        var planner = LogRangePlanner(maximum: Self.window)
        var next = request.blockNumber
        while let range = planner.range(from: next, head: head) {
            let filter = LogFilter(
                addresses: [contract],
                topics: [binding.outcomes.map(\.event.topic)],
                from: range.lowerBound,
                to: range.upperBound
            )
            do {
                for log in try await client.logs(filter).logs {
                    if let answer = Answer(binding.outcome(in: log), to: request.jobID) { return answer }
                }
            } catch {
                guard case .tooMany(let hint) = error.logRangeFailure, planner.refused(range, hint: hint) == .narrower
                else { throw error }
                continue
            }
            planner.answered()
            next = range.upperBound.saturatingAdding(1)
        }
        return nil
    }

    /// Blocks in one question for logs, at most; nodes that want fewer say so.
    private static let window: UInt64 = 2_000
}

extension Requester.Answer {
    /// nil where the log says nothing of this job.
    fileprivate init?(_ outcome: Outcome?, to jobID: UInt256) {
        guard let outcome, outcome.jobID == jobID else { return nil }
        let text = String(decoding: outcome.text ?? [], as: UTF8.self)
        switch outcome.closing {
        case .fulfilled: self = .result(text)
        case .failed: self = .failure(text)
        case .cancelled: self = .cancelled
        }
    }
}
