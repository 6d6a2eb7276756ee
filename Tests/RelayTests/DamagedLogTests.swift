import Ethereum
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// A damaged log is failed on chain where somebody can be answered, and kept in quarantine where nobody can; its
/// neighbours go on.
@Suite(.timeLimit(.minutes(2)))
struct DamagedLogTests {
    @Test(arguments: [LogDamage.specNotUTF8, .cutData, .hugeOffset, .hugeLength, .noData])
    func failsWhatCanBeAnswered(damage: LogDamage) async throws {
        let world = try RelayWorld()
        let before = world.chain.request(spec: RelayWorld.spec)
        let damaged = world.chain.emitDamagedLog(damage)
        let after = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([before, damaged, after])

        let reason = try #require(world.reason(of: damaged))
        #expect(!reason.isEmpty)
        #expect(world.answer(to: before) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.answer(to: after) == .fulfilled(resultType: 1, result: "hello\n"))
        #expect(world.bacalhau.jobs.count == 2)
    }

    @Test(arguments: [LogDamage.missingTopic, .dirtyRequester])
    func keepsTheRestInQuarantine(damage: LogDamage) async throws {
        let world = try RelayWorld()
        let before = world.chain.request(spec: RelayWorld.spec)
        _ = world.chain.emitDamagedLog(damage)
        let after = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([before, after])

        let view = try StoreView(path: world.database)
        let rejected = try view.rejected(limit: 10)
        #expect(rejected.count == 1)
        #expect(rejected.first?.bytes.isEmpty == false)
        #expect(rejected.first?.reason.isEmpty == false)
        let cursor = try #require(try view.overview().cursors.first)
        #expect(cursor.nextBlock > after.blockHint(in: world))
    }

    /// Who says the same twice has said two things; the same log read twice is one.
    @Test func keepsEqualLogsApart() async throws {
        let world = try RelayWorld(settle: 3)
        _ = world.chain.emitDamagedLog(.missingTopic)
        _ = world.chain.emitDamagedLog(.missingTopic)
        let after = world.chain.request(spec: RelayWorld.spec)

        try await world.runUntilClosed([after])

        #expect(try StoreView(path: world.database).rejected(limit: 10).count == 2)
    }
}

extension FakeRequest {
    fileprivate func blockHint(in world: RelayWorld) -> UInt64 {
        world.chain.logs(of: transactionHash).first?.blockNumber ?? .max
    }
}
