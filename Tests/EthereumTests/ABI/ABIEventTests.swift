import Ethereum
import JSON
import Testing

@Suite(.timeLimit(.minutes(5))) struct ABIEventTests {
    static let requested = ABIEvent(
        name: "BacalhauJobRequested",
        inputs: [
            ABIParameter(name: "jobId", type: .uint(bits: 256), indexed: true),
            ABIParameter(name: "requester", type: .address, indexed: true),
            ABIParameter(name: "spec", type: .string), ABIParameter(name: "resultType", type: .uint(bits: 8)),
        ]
    )

    /// The newest of Lilypad v0's events: all in one tuple.
    static let submitted = ABIEvent(
        name: "NewLilypadJobSubmitted",
        inputs: [
            ABIParameter(
                name: "job",
                type: .tuple([
                    ABIParameter(name: "requestor", type: .address), ABIParameter(name: "id", type: .uint(bits: 256)),
                    ABIParameter(name: "spec", type: .string),
                    ABIParameter(name: "resultType", type: .uint(bits: 8)),
                ])
            )
        ]
    )

    @Test func computesPublishedTopics() throws {
        for vector in try Vectors.list("signatures", "topics") {
            let function = try ABIFunction(vector.text("signature"))
            #expect(ABIEvent(name: function.name, inputs: function.inputs).topic == (try vector.hash("hash")))
        }
        #expect(
            Self.requested.topic.hex == "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"
        )
        #expect(
            Self.submitted.topic.hex == "0x030e8da74cb8e98252868a7142190e9baa35809d3680dd07e02b1a1cd73d2e18"
        )
    }

    @Test func readsRequestsOfARealNode() throws {
        for vector in try Vectors.list("request-logs", "logs") {
            let topics = try vector.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) }
            let values = try Self.requested.decode(topics: topics, data: vector.bytes("data"))
            #expect(
                values == [
                    .uint(try vector.number("jobId")), .address(try vector.address("requester")),
                    .text(try vector.text("spec")), .uint(UInt256(UInt64(try vector.integer("resultType")))),
                ]
            )
        }
    }

    @Test func agreesWithEthABI() async throws {
        try await CrossCheck.run("event", 600) { expected, label in
            let types = try expected.list("types").map { try ABIType(#require($0.string)) }
            let indexed = try expected.list("indexed").map { $0 == true }
            let inputs = zip(types, indexed).map { ABIParameter(name: "", type: $0, indexed: $1) }
            let event = ABIEvent(name: try expected.text("name"), inputs: inputs)
            let topics = try expected.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) }
            let shown = zip(types, indexed).map { $1 && !$0.isWord ? ABIType.fixedBytes(32) : $0 }
            let values = try ABIValue.list(expected.list("values"), shown)
            let data = try expected.bytes("data")
            let decoded = try event.decode(topics: topics, data: data)
            let encoded = try event.encode(values)
            #expect(event.signature == (try expected.text("signature")), label)
            #expect(decoded == values, label)
            #expect(encoded.topics == topics && encoded.data == data, label)
            #expect(event.decodeParts(topics: topics, data: data) == values.map { .success($0) }, label)
            for (index, value) in values.enumerated() {
                let field = try event.decodeField(at: [index], topics: topics, data: data)
                #expect(field == value, label)
            }
        }
    }

    private static let id: UInt256 = 0xffff_ffff_ffff_ffff_ffff
    private static let requester = Address.zero

    private static func log(_ spec: [UInt8] = Array("{}".utf8)) throws -> (topics: [Hash32], data: [UInt8]) {
        try requested.encode([.uint(id), .address(requester), .string(spec), .uint(1)])
    }

    @Test func refusesAnotherNumberOfTopics() throws {
        let log = try Self.log()
        for topics in [Array(log.topics.dropLast()), log.topics + [.zero]] {
            let error = ABIError.topicCount(expected: 3, actual: topics.count)
            #expect(throws: error) { try Self.requested.decode(topics: topics, data: log.data) }
            let parts = Self.requested.decodeParts(topics: topics, data: log.data)
            #expect(parts == [.failure(error), .failure(error), .success(.text("{}")), .success(.uint(1))])
            #expect(throws: error) { try Self.requested.decodeField(at: [0], topics: topics, data: log.data) }
        }
    }

    @Test func refusesAnotherEventsTopic() throws {
        let log = try Self.log()
        for topics in [[], [.zero] + log.topics.dropFirst()] as [[Hash32]] {
            #expect(throws: ABIError.wrongTopic) { try Self.requested.decode(topics: topics, data: log.data) }
            #expect(throws: ABIError.wrongTopic) {
                try Self.requested.decodeField(at: [0], topics: topics, data: log.data)
            }
            let parts = Self.requested.decodeParts(topics: topics, data: log.data)
            #expect(parts == Array(repeating: .failure(.wrongTopic), count: 4))
        }
    }

    @Test func refusesADirtyTopic() throws {
        var log = try Self.log()
        log.topics[2] = UInt256.max.asHash32
        #expect(throws: ABIError.decoding(path: "requester", .dirtyPadding)) {
            try Self.requested.decode(topics: log.topics, data: log.data)
        }
    }

    @Test(arguments: [
        (0, 0x40 as UInt256, ABIFault.overlap), (0, .max, .offsetBeyondData), (2, .max, .lengthBeyondData),
        (2, 0x8000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000, .lengthBeyondData),
        (3, .max, .dirtyPadding),
    ])
    func readsWhatIsSoundInADamagedLog(_ word: Int, _ value: UInt256, _ fault: ABIFault) throws {
        var log = try Self.log()
        log.data.replaceSubrange(word * 32..<word * 32 + 32, with: value.bigEndianBytes)
        if fault == .overlap { log.data.replaceSubrange(0..<32, with: UInt256(0x20).bigEndianBytes) }
        let parts = Self.requested.decodeParts(topics: log.topics, data: log.data)
        #expect(
            parts == [
                .success(.uint(Self.id)), .success(.address(Self.requester)),
                .failure(.decoding(path: "spec", fault)), .success(.uint(1)),
            ]
        )
        #expect(throws: ABIError.decoding(path: "spec", fault)) {
            try Self.requested.decode(topics: log.topics, data: log.data)
        }
    }

    @Test func readsTheTopicsOfALogWithoutData() throws {
        let log = try Self.log()
        let parts = Self.requested.decodeParts(topics: log.topics, data: [])
        #expect(
            parts == [
                .success(.uint(Self.id)), .success(.address(Self.requester)),
                .failure(.decoding(path: "spec", .truncated)),
                .failure(.decoding(path: "resultType", .truncated)),
            ]
        )
    }

    @Test func readsFieldsInsideADamagedTuple() throws {
        let values: [ABIValue] = [.tuple([.address(Self.requester), .uint(Self.id), .text("{}"), .uint(1)])]
        var log = try Self.submitted.encode(values)
        log.data.replaceSubrange(32 * 5..<32 * 6, with: UInt256.max.bigEndianBytes)
        func field(_ path: Int...) throws -> ABIValue {
            try Self.submitted.decodeField(at: path, topics: log.topics, data: log.data)
        }
        #expect(try field(0, 0) == .address(Self.requester))
        #expect(try field(0, 1) == .uint(Self.id))
        #expect(try field(0, 3) == .uint(1))
        #expect(throws: ABIError.decoding(path: "job.spec", .lengthBeyondData)) { try field(0, 2) }
        #expect(throws: ABIError.decoding(path: "job.spec", .lengthBeyondData)) { try field(0) }
        #expect(throws: ABIError.noSuchField([0, 4])) { try field(0, 4) }
        #expect(throws: ABIError.noSuchField([0, 1, 0])) { try field(0, 1, 0) }
        #expect(throws: ABIError.noSuchField([1])) { try field(1) }
        #expect(throws: ABIError.noSuchField([])) {
            try Self.submitted.decodeField(at: [], topics: log.topics, data: [])
        }
    }

    @Test func readsFieldsInsideStaticTuples() throws {
        let inner = ABIParameter(name: "inner", type: try ABIType("(bool,(uint8,address))"))
        let event = ABIEvent(name: "E", inputs: [ABIParameter(name: "x", type: .bool), inner])
        let log = try event.encode([
            .bool(false), .tuple([.bool(true), .tuple([.uint(9), .address(Self.requester)])]),
        ])
        #expect(try event.decodeField(at: [1, 1, 0], topics: log.topics, data: log.data) == .uint(9))
        #expect(try event.decodeField(at: [1, 0], topics: log.topics, data: log.data) == .bool(true))
    }

    @Test func readsAnonymousEvents() throws {
        let event = ABIEvent(name: "E", inputs: Self.requested.inputs, anonymous: true)
        let log = try event.encode([.uint(Self.id), .address(Self.requester), .text("{}"), .uint(1)])
        #expect(log.topics.count == 2)
        #expect(try event.decode(topics: log.topics, data: log.data)[0] == .uint(Self.id))
    }

    @Test func givesIndexedTextAsItsHash() throws {
        let event = ABIEvent(name: "E", inputs: [ABIParameter(name: "jobName", type: .string, indexed: true)])
        let hash = keccak256([1])
        #expect(try event.decode(topics: [event.topic, hash], data: []) == [.fixedBytes(hash.bytes)])
        #expect(throws: ABIError.encoding(path: "jobName", .mismatch(type: "bytes32"))) {
            try event.encode([.text("name")])
        }
    }
}

extension ABIType {
    fileprivate var isWord: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes: true
        case .bytes, .string, .array, .fixedArray, .tuple: false
        }
    }
}
