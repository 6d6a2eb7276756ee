import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

@Suite struct JobBodyTests {
    private let digest = (0..<32).map { UInt8($0) }

    private func body(_ spec: [UInt8], _ resultType: ResultType = .stdout, limit: Int = 256 << 10) throws -> JobBody {
        try JobBody.build(
            spec: spec,
            resultType: resultType,
            name: try #require(JobName(digest: digest, try: 1)),
            namespace: "lilypad",
            labels: try #require(
                JobLabel.ofRequest(chainID: 1, contract: Array(repeating: 0xab, count: 20), requestHash: digest)
            ),
            limits: SpecLimits(body: limit)
        )
    }

    @Test func isThisToTheByte() throws {
        let body = try body(spec())
        let expected =
            #"{"Job":{"Name":"lilypad-000102030405060708090a0b0c0d0e0f10111213","Namespace":"lilypad","Type":"batch","#
            + #""Count":1,"Labels":{"lilypad-chain":"1","lilypad-contract":"0xabababababababababababababababababababab","#
            + #""lilypad-request":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"},"#
            + #""Tasks":[{"Name":"main","Engine":{"Type":"wasm","Params":{"EntryModule":"/m.wasm","Entrypoint":"_start"}},"#
            + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AAAA"}},"#
            + #""Target":"/m.wasm"}],"Resources":{"CPU":"0.1","Memory":"100MiB"},"Network":{"Type":"None"},"#
            + #""Timeouts":{"TotalTimeout":1800}}]}}"#
        #expect(String(decoding: body.bytes, as: UTF8.self) == expected)
        #expect(body.timeout == 1_800)
    }

    @Test func doesNotDependOnTheOrderOfTheSpec() throws {
        let one = Array(#"{"Engine":{"Type":"x"},"Env":{"A":"1"},"Timeouts":{"TotalTimeout":5}}"#.utf8)
        let other = Array(#" {"Timeouts":{"TotalTimeout":5},"Env":{"A":"1"},"Engine":{"Type":"x"}} "#.utf8)
        #expect(try body(one) == body(other))
    }

    @Test(
        arguments: [
            (#"{}"#, 1_800), (#"{"TotalTimeout":60}"#, 60), (#"{"TotalTimeout":0}"#, 1_800),
            (#"{"ExecutionTimeout":60}"#, 1_800), (#"{"ExecutionTimeout":3600,"QueueTimeout":60}"#, 3_660),
        ] as [(String, Int64)]
    )
    func boundsEveryJobInTime(timeouts: String, total: Int64) throws {
        let body = try body(spec([("Timeouts", timeouts)]))
        #expect(body.timeout == total)
        #expect(try task(of: body)["Timeouts"]?["TotalTimeout"]?.int64 == total)
    }

    @Test func keepsWhatTheSpecSays() throws {
        let parts = [
            ("Resources", #"{"CPU":"2","Memory":"1gb"}"#), ("Network", #"{"Type":"bridge"}"#),
            ("Publisher", #"{"Type":"s3","Params":{"Bucket":"b","Key":"k"}}"#),
        ]
        let task = try task(of: body(spec(parts)))
        #expect(task["Resources"] == ["CPU": "2", "Memory": "1gb"])
        #expect(task["Network"] == ["Type": "Bridge"])
        #expect(task["Publisher"] == ["Type": "s3", "Params": ["Bucket": "b", "Key": "k"]])
    }

    @Test func fillsInEachResourceThatIsMissing() throws {
        let task = try task(of: body(spec([("Resources", #"{"CPU":"1","GPU":"0"}"#)])))
        #expect(task["Resources"] == ["CPU": "1", "Memory": "100MiB", "GPU": "0"])
    }

    @Test func publishesToIPFSWhereACIDIsAsked() throws {
        #expect(try task(of: body(spec(), .cid))["Publisher"] == ["Type": "ipfs"])
        for type in ResultType.allCases where type != .cid {
            #expect(try task(of: body(spec(), type))["Publisher"] == nil)
        }
    }

    @Test func refusesABodyAboveTheLimit() throws {
        let text = spec()
        let size = try body(text).bytes.count
        _ = try body(text, limit: size)
        #expect(throws: SpecRefusal(.tooLarge, "spec: its job has \(size) bytes, and \(size - 1) are allowed")) {
            try body(text, limit: size - 1)
        }
    }

    /// Whatever is accepted builds a body whose task reads back as the same one; nothing traps.
    @Test(.timeLimit(.minutes(3)), arguments: [UInt64(31), 32])
    func survivesDamagedSpecs(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let seeds = [
            spec(), spec([("Env", #"{"A":"x"}"#), ("Resources", #"{"CPU":"0.5","Memory":"1GiB"}"#)]),
            spec([("Network", #"{"Type":"HTTP","Domains":["a.bc"]}"#), ("Timeouts", #"{"TotalTimeout":60}"#)]),
            Array(#"{"Engine":{"Type":"docker","Params":{"Image":"u","Entrypoint":["e"]}}}"#.utf8),
            Array(#"{"Engine":{"Type":"x","Params":{"a":[1.50,{"b":null}]}},"Meta":{"k":"v"}}"#.utf8),
        ]
        var accepted = 0
        for round in 0..<FuzzRounds.count(50_000) {
            let text = random.mutated(seeds[round % seeds.count], changes: 2)
            guard let body = try? body(text, round % 3 == 0 ? .cid : .stdout) else { continue }
            accepted += 1
            let task = try TaskSpec.read(text).completed(for: round % 3 == 0 ? .cid : .stdout)
            let again = try TaskSpec.read(written(self.task(of: body)))
            if again != task { Issue.record("seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))") }
        }
        #expect(accepted > 300)
    }

    private func task(of body: JobBody) throws -> JSONValue {
        try #require(JSONValue.parse(body.bytes)["Job"]?["Tasks"]?.array?.first)
    }
}

@Suite struct JobNameTests {
    @Test func countsTriesBehindTheName() throws {
        let digest = Array(repeating: UInt8(0xcd), count: 32)
        let base = "lilypad-" + String(repeating: "cd", count: 20)
        #expect(JobName(digest: digest, try: 1)?.text == base)
        #expect(JobName(digest: digest, try: 2)?.text == base + "-r2")
        #expect(try #require(JobName(digest: digest, try: 999_999)).text.utf8.count <= 63)
    }

    @Test func needsADigestOf32BytesAndATry() {
        #expect(JobName(digest: Array(repeating: 0, count: 31), try: 1) == nil)
        #expect(JobName(digest: Array(repeating: 0, count: 33), try: 1) == nil)
        #expect(JobName(digest: Array(repeating: 0, count: 32), try: 0) == nil)
    }
}

@Suite struct JobLabelTests {
    @Test(arguments: ["", "-a", "a-", ".a", "a/b", "a b", "é", String(repeating: "a", count: 64)])
    func refusesKeysThatCannotBeSearchedFor(key: String) {
        #expect(JobLabel(key, "v") == nil)
        if !key.isEmpty { #expect(JobLabel("k", key) == nil) }
    }

    @Test func takesTheOthers() {
        #expect(JobLabel("a", "") != nil)
        #expect(JobLabel(String(repeating: "a", count: 63), "A.b-c_9") != nil)
        #expect(JobLabel.ofRequest(chainID: .max, contract: [], requestHash: []) == nil)
    }
}
