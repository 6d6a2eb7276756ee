import Ethereum
import RelayCore
import RelayTestSupport
import Testing

@Suite struct LogCheckTests {
    private static let topic = Sample.hash(5)
    private static let range: ClosedRange<UInt64> = 10...20

    private static func log(
        _ block: UInt64,
        _ index: UInt64,
        branch: Int = 0,
        contract: Int = 1,
        topics: [Hash32]? = nil
    ) throws -> Log {
        Log(
            address: try Sample.address(contract),
            topics: topics ?? [topic, Sample.hash(6)],
            data: [],
            blockNumber: block,
            blockHash: ChainSample.hash(block, branch: branch),
            transactionHash: Sample.hash(7),
            transactionIndex: 0,
            logIndex: index
        )
    }

    private static func check(_ logs: [Log], known: [UInt64: Hash32] = [:]) throws -> LogCheck.Fault? {
        let contracts = [try Sample.address(1), try Sample.address(2)]
        do throws(LogCheck.Fault) {
            try LogCheck.check(logs, in: range, of: contracts, topics: [topic]) { known[$0] }
            return nil
        } catch {
            return error
        }
    }

    @Test func takesWhatWasAskedFor() throws {
        #expect(try Self.check([]) == nil)
        let logs = try [
            Self.log(10, 0), Self.log(10, 4, contract: 2), Self.log(12, 1), Self.log(20, 0), Self.log(20, 1),
        ]
        #expect(try Self.check(logs) == nil)
        #expect(try Self.check(logs, known: [12: ChainSample.hash(12), 13: ChainSample.hash(9)]) == nil)
    }

    @Test func refusesWhatWasNotAskedFor() throws {
        let stranger = try Sample.address(3)
        #expect(
            try Self.check([Self.log(10, 0), Self.log(11, 0, contract: 3)])?.description
                == "a log of \(stranger) in block 11 was not asked for"
        )
        for topics in [[], [Sample.hash(6)], [Sample.hash(6), Self.topic]] {
            #expect(try Self.check([Self.log(11, 0, topics: topics)])?.description.contains("not asked for") == true)
        }
        for block in [0, 9, 21, .max] as [UInt64] {
            #expect(try Self.check([Self.log(block, 0)])?.description.contains("not asked for") == true)
        }
    }

    @Test func refusesTwoBlocksOfOneNumber() throws {
        let logs = try [Self.log(12, 0), Self.log(12, 1, branch: 1)]
        #expect(try Self.check(logs) == LogCheck.Fault("two blocks of number 12"))
    }

    @Test func refusesLogsOutOfOrder() throws {
        for index in [0, 3] as [UInt64] {
            let logs = try [Self.log(12, 3), Self.log(12, index)]
            #expect(try Self.check(logs) == LogCheck.Fault("log \(index) of block 12 comes after 3"))
        }
        let back = try [Self.log(12, 3), Self.log(11, 4)]
        #expect(try Self.check(back) == LogCheck.Fault("block 11 comes after 12"))
        // A block that comes twice.
        let twice = try [Self.log(12, 3), Self.log(13, 0), Self.log(12, 4)]
        #expect(try Self.check(twice) == LogCheck.Fault("block 12 comes after 13"))
    }

    @Test func refusesABlockThatIsAnotherThanTheChains() throws {
        let logs = try [Self.log(11, 0), Self.log(12, 0, branch: 1)]
        let known = [12: ChainSample.hash(12)] as [UInt64: Hash32]
        #expect(
            try Self.check(logs, known: known)
                == LogCheck.Fault("block 12 of the logs is another than the chain's")
        )
    }

    /// One thing of a good answer is made wrong: it never passes.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func findsEachMutation(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        var logs: [Log] = []
        for block in Self.range where chance.oneIn(2) {
            for index in 0..<UInt64(chance.within(1...3)) { logs.append(try Self.log(block, index * 2)) }
        }
        let known = Dictionary(uniqueKeysWithValues: Self.range.map { ($0, ChainSample.hash($0)) })
        #expect(try Self.check(logs, known: known) == nil, "seed \(seed)")
        guard let place = logs.indices.randomElement(using: &chance) else { return }
        let log = logs[place]
        switch chance.below(6) {
        case 0: logs[place] = try Self.log(log.blockNumber, log.logIndex, contract: 3)
        case 1: logs[place] = try Self.log(log.blockNumber, log.logIndex, topics: [Sample.hash(6)])
        case 2: logs[place] = try Self.log(log.blockNumber, log.logIndex, branch: 1)
        case 3: logs.insert(log, at: place)
        case 4: logs[place] = try Self.log(log.blockNumber + 100, log.logIndex)
        default:
            guard logs.count > 1 else { return }
            logs.swapAt(place, place > 0 ? place - 1 : 1)
        }
        #expect(try Self.check(logs, known: known) != nil, "seed \(seed)")
    }
}
