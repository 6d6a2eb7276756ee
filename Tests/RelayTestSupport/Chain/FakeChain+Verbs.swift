package import Ethereum
import Synchronization
import Transport

/// A request that a test made.
package struct FakeRequest: Sendable, Equatable {
    package let jobID: UInt256
    /// keccak-256 of its log's address, topics and data.
    package let requestHash: Hash32
    package let transactionHash: Hash32
}

/// How a request's log is broken.
package enum LogDamage: Sendable, CaseIterable {
    /// Bytes that are no UTF-8 where the spec's text should be; any caller of the contract can do that.
    case specNotUTF8
    /// The data ends in the middle of the spec.
    case cutData
    /// The spec's offset is 2^256−1.
    case hugeOffset
    /// The spec's length is 2^256−1.
    case hugeLength
    /// No data at all.
    case noData
    /// The requester's topic is missing, so that nobody can be answered.
    case missingTopic
    /// The requester's topic has dirty upper bytes.
    case dirtyRequester
}

// MARK: - Mining

extension FakeChain {
    package func setMining(_ mining: Mining) {
        world.withLock { $0.chain.mining = mining }
    }

    /// Mines blocks, the first with all that the pool can give.
    package func mine(_ count: Int = 1) {
        change { world, seconds in
            for _ in 0..<count { world.chain.mine(at: seconds) }
        }
    }

    /// Mines a block whose miner's clock is ahead.
    package func mine(ahead: Duration) {
        change { world, seconds in world.chain.mine(at: seconds + UInt64(max(0, ahead.components.seconds))) }
    }

    /// Leaves out so many heights, which will never have a block: null rounds, as Filecoin has them.
    package func skipHeights(_ count: UInt64) {
        change { world, _ in world.chain.skip(count) }
    }

    /// Mines blocks and leaves the pool as it is.
    package func mineEmpty(_ count: Int = 1) {
        change { world, seconds in
            for _ in 0..<count { world.chain.mine(at: seconds, onlyEmpty: true) }
        }
    }

    /// Mines a block each `interval` of the clock until it is cancelled.
    package func mine(every interval: Duration) async throws {
        while true {
            try await time.sleep(for: interval)
            mine()
        }
    }

    /// Replaces the last `depth` blocks by `depth + 1` others.
    /// - Parameters:
    ///   - depth: blocks taken out.
    ///   - keeping: whether their transactions go back to the pool and so into the new branch.
    ///   - empty: new blocks before the first one that takes transactions.
    package func reorg(depth: Int, keeping: Bool = true, empty: Int = 0) {
        change { world, seconds in
            world.chain.rollBack(depth: depth, keeping: keeping)
            for place in 0..<(depth + 1) { world.chain.mine(at: seconds, onlyEmpty: place < empty) }
        }
    }

    /// Takes blocks away and puts none in their place: a node that fell behind.
    package func rollBack(depth: Int, keeping: Bool = true) {
        change { world, _ in world.chain.rollBack(depth: depth, keeping: keeping) }
    }

    func change<Result>(_ body: (inout World, UInt64) -> Result) -> Result {
        let seconds = UInt64(max(time.now(), 0)) / 1000
        let (result, news) = world.withLock { world in
            let before = world.chain.head.header.number
            world.chain.lastRemoved = []
            let result = body(&world, seconds)
            return (result, world.news(since: before))
        }
        news.deliver()
        return result
    }
}

// MARK: - Requests

extension FakeChain {
    /// Asks for a job and mines it.
    @discardableResult
    package func request(spec: String, resultType: UInt8 = 1, from sender: Address? = nil) -> FakeRequest {
        let requests = requests(specs: [spec], resultType: resultType, from: sender)
        return requests.first ?? FakeRequest(jobID: .zero, requestHash: .zero, transactionHash: .zero)
    }

    /// Asks for several jobs in one transaction and mines it.
    @discardableResult
    package func requests(specs: [String], resultType: UInt8 = 1, from sender: Address? = nil) -> [FakeRequest] {
        let hash = submitRequests(specs: specs, resultType: resultType, from: sender)
        mine()
        return requests(in: hash)
    }

    /// Asks for jobs in one transaction, which waits in the pool; `requests(in:)` tells later what they became.
    package func submitRequests(specs: [String], resultType: UInt8 = 1, from sender: Address? = nil) -> Hash32 {
        let steps = specs.map { spec -> FakeTransaction.Step in
            let values: [ABIValue] = [.text(spec), .uint(UInt256(UInt64(resultType)))]
            let data = (try? JobBridgeABI.requestJob.encodeCall(values)) ?? []
            return .call(bridge, data, value: state.fee)
        }
        return world.withLock { $0.chain.dictate(steps, by: sender ?? requester.address) }
    }

    /// The requests that a mined transaction made.
    package func requests(in transaction: Hash32) -> [FakeRequest] {
        let topic = JobBridgeABI.requested.topic
        return logs(of: transaction).filter { $0.topics.first == topic && $0.topics.count > 1 }.map { log in
            FakeRequest(
                jobID: log.topics[1].asUInt256,
                requestHash: log.contentHash,
                transactionHash: log.transactionHash
            )
        }
    }

    /// Mines a request whose log is damaged; the contract knows the job unless its topics are.
    @discardableResult
    package func emitDamagedLog(_ damage: LogDamage, resultType: UInt8 = 1) -> FakeRequest {
        let id = UInt256(UInt64(state.jobs.count) + 1)
        let log = damaged(damage, id: id, resultType)
        let isKnown = damage != .missingTopic
        let hash = world.withLock { world in
            world.chain.dictate([.emit(log, jobType: isKnown ? resultType : nil)], by: requester.address)
        }
        mine()
        return FakeRequest(jobID: id, requestHash: log.contentHash, transactionHash: hash)
    }

    /// Mines a log of the contract with these topics and data; the contract knows nothing of it.
    @discardableResult
    package func emit(topics: [Hash32], data: [UInt8]) -> Hash32 {
        let log = FakeLog(address: bridge, topics: topics, data: data)
        let hash = world.withLock { $0.chain.dictate([.emit(log, jobType: nil)], by: requester.address) }
        mine()
        return hash
    }

    private func damaged(_ damage: LogDamage, id: UInt256, _ resultType: UInt8) -> FakeLog {
        let spec: [UInt8] = damage == .specNotUTF8 ? [0x7b, 0xff, 0xfe, 0x7d] : Array("{}".utf8)
        let values: [ABIValue] = [
            .uint(id), .address(requester.address), .string(spec), .uint(UInt256(UInt64(resultType))),
        ]
        var (topics, data) = (try? JobBridgeABI.requested.encode(values)) ?? ([], [])
        let huge = [UInt8](repeating: 0xff, count: 32)
        switch damage {
        case .specNotUTF8: break
        case .cutData: data.removeLast(min(31, data.count))
        case .hugeOffset: data.replaceSubrange(0..<32, with: huge)
        case .hugeLength: data.replaceSubrange(64..<96, with: huge)
        case .noData: data = []
        case .missingTopic: topics.removeLast()
        case .dirtyRequester: topics[2] = Hash32([UInt8](repeating: 0xee, count: 12) + requester.address.bytes) ?? .zero
        }
        return FakeLog(address: bridge, topics: topics, data: data)
    }
}

// MARK: - The contract and its users

extension FakeChain {
    /// Another relayer answers the request first, and it is mined.
    package func settleByOthers(_ jobID: UInt256, failing: Bool = false) {
        guard let job = state.job(jobID) else { return }
        let hash = ABIValue.fixedBytes(job.requestHash.bytes)
        let type = ABIValue.uint(UInt256(UInt64(job.resultType)))
        let data =
            failing
            ? try? JobBridgeABI.fail.encodeCall([.uint(jobID), hash, .text("others")])
            : try? JobBridgeABI.fulfill.encodeCall([.uint(jobID), hash, type, .text("others")])
        world.withLock { world in
            _ = world.chain.dictate([.call(bridge, data ?? [], value: .zero)], by: otherRelayer.address)
        }
        mine()
    }

    /// The requester takes the request back, and it is mined; nothing happens before its time.
    package func cancel(_ jobID: UInt256) {
        guard let job = state.job(jobID) else { return }
        let data = (try? JobBridgeABI.cancel.encodeCall([.uint(jobID)])) ?? []
        world.withLock { _ = $0.chain.dictate([.call(bridge, data, value: .zero)], by: job.requester) }
        mine()
    }

    /// Deploys the reference contract once more, with the same relayers; nobody asks it for anything.
    package func deployAnother() -> Address {
        let address = Address(Array(repeating: 0xb1, count: 20)) ?? .zero
        let owner = TestAccount(seed: 1000).address
        world.withLock { world in
            world.chain.changeState { state in
                var contract = FakeJobBridge(address: address, callbackGas: 100_000, cancelAfter: 50, owner: owner)
                contract.relayers = state.bridges.values.first?.relayers ?? []
                state.bridges[address] = contract
            }
        }
        return address
    }

    package func setRelayer(_ address: Address, _ allowed: Bool) {
        changeBridge { contract in
            if allowed { contract.relayers.insert(address) } else { contract.relayers.remove(address) }
        }
    }

    package func setFee(_ fee: UInt256) {
        changeBridge { $0.fee = fee }
    }

    package func setBalance(_ address: Address, _ wei: UInt256) {
        world.withLock { world in world.chain.changeState { $0.balances[address] = wei } }
    }

    /// The account is a contract from now on, which takes its answers so.
    package func setClient(_ address: Address, _ client: FakeClient) {
        world.withLock { world in world.chain.changeState { $0.clients[address] = client } }
    }

    private func changeBridge(_ body: (inout FakeJobBridge) -> Void) {
        world.withLock { world in
            world.chain.changeState { state in
                guard var contract = state.bridges[bridge] else { return }
                body(&contract)
                state.bridges[bridge] = contract
            }
        }
    }
}

// MARK: - The node

extension FakeChain {
    /// Base fee of the blocks to come and the tip that the node proposes, in wei per gas.
    package func setFees(base: UInt256, tip: UInt256) {
        world.withLock { world in
            world.chain.baseFee = base
            world.chain.tip = tip
        }
    }

    /// Transactions with a smaller tip are refused as underpriced.
    package func setMinimumTip(_ tip: UInt256) {
        world.withLock { $0.chain.pool.minimumTip = tip }
    }

    /// Several blocks may have the same time from now on, as where they come faster than once a second.
    package func shareSeconds() {
        world.withLock { $0.chain.sharesSeconds = true }
    }

    /// Shows a receipt only when this many blocks follow its own.
    package func delayReceipts(blocks: UInt64) {
        world.withLock { $0.chain.receiptDelay = blocks }
    }

    /// Answers null for every receipt while it is set.
    package func hideReceipts(_ hides: Bool) {
        world.withLock { $0.chain.hidesReceipts = hides }
    }

    /// Forgets all transactions that wait.
    package func evictMempool() {
        world.withLock { $0.chain.pool.evict { _ in true } }
    }

    /// Refuses logs of more blocks than this at once.
    package func limitLogRange(blocks: UInt64?, with failure: RPCFailure? = nil) {
        world.withLock { world in
            world.chain.logRangeLimit = blocks
            if let failure { world.chain.logRangeFailure = failure }
        }
    }

    /// The next HTTP calls with this method meet a fault; any call when it is nil.
    package func failNext(_ method: String? = nil, with fault: Fault, count: Int = 1) {
        world.withLock { $0.faults.plan(fault, call: method, count: count) }
    }

    /// The next calls of this method are answered so, in a sound HTTP answer.
    package func failNext(_ method: String, with fault: RPCFault, count: Int = 1, at host: String? = nil) {
        world.withLock { $0.rpcFaults.append((method, host, count, fault)) }
    }

    /// Forgets the faults that are still to come.
    package func clearFaults() {
        world.withLock { world in
            world.faults = FaultPlan()
            world.rpcFaults = []
        }
    }

    /// The next call of this method takes effect, and its connection breaks before the answer.
    package func dropAnswerOfNext(_ method: String) {
        failNext(method, with: .answerDropped)
    }

    /// Every HTTP call meets this fault, and no WebSocket opens, from now on; nil ends it.
    package func setOutage(_ fault: Fault?) {
        world.withLock { $0.faults.outage = fault }
        if fault != nil { closeSockets() }
    }
}
