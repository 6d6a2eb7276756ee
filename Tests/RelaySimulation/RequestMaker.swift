import Ethereum
import RelayCore
import RelayTestSupport

/// Makes the transactions of the simulated chain.
struct RequestMaker: Sendable {
    let contracts: [Address]
    private var serial: UInt64 = 0

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

    /// What becomes of transactions whose blocks left the chain: mined again, in the same order or in another one, by which
    /// they get other ids: another content under the same hash; or never.
    mutating func again(_ lost: [SimulatedTransaction], _ chance: inout SeededGenerator) -> [SimulatedTransaction] {
        var again = lost.filter { _ in chance.below(10) < 8 }
        if chance.oneIn(3) { again.shuffle(using: &chance) }
        return again
    }

    /// A log that nobody wrote.
    mutating func invented(_ chance: inout SeededGenerator) -> (address: Address, topics: [Hash32], data: [UInt8]) {
        serial += 1
        let (topics, data) = Self.content(id: 1_000_000 + serial, serial: serial)
        return (chance.element(of: contracts) ?? .zero, topics, data)
    }

    mutating func nextHash() -> Hash32 {
        serial += 1
        return keccak256(Array("transaction \(serial)".utf8))
    }

    private mutating func request(_ chance: inout SeededGenerator) -> SimulatedLog {
        serial += 1
        return .request(contract: chance.element(of: contracts) ?? .zero, serial: serial)
    }

    /// What a contract writes for a request.
    static func content(id: UInt64, serial: UInt64) -> (topics: [Hash32], data: [UInt8]) {
        let requester = Address(Array(repeating: 0x0a, count: 20)) ?? .zero
        let values: [ABIValue] = [.uint(UInt256(id)), .address(requester), .text("{\"n\":\(serial)}"), .uint(1)]
        return (try? JobBridgeABI.requested.encode(values)) ?? ([], [])
    }

    /// Logs of others, and other logs of ours.
    private mutating func noise(_ chance: inout SeededGenerator) -> SimulatedTransaction {
        let isOurs = chance.oneIn(3)
        let address = isOurs ? contracts[0] : Address(Array(repeating: 0xee, count: 20)) ?? .zero
        let topic = isOurs ? JobBridgeABI.cancelled.topic : JobBridgeABI.requested.topic
        return SimulatedTransaction(hash: nextHash(), logs: [.other(address: address, topics: [topic], data: [1])])
    }
}
