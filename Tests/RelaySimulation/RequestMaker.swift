import Ethereum
import RelayCore
import RelayTestSupport

/// Makes the transactions of the simulated chain, as the contracts would: job ids count, and one that a reorganisation
/// has freed is given to somebody else.
struct RequestMaker: Sendable {
    let contracts: [Address]
    private var serial: UInt64 = 0
    private var nextID: UInt64 = 1
    private var freed: [UInt64] = []

    init(contracts: [Address]) {
        self.contracts = contracts
    }

    /// A block's transactions: requests, several in one of them at times, and what others do.
    mutating func transactions(_ chance: inout SeededGenerator, busy: Int) -> [SimulatedTransaction] {
        guard chance.below(1_000) < busy else { return chance.oneIn(6) ? [noise(&chance)] : [] }
        var made: [SimulatedTransaction] = []
        if chance.oneIn(4) { made.append(noise(&chance)) }
        for _ in 0..<(chance.oneIn(3) ? 2 : 1) {
            var logs: [SimulatedLog] = []
            for _ in 0..<(chance.oneIn(4) ? chance.within(2...3) : 1) { logs.append(request(&chance)) }
            made.append(SimulatedTransaction(hash: nextHash(), logs: logs))
        }
        return made
    }

    /// What becomes of transactions whose blocks left the chain: mined again, again with other numbers, or never.
    mutating func again(_ lost: [SimulatedTransaction], _ chance: inout SeededGenerator) -> [SimulatedTransaction] {
        var again: [SimulatedTransaction] = []
        for transaction in lost {
            switch chance.below(10) {
            case ..<6: again.append(transaction)
            case ..<8:
                // Executed in another order, it gets other ids: another content under the same hash.
                let logs = transaction.logs.map { $0.isRequest ? request(&chance) : $0 }
                again.append(SimulatedTransaction(hash: transaction.hash, logs: logs))
            default: freed += transaction.logs.filter(\.isRequest).map { $0.topics[1].asUInt256.asUInt64 ?? 0 }
            }
        }
        if chance.oneIn(3) { again.shuffle(using: &chance) }
        return again
    }

    /// A log that nobody wrote.
    mutating func invented(_ chance: inout SeededGenerator) -> SimulatedLog {
        serial += 1
        return log(chance.element(of: contracts) ?? .zero, id: 1_000_000 + serial)
    }

    mutating func nextHash() -> Hash32 {
        serial += 1
        return keccak256(Array("transaction \(serial)".utf8))
    }

    private mutating func request(_ chance: inout SeededGenerator) -> SimulatedLog {
        serial += 1
        let id = freed.popLast() ?? nextID
        if id == nextID { nextID += 1 }
        return log(chance.element(of: contracts) ?? .zero, id: id)
    }

    private func log(_ contract: Address, id: UInt64) -> SimulatedLog {
        let requester = Address(Array(repeating: 0x0a, count: 20)) ?? .zero
        let values: [ABIValue] = [.uint(UInt256(id)), .address(requester), .text("{\"n\":\(serial)}"), .uint(1)]
        let (topics, data) = (try? JobBridgeABI.requested.encode(values)) ?? ([], [])
        return SimulatedLog(address: contract, topics: topics, data: data, isRequest: true)
    }

    /// Logs of others, and other logs of ours.
    private mutating func noise(_ chance: inout SeededGenerator) -> SimulatedTransaction {
        let isOurs = chance.oneIn(3)
        let address = isOurs ? contracts[0] : Address(Array(repeating: 0xee, count: 20)) ?? .zero
        let topic = isOurs ? JobBridgeABI.cancelled.topic : JobBridgeABI.requested.topic
        let log = SimulatedLog(address: address, topics: [topic], data: [1], isRequest: false)
        return SimulatedTransaction(hash: nextHash(), logs: [log])
    }
}
