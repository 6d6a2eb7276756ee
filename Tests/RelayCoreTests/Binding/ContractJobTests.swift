import Ethereum
import RelayCore
import RelayTestSupport
import Testing

@Suite struct ContractJobTests {
    private func values(state: UInt64 = 1, resultType: UInt64 = 2) throws -> [ABIValue] {
        [
            .address(try Sample.address(1)), .uint(UInt256(resultType)), .uint(UInt256(state)),
            .fixedBytes(Sample.hash(5).bytes), .uint(UInt256(100)), .uint(UInt256(7)),
        ]
    }

    private func job(_ state: ContractJob.State) throws -> ContractJob {
        try #require(ContractJob(output: [.tuple(values(state: UInt64(state.rawValue)))]))
    }

    @Test func readsTheContractsAnswer() throws {
        let view = ContractBinding.reference.jobView
        let output = try view.decodeOutput(view.encodeOutput([.tuple(values())]))
        let expected = ContractJob(
            requester: try Sample.address(1),
            resultType: 2,
            state: .requested,
            requestHash: Sample.hash(5),
            requestedAt: UInt256(100),
            paid: UInt256(7)
        )
        #expect(ContractJob(output: output) == expected)
    }

    @Test func refusesOtherForms() throws {
        let sound = try values()
        #expect(ContractJob(output: []) == nil)
        #expect(ContractJob(output: sound) == nil)
        #expect(ContractJob(output: [.tuple(Array(sound.dropLast()))]) == nil)
        #expect(ContractJob(output: [.tuple(sound + sound)]) == nil)
        #expect(ContractJob(output: [.tuple(try values(state: 5))]) == nil)
        #expect(ContractJob(output: [.tuple(try values(state: 257))]) == nil)
        #expect(ContractJob(output: [.tuple(try values(resultType: 256))]) == nil)
        for index in sound.indices {
            var other = sound
            other[index] = .bool(true)
            #expect(ContractJob(output: [.tuple(other)]) == nil, "member \(index)")
        }
    }

    @Test func saysWhatTheStateMeansForTheSameRequest() throws {
        let hash = Sample.hash(5)
        #expect(try job(.none).standing(for: hash) == .unknown)
        #expect(try job(.requested).standing(for: hash) == .open)
        #expect(try job(.fulfilled).standing(for: hash) == .closed(.fulfilled))
        #expect(try job(.failed).standing(for: hash) == .closed(.failed))
        #expect(try job(.cancelled).standing(for: hash) == .closed(.cancelled))
    }

    /// A job id that was given to somebody else after a reorg is another request, settled or not.
    @Test(arguments: [ContractJob.State.requested, .fulfilled, .failed, .cancelled])
    func knowsAnotherRequestByItsHash(state: ContractJob.State) throws {
        #expect(try job(state).standing(for: Sample.hash(6)) == .anotherRequest(Sample.hash(5)))
    }

    @Test func knowsNothingOfAJobThatIsNotThere() throws {
        #expect(try job(.none).standing(for: Sample.hash(6)) == .unknown)
    }
}
