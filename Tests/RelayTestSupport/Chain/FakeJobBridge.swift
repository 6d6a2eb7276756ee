package import Ethereum

/// What a contract writes: address and place come from the block it is mined in.
struct FakeLog: Sendable, Equatable {
    let address: Address
    let topics: [Hash32]
    let data: [UInt8]

    var contentHash: Hash32 {
        keccak256(address.bytes + topics.flatMap(\.bytes) + data)
    }
}

/// A call that reverted, with the data it returned.
struct FakeRevert: Error, Equatable {
    /// Nil where the contract gave none.
    let reason: String?

    var data: [UInt8] {
        guard let reason else { return [] }
        let function = ABIFunction(name: "Error", inputs: [ABIParameter(name: "", type: .string)])
        return (try? function.encodeCall([.text(reason)])) ?? []
    }
}

/// How a requester that is a contract takes its answer.
package struct FakeClient: Sendable, Equatable {
    /// Gas that its callback uses; never more than the bridge's `callbackGas` is spent on it.
    package var gas: UInt64
    package var succeeds: Bool

    package init(gas: UInt64, succeeds: Bool) {
        self.gas = gas
        self.succeeds = succeeds
    }

    package static let stores = FakeClient(gas: 45_000, succeeds: true)
    package static let reverts = FakeClient(gas: 400, succeeds: false)
    package static let burnsAllGas = FakeClient(gas: .max, succeeds: false)
}

/// A model of `abi/JobBridge.vy`: its storage, its rules, its reasons, in the order in which the contract checks them.
package struct FakeJobBridge: Sendable {
    /// States of a job, as the contract numbers them; 0 is none.
    package enum State: UInt8, Sendable {
        case requested = 1
        case fulfilled = 2
        case failed = 3
        case cancelled = 4
    }

    package struct Job: Sendable, Equatable {
        package let requester: Address
        package let resultType: UInt8
        package internal(set) var state: State
        package let requestHash: Hash32
        package let requestedAt: UInt64
        package let paid: UInt256
    }

    package let address: Address
    package internal(set) var jobs: [Job] = []
    package internal(set) var relayers: Set<Address> = []
    package internal(set) var fee: UInt256 = .zero
    package let callbackGas: UInt64
    package let cancelAfter: UInt64
    package let owner: Address

    init(address: Address, callbackGas: UInt64, cancelAfter: UInt64, owner: Address) {
        self.address = address
        self.callbackGas = callbackGas
        self.cancelAfter = cancelAfter
        self.owner = owner
    }

    /// Nil where there is none.
    package func job(_ id: UInt256) -> Job? {
        guard let number = id.asUInt64, number >= 1, number <= UInt64(jobs.count) else { return nil }
        return jobs[Int(number - 1)]
    }
}

// MARK: - Calls that change something

extension FakeJobBridge {
    /// Who calls, in which block, with how much.
    struct Context: Sendable {
        let sender: Address
        let value: UInt256
        let blockNumber: UInt64
        /// Left for the contract's own instructions.
        let gas: UInt64
        let clients: [Address: FakeClient]
    }

    /// What a call did.
    struct Effect: Sendable {
        var output: [UInt8] = []
        var logs: [FakeLog] = []
        /// Gas used besides the transaction's intrinsic gas.
        var gas: UInt64 = 30_000
        /// Gas that has to be there at the start for the call to go through; more than is used where a guard asks.
        var gasNeeded: UInt64 = 30_000
    }

    mutating func call(_ data: [UInt8], _ context: Context) throws(FakeRevert) -> Effect {
        typealias ABI = JobBridgeABI
        if let values = try? ABI.requestJob.decodeCall(data) { return try requestJob(values, context) }
        guard context.value.isZero else { throw FakeRevert(reason: nil) }
        if let values = try? ABI.fulfill.decodeCall(data) { return try fulfill(values, context) }
        if let values = try? ABI.fail.decodeCall(data) { return try fail(values, context) }
        if let values = try? ABI.cancel.decodeCall(data) { return try cancel(values, context) }
        return Effect(output: try view(data))
    }

    private mutating func requestJob(_ values: [ABIValue], _ context: Context) throws(FakeRevert) -> Effect {
        guard case .string(let spec) = values[0], spec.count <= 8192, case .uint(let type) = values[1] else {
            throw FakeRevert(reason: nil)
        }
        guard context.value >= fee else { throw FakeRevert(reason: "fee too low") }
        guard type <= 3 else { throw FakeRevert(reason: "unknown result type") }
        let id = UInt256(UInt64(jobs.count) + 1)
        let log = try log(ABI.requested, [.uint(id), .address(context.sender), .string(spec), .uint(type)])
        add(log, type: UInt8(truncatingIfNeeded: type.low), context)
        return Effect(
            output: id.bigEndianBytes,
            logs: [log],
            gas: 60_000 + 20 * UInt64(spec.count),
            gasNeeded: 60_000 + 20 * UInt64(spec.count)
        )
    }

    /// Stores the job that a request log stands for, whatever the log says.
    mutating func add(_ log: FakeLog, type: UInt8, _ context: Context) {
        jobs.append(
            Job(
                requester: context.sender,
                resultType: type,
                state: .requested,
                requestHash: log.contentHash,
                requestedAt: context.blockNumber,
                paid: context.value
            )
        )
    }

    private mutating func fulfill(_ values: [ABIValue], _ context: Context) throws(FakeRevert) -> Effect {
        guard case .uint(let id) = values[0], case .fixedBytes(let hash) = values[1], case .uint(let type) = values[2],
            case .string(let result) = values[3], result.count <= 8192
        else { throw FakeRevert(reason: nil) }
        let job = try open(id, hash, context)
        guard type == UInt256(UInt64(job.resultType)) else { throw FakeRevert(reason: "another result type") }
        var effect = try settle(id, job, as: .fulfilled, length: result.count, context)
        let succeeded = effect.output == [1]
        effect.output = []
        effect.logs = [
            try log(
                ABI.fulfilled,
                [.uint(id), .address(job.requester), .uint(type), .string(result), .bool(succeeded)]
            )
        ]
        return effect
    }

    private mutating func fail(_ values: [ABIValue], _ context: Context) throws(FakeRevert) -> Effect {
        guard case .uint(let id) = values[0], case .fixedBytes(let hash) = values[1],
            case .string(let reason) = values[2], reason.count <= 1024
        else { throw FakeRevert(reason: nil) }
        let job = try open(id, hash, context)
        var effect = try settle(id, job, as: .failed, length: reason.count, context)
        let succeeded = effect.output == [1]
        effect.output = []
        effect.logs = [
            try log(ABI.failed, [.uint(id), .address(job.requester), .string(reason), .bool(succeeded)])
        ]
        return effect
    }

    private func open(_ id: UInt256, _ hash: [UInt8], _ context: Context) throws(FakeRevert) -> Job {
        guard relayers.contains(context.sender) else { throw FakeRevert(reason: "not a relayer") }
        guard let job = job(id), job.state == .requested else { throw FakeRevert(reason: "not open") }
        guard job.requestHash.bytes == hash else { throw FakeRevert(reason: "another request") }
        return job
    }

    /// Sets the state and calls a requester that is a contract; the output is [1] when its callback succeeded.
    private mutating func settle(
        _ id: UInt256,
        _ job: Job,
        as state: State,
        length: Int,
        _ context: Context
    ) throws(FakeRevert) -> Effect {
        set(id, state)
        var effect = Effect(gas: 20_000 + 10 * UInt64(length), gasNeeded: 20_000 + 10 * UInt64(length))
        guard let client = context.clients[job.requester] else { return effect }
        let guarded = callbackGas + callbackGas / 63 + 1 + 12_000 + 10 * UInt64(length)
        effect.gas += min(client.gas, callbackGas)
        effect.gasNeeded = max(8_000 + guarded, effect.gas)
        guard context.gas >= 8_000 + guarded else { throw FakeRevert(reason: "gas too low for the callback") }
        effect.output = client.succeeds && client.gas <= callbackGas ? [1] : [0]
        return effect
    }

    private mutating func cancel(_ values: [ABIValue], _ context: Context) throws(FakeRevert) -> Effect {
        guard case .uint(let id) = values[0], let job = job(id), job.requester == context.sender else {
            throw FakeRevert(reason: "not the requester")
        }
        guard job.state == .requested else { throw FakeRevert(reason: "not open") }
        guard context.blockNumber >= job.requestedAt + cancelAfter else { throw FakeRevert(reason: "too early") }
        set(id, .cancelled)
        return Effect(logs: [try log(ABI.cancelled, [.uint(id), .address(job.requester)])])
    }

    private mutating func set(_ id: UInt256, _ state: State) {
        guard let number = id.asUInt64, number >= 1, number <= UInt64(jobs.count) else { return }
        jobs[Int(number - 1)].state = state
    }

    private func log(_ event: ABIEvent, _ values: [ABIValue]) throws(FakeRevert) -> FakeLog {
        guard let parts = try? event.encode(values) else { throw FakeRevert(reason: nil) }
        return FakeLog(address: address, topics: parts.topics, data: parts.data)
    }

    private typealias ABI = JobBridgeABI
}

// MARK: - Views

extension FakeJobBridge {
    private func view(_ data: [UInt8]) throws(FakeRevert) -> [UInt8] {
        if let values = try? ABI.job.decodeCall(data), case .uint(let id) = values[0] {
            return try encode(ABI.job, [.tuple(members(of: id))])
        }
        if let values = try? ABI.isRelayer.decodeCall(data), case .address(let address) = values[0] {
            return try encode(ABI.isRelayer, [.bool(relayers.contains(address))])
        }
        switch Array(data.prefix(4)) {
        case ABI.jobCount.selector: return try encode(ABI.jobCount, [.uint(UInt256(UInt64(jobs.count)))])
        case ABI.fee.selector: return try encode(ABI.fee, [.uint(fee)])
        case ABI.callbackGas.selector: return try encode(ABI.callbackGas, [.uint(UInt256(callbackGas))])
        case ABI.cancelAfter.selector: return try encode(ABI.cancelAfter, [.uint(UInt256(cancelAfter))])
        case ABI.owner.selector: return try encode(ABI.owner, [.address(owner)])
        default: throw FakeRevert(reason: nil)
        }
    }

    private func members(of id: UInt256) -> [ABIValue] {
        guard let job = job(id) else {
            return [
                .address(.zero), .uint(.zero), .uint(.zero), .fixedBytes(Hash32.zero.bytes), .uint(.zero), .uint(.zero),
            ]
        }
        return [
            .address(job.requester), .uint(UInt256(UInt64(job.resultType))), .uint(UInt256(UInt64(job.state.rawValue))),
            .fixedBytes(job.requestHash.bytes), .uint(UInt256(job.requestedAt)), .uint(job.paid),
        ]
    }

    private func encode(_ function: ABIFunction, _ values: [ABIValue]) throws(FakeRevert) -> [UInt8] {
        guard let output = try? function.encodeOutput(values) else { throw FakeRevert(reason: nil) }
        return output
    }
}
