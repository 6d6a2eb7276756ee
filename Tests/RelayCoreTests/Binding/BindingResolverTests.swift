import Ethereum
import JSON
import RelayCore
import Testing

/// A dapp's own contract of quite another shape.
@Suite struct BindingResolverTests {
    private static func log(_ binding: ContractBinding) throws -> Log {
        let encoded = try binding.requestEvent.encode([
            .uint(UInt256(9)),
            .tuple([.address(try Sample.address(4)), .tuple([.bytes([0x7b, 0x7d]), .uint(UInt256(2))])]),
            .fixedBytes(Sample.hash(5).bytes), .fixedBytes(Sample.hash(6).bytes),
        ])
        var log = try Sample.log()
        (log.topics, log.data) = (encoded.topics, encoded.data)
        return log
    }

    @Test func readsAndAnswersAContractOfAnotherShape() throws {
        let binding = try OracleSample.declaration.resolved(with: OracleSample.contract()).get()
        let log = try Self.log(binding)
        guard case .request(let request) = binding.decode(log) else {
            Issue.record("\(binding.decode(log))")
            return
        }
        #expect(request.damage == nil)
        #expect(request.jobID == UInt256(9))
        #expect(request.requester == (try Sample.address(4)))
        #expect(request.spec == [0x7b, 0x7d])
        #expect(request.resultType == 2)
        #expect(request.hash == log.contentHash)
        let result = Answer(kind: .result, text: "42", source: "test")
        let calldata = try #require(try binding.calldata(for: request, answer: result))
        #expect(
            try binding.fulfill.function.decodeCall(calldata) == [
                .fixedBytes(Sample.hash(6).bytes),
                .tuple([
                    .uint(UInt256(9)), .bool(true), .bytes(Array("42".utf8)), .uint(UInt256(3)), .text("by lilypad"),
                ]),
            ]
        )
        let failure = try #require(try binding.calldata(for: request, answer: .failure("no", source: "test")))
        #expect(try binding.fail?.function.decodeCall(failure) == [.uint(UInt256(9)), .text("no")])
        #expect(!binding.isToldByEvents)
    }

    @Test func readsTheViewsAnswer() throws {
        let record = try #require(
            try OracleSample.declaration.resolved(with: OracleSample.contract()).get().views.record
        )
        let hash = Sample.hash(8)
        func job(_ done: Bool) -> ContractJob? { record.read([.tuple([.bool(done), .fixedBytes(hash.bytes)])]) }
        #expect(job(false)?.standing(for: hash) == .open)
        #expect(job(true)?.standing(for: hash) == .closed(.fulfilled))
        #expect(job(false)?.standing(for: Sample.hash(9)) == .anotherRequest(hash))
        #expect(record.read([.tuple([.bool(true)])]) == nil)
    }

    @Test func readsWhatAnEventSaysOfAJob() throws {
        var declaration = OracleSample.declaration
        declaration.standing = nil
        let binding = try declaration.resolved(with: OracleSample.contract()).get()
        #expect(binding.isToldByEvents)
        #expect(binding.topics.count == 2)
        var log = try Sample.log()
        for (good, closing) in [(true, ContractStanding.Closing.fulfilled), (false, .failed)] {
            let encoded = try binding.outcomes[0].event.encode([.uint(UInt256(9)), .bool(good)])
            (log.topics, log.data) = (encoded.topics, encoded.data)
            #expect(binding.outcome(in: log)?.closing == closing)
            #expect(binding.outcome(in: log)?.jobID == UInt256(9))
        }
        log.data = Array(log.data.dropLast())
        #expect(binding.outcome(in: log) == nil)
    }

    // MARK: The ABI's file

    @Test(arguments: [
        ("", "is no JSON"), ("{}", "has no ABI"), ("[{\"type\":\"event\"}]", "entry 1: \"name\" is missing"),
        ("[{\"type\":\"function\",\"name\":\"f\",\"inputs\":[{\"type\":\"uint7\"}]}]", "entry 1: uint7 is no type"),
        ("[{\"type\":\"function\",\"name\":\"f\",\"inputs\":{}}]", "entry 1: parameters have to be a list"),
    ])
    func saysWhatIsNoABI(text: String, reason: String) throws {
        do throws(ContractABI.Fault) {
            _ = try ContractABI.read(Array(text.utf8))
            Issue.record("it was read")
        } catch {
            #expect(error.description.hasPrefix(reason), "\(error)")
        }
    }

    @Test func readsArtifactsToo() throws {
        let abi = try ContractABI.read(fileBytes("abi/JobBridge.json"))
        #expect(abi.events.contains(ContractBinding.reference.requestEvent))
        #expect(abi.functions.contains(ContractBinding.reference.fulfill.function))
    }
}
