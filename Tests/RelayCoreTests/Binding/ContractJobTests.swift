import Ethereum
import RelayCore
import RelayTestSupport
import Testing

@Suite struct ContractJobTests {
    private let view = ContractBinding.reference.views.record

    private func read(_ output: [ABIValue]) -> ContractJob? { view?.read(output) }

    private func values(state: UInt64 = 1, resultType: UInt64 = 2) throws -> [ABIValue] {
        [
            .address(try Sample.address(1)), .uint(UInt256(resultType)), .uint(UInt256(state)),
            .fixedBytes(Sample.hash(5).bytes), .uint(UInt256(100)), .uint(UInt256(7)),
        ]
    }

    private func job(_ state: ContractJob.State) throws -> ContractJob {
        try #require(read([.tuple(values(state: UInt64(state.rawValue)))]))
    }

    @Test func readsTheContractsAnswer() throws {
        let function = try #require(view).function
        let output = try function.decodeOutput(function.encodeOutput([.tuple(values())]))
        let expected = ContractJob(state: .requested, requestHash: Sample.hash(5), requestedAt: UInt256(100))
        #expect(read(output) == expected)
    }

    @Test func refusesOtherForms() throws {
        let sound = try values()
        #expect(read([]) == nil)
        #expect(read(sound) == nil)
        #expect(read([.tuple(Array(sound.prefix(3)))]) == nil)
        #expect(read([.tuple(try values(state: 5))]) == nil)
        #expect(read([.tuple(try values(state: 257))]) == nil)
        // State, hash and block: what the relayer acts by.
        for index in 2...4 {
            var other = sound
            other[index] = .bool(true)
            #expect(read([.tuple(other)]) == nil, "member \(index)")
        }
        // Anything else is found when the output is decoded, by the types of the view.
        let function = try #require(view).function
        var encoded = try function.encodeOutput([.tuple(sound)])
        encoded[62] = 1
        #expect(throws: (any Error).self) { try function.decodeOutput(encoded) }
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
