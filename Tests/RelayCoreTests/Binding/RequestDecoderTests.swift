import Ethereum
import JSON
import RelayCore
import RelayTestSupport
import Testing

@Suite struct RequestDecoderTests {
    private let binding = ContractBinding.reference

    private func request(_ log: Log) throws -> ObservedRequest {
        guard case .request(let request) = binding.decode(log) else {
            throw Unexpected(decoded: binding.decode(log))
        }
        return request
    }

    private struct Unexpected: Error { let decoded: DecodedLog }

    private func rejection(_ log: Log) -> String? {
        if case .rejected(let reason) = binding.decode(log) { reason } else { nil }
    }

    private func word(_ number: UInt64) -> [UInt8] { UInt256(number).bigEndianBytes }

    /// Logs as eth-abi makes them: identity and fields, with job ids up to 2^256 − 1 and specs that are no UTF-8.
    @Test func readsWhatOthersWrote() throws {
        for vector in try jsonFile("Tests/RelayCoreTests/Vectors/requests.json").list("requests") {
            var log = try Sample.log()
            log.address = try vector.address("address")
            log.topics = try vector.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) }
            log.data = try vector.bytes("data")
            let request = try request(log)
            #expect(request.hash == (try vector.hash("requestHash")))
            #expect(request.contract == log.address)
            #expect(request.jobID == (try vector.number("jobId")))
            #expect(request.requester == (try vector.address("requester")))
            #expect(request.spec == (try vector.bytes("spec")))
            #expect(request.resultType.map(Int64.init) == vector["resultType"]?.int64)
            #expect(request.damage == nil)
        }
    }

    @Test func keepsTheLogsPlace() throws {
        #expect(try request(Sample.log()).place == Sample.place)
    }

    @Test func rejectsAnotherEvent() throws {
        var log = try Sample.log()
        log.topics[0] = binding.outcomes[1].event.topic
        #expect(rejection(log) == "another event")
        log.topics = []
        #expect(rejection(log) == "another event")
    }

    @Test(arguments: [1, 2, 4]) func rejectsAWrongNumberOfTopics(count: Int) throws {
        var log = try Sample.log()
        log.topics = Array((log.topics + log.topics).prefix(count))
        #expect(rejection(log) == "\(count) topics, expected 3")
    }

    @Test func rejectsARequesterThatIsNoAddress() throws {
        var log = try Sample.log()
        log.topics[2] = try #require(Hash32([1] + log.topics[2].bytes.dropFirst()))
        #expect(rejection(log)?.hasPrefix("requester: ") == true)
    }

    @Test func takesADamagedLogForARequest() throws {
        let whole = try Sample.log().data
        let huge = [UInt8](repeating: 0xff, count: 32)
        let damages: [(name: String, data: [UInt8], part: String)] = [
            ("empty", [], "spec: "),
            ("cut in the tail", Array(whole.dropLast(40)), "spec: "),
            ("cut in the head", Array(whole.prefix(40)), "spec: "),
            ("offset of 2^256 - 1", huge + whole.dropFirst(32), "spec: "),
            ("offset of 2^255", [0x80] + whole.dropFirst(), "spec: "),
            ("length of 2^256 - 1", whole.prefix(64) + huge + whole.dropFirst(96), "spec: "),
            ("length beyond the data", whole.prefix(64) + word(1 << 40) + whole.dropFirst(96), "spec: "),
            ("result type of 256", whole.prefix(32) + word(256) + whole.dropFirst(64), "result type: "),
        ]
        for damage in damages {
            var log = try Sample.log(jobID: 77)
            log.data = damage.data
            let request = try request(log)
            #expect(request.jobID == UInt256(77), "\(damage.name)")
            #expect(request.hash == log.contentHash, "\(damage.name)")
            #expect(request.damage?.hasPrefix("damaged log: ") == true, "\(damage.name)")
            #expect(request.damage?.contains(damage.part) == true, "\(damage.name): \(request.damage ?? "none")")
        }
    }

    @Test func namesEachDamagedField() throws {
        var log = try Sample.log()
        log.data = []
        let request = try request(log)
        #expect(request.spec == [])
        #expect(request.resultType == nil)
        #expect(request.damage?.contains("spec: ") == true)
        #expect(request.damage?.contains("; result type: ") == true)
    }

    @Test func leavesUTF8ToTheSpecsReader() throws {
        let request = try request(Sample.log(spec: [0xff, 0xfe]))
        #expect(request.damage == nil)
        #expect(request.spec == [0xff, 0xfe])
    }

    /// Any topics and data: never a trap, sound topics always a request, anything else never one.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func survivesAnything(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let sound = try Sample.log(spec: Array("{}".utf8))
        for round in 0..<FuzzRounds.count(5_000) {
            var log = sound
            let comment: Comment = "seed \(seed), round \(round)"
            log.data = chance.oneIn(3) ? chance.bytes(chance.below(300)) : chance.mutated(sound.data)
            switch chance.below(4) {
            case 0:
                log.topics = (0..<chance.below(6)).compactMap { _ in Hash32(chance.bytes(32)) }
                if chance.oneIn(2), !log.topics.isEmpty { log.topics[0] = binding.requestEvent.topic }
            case 1: log.topics[1] = try #require(Hash32(chance.bytes(32)))
            default: break
            }
            let isSound =
                log.topics.count == 3 && log.topics[0] == binding.requestEvent.topic
                && log.topics[2].bytes.prefix(12).allSatisfy { $0 == 0 }
            switch binding.decode(log) {
            case .request(let request):
                #expect(isSound, comment)
                #expect(request.jobID.bigEndianBytes == log.topics[1].bytes, comment)
                #expect(request.damage != nil || request.resultType != nil, comment)
                #expect(request.spec.count <= log.data.count, comment)
            case .rejected(let reason):
                #expect(!isSound && !reason.isEmpty, comment)
            }
        }
    }
}
