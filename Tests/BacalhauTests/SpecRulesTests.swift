import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

/// Every rule once, by the part that breaks it.
@Suite struct SpecRulesTests {
    @Test(arguments: [
        ("", SpecRefusal.Code.notJSON), ("nonsense", .notJSON), ("{\"Engine\":", .notJSON), ("{} {}", .notJSON),
        ("[]", .wrongKind), ("\"x\"", .wrongKind), ("null", .wrongKind), ("7", .wrongKind), ("{}", .missingKey),
        (#"{"Engine":{"Type":"x"},"Engine":{"Type":"x"}}"#, .duplicateKey),
        (#"{"Engine":{"Type":"x","Params":{"deep":[{"a":1,"a":2}]}}}"#, .duplicateKey),
        (#"{"engine":{"Type":"x"}}"#, .unknownKey), (#"{"Engine":{"Type":"x"},"Force":true}"#, .unknownKey),
    ])
    func ofTheWhole(text: String, code: SpecRefusal.Code) {
        #expect(refusal(of: Array(text.utf8))?.code == code)
    }

    @Test func refusesWhatIsNoUTF8() {
        #expect(refusal(of: Array("{\"Engine\":{\"Type\":\"".utf8) + [0xff] + Array("\"}}".utf8))?.code == .notUTF8)
    }

    @Test(arguments: [
        ("\"wasm\"", SpecRefusal.Code.wrongKind), ("{}", .missingKey), (#"{"Type":""}"#, .badValue),
        (#"{"Type":"a b"}"#, .badValue), (#"{"Type":1}"#, .wrongKind), (#"{"Type":"x","Params":[]}"#, .wrongKind),
        (#"{"Type":"docker"}"#, .missingKey), (#"{"Type":"docker","Params":{}}"#, .missingKey),
        (#"{"Type":"docker","Params":{"Image":""}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":"a b"}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":7}}"#, .wrongKind),
        (#"{"Type":"docker","Params":{"Image":"i","Entrypoint":"sh"}}"#, .wrongKind),
        (#"{"Type":"docker","Params":{"Image":"i","Parameters":[1]}}"#, .wrongKind),
        (#"{"Type":"docker","Params":{"Image":"i","WorkingDirectory":"w"}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":"i","EnvironmentVariables":["A"]}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":"i","EnvironmentVariables":["=a"]}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":"i","EnvironmentVariables":["BACALHAU_X=a"]}}"#, .badValue),
        (#"{"Type":"docker","Params":{"Image":"i","EnvironmentVariables":["A=env:B"]}}"#, .environmentRefused),
        (#"{"Type":"docker","Params":{"Image":"i","Privileged":true}}"#, .unknownKey),
        (#"{"Type":"wasm"}"#, .missingKey), (#"{"Type":"wasm","Params":{}}"#, .missingKey),
        (#"{"Type":"wasm","Params":{"EntryModule":"/other.wasm"}}"#, .conflict),
        (#"{"Type":"wasm","Params":{"EntryModule":{"Source":{"Type":"ipfs"},"Target":"/m.wasm"}}}"#, .wrongKind),
        (#"{"Type":"wasm","Params":{"EntryModule":"/m.wasm","ImportModules":[{}]}}"#, .wrongKind),
        (#"{"Type":"wasm","Params":{"EntryModule":"/m.wasm","ImportModules":["/x"]}}"#, .conflict),
        (#"{"Type":"wasm","Params":{"EntryModule":"/m.wasm","Entrypoint":""}}"#, .badValue),
        (#"{"Type":"wasm","Params":{"EntryModule":"/m.wasm","EntryPoint":"x"}}"#, .unknownKey),
    ])
    func ofEngines(engine: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Engine", engine)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"lower":"x"}"#, SpecRefusal.Code.badValue), (#"{"1A":"x"}"#, .badValue), (#"{"":"x"}"#, .badValue),
        (#"{"A-B":"x"}"#, .badValue), (#"{"_A":"x"}"#, .badValue), (#"{"É":"x"}"#, .badValue),
        (#"{"A":""}"#, .badValue), (#"{"A":"\u0000"}"#, .badValue), (#"{"BACALHAU_X":"x"}"#, .badValue),
        (#"{"A":1}"#, .wrongKind), (#"{"A":null}"#, .wrongKind), ("[]", .wrongKind),
        (#"{"A":"env:HOME"}"#, .environmentRefused), (#"{"A":" ENV:HOME"}"#, .environmentRefused),
    ])
    func ofTheEnvironment(environment: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Env", environment)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"Type":"local","Params":{"SourcePath":"/etc"}}"#, SpecRefusal.Code.inputRefused),
        (#"{"Type":"localDirectory","Params":{"SourcePath":"/etc"}}"#, .inputRefused),
        (#"{"Type":"LOCAL","Params":{}}"#, .inputRefused), (#"{"Type":"repoClone","Params":{}}"#, .inputRefused),
        (#"{"Type":"ipfs"}"#, .missingKey), (#"{"Type":"ipfs","Params":{"CID":"x"}}"#, .badValue),
        (#"{"Type":"ipfs","Params":{"CID":"Qm/../x"}}"#, .badValue),
        (#"{"Type":"ipfs","Params":{"CID":1}}"#, .wrongKind), (#"{"Type":"ipfs","Params":{"Cid":"Q"}}"#, .unknownKey),
        (#"{"Type":"urlDownload","Params":{"URL":"file:///etc/passwd"}}"#, .badValue),
        (#"{"Type":"urlDownload","Params":{"URL":"https://example.com"}}"#, .badValue),
        (#"{"Type":"urlDownload","Params":{"URL":"https://example.com/"}}"#, .badValue),
        (#"{"Type":"urlDownload","Params":{"URL":"https:///x"}}"#, .badValue),
        (#"{"Type":"urlDownload","Params":{"URL":"https://example.com/a b"}}"#, .badValue),
        (#"{"Type":"inline","Params":{"URL":"https://example.com/x"}}"#, .badValue),
        (#"{"Type":"inline","Params":{"URL":"data:x"}}"#, .badValue),
        (#"{"Type":"s3","Params":{"Key":"k"}}"#, .missingKey), (#"{"Type":"s3","Params":{"Bucket":""}}"#, .badValue),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":"p"}}"#, .wrongKind), ("null", .missingKey),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":"object"}}}"#, .badValue),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":"substring","StartIndex":-1}}}"#, .badValue),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":"None"}}}"#, .badValue),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":7}}}"#, .wrongKind),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Pattern":7}}}"#, .unknownKey),
        (#"{"Type":"s3","Params":{"Bucket":"b","Partition":{"x":1}}}"#, .unknownKey),
    ])
    func ofInputSources(source: String, code: SpecRefusal.Code) {
        let module = #"{"Source":{"Type":"inline","Params":{"URL":"data:,x"}},"Target":"/m.wasm"}"#
        let inputs = #"[\#(module),{"Source":\#(source),"Target":"/in"}]"#
        #expect(refusal(of: spec([("InputSources", inputs)]))?.code == code)
    }

    @Test(arguments: [
        (#""Target":"""#, SpecRefusal.Code.badValue), (#""Target":"/m.wasm""#, .conflict),
        (#""Alias":"x""#, .missingKey), (#""Target":"/a/../b""#, .badValue), (#""Target":"/a\n""#, .badValue),
        (#""Target":"/x","Alias":"module""#, .conflict), (#""Target":"/x","Path":"/y""#, .unknownKey),
        (#""Target":7"#, .wrongKind),
    ])
    func ofTargetsAndAliases(members: String, code: SpecRefusal.Code) {
        let source = #""Source":{"Type":"inline","Params":{"URL":"data:,x"}}"#
        let inputs = #"[{\#(source),"Alias":"module","Target":"/m.wasm"},{\#(source),\#(members)}]"#
        #expect(refusal(of: spec([("InputSources", inputs)]))?.code == code)
    }

    @Test(arguments: [
        (#"[{"Name":"o"}]"#, SpecRefusal.Code.missingKey), (#"[{"Path":"/o"}]"#, .missingKey),
        (#"[{"Name":"o","Path":"o"}]"#, .badValue), (#"[{"Name":"o","Path":"/o/../.."}]"#, .badValue),
        (#"[{"Name":"","Path":"/o"}]"#, .badValue), (#"[{"Name":"a/b","Path":"/o"}]"#, .badValue),
        (#"[{"Name":"..","Path":"/o"}]"#, .badValue), (#"[{"Name":"stdout","Path":"/o"}]"#, .badValue),
        (#"[{"Name":"o","Path":"/o"},{"Name":"o","Path":"/p"}]"#, .conflict),
        (#"[{"Name":"o","Path":"/o"},{"Name":"p","Path":"/o"}]"#, .conflict), ("{}", .wrongKind),
    ])
    func ofResultPaths(results: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("ResultPaths", results), ("Publisher", #"{"Type":"ipfs"}"#)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"CPU":0.5}"#, SpecRefusal.Code.wrongKind), (#"{"CPU":"many"}"#, .badValue), (#"{"CPU":"0"}"#, .badValue),
        (#"{"CPU":"-1"}"#, .badValue), (#"{"CPU":"1e3"}"#, .badValue), (#"{"CPU":"99999999999999999999"}"#, .badValue),
        (#"{"CPU":"18446744073709552"}"#, .badValue), (#"{"CPU":"1.2.3"}"#, .badValue), (#"{"CPU":"m"}"#, .badValue),
        (#"{"CPU":"0.5m"}"#, .badValue), (#"{"Memory":"lots"}"#, .badValue), (#"{"Memory":"1 qb"}"#, .badValue),
        (#"{"Memory":"-1"}"#, .badValue), (#"{"Memory":"0"}"#, .badValue), (#"{"Memory":"17EiB"}"#, .badValue),
        (#"{"Disk":"gb"}"#, .badValue), (#"{"GPU":"0.5"}"#, .badValue), (#"{"GPU":"one"}"#, .badValue),
        (#"{"GPU":1}"#, .wrongKind), (#"{"Gpu":"1"}"#, .unknownKey), ("[]", .wrongKind),
    ])
    func ofResources(resources: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Resources", resources)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"Type":"Host"}"#, SpecRefusal.Code.networkRefused), (#"{"Type":"full"}"#, .networkRefused),
        (#"{"Type":"HOST"}"#, .networkRefused), (#"{"Type":"Default"}"#, .networkRefused),
        (#"{"Type":" Host"}"#, .badValue), (#"{"Type":"Everything"}"#, .badValue), (#"{"Type":1}"#, .wrongKind),
        (#"{"Type":"None","Domains":["example.com"]}"#, .conflict), (#"{"Domains":["example.com"]}"#, .conflict),
        (#"{"Type":"HTTP"}"#, .missingKey), (#"{"Type":"HTTP","Domains":[]}"#, .missingKey),
        (#"{"Type":"HTTP","Domains":["*"]}"#, .badValue), (#"{"Type":"HTTP","Domains":["localhost"]}"#, .badValue),
        (#"{"Type":"HTTP","Domains":["a..b"]}"#, .badValue), (#"{"Type":"HTTP","Domains":["-a.b"]}"#, .badValue),
        (#"{"Type":"HTTP","Domains":["http://a.b"]}"#, .badValue),
        (#"{"Type":"Bridge","Ports":[{"Name":"p","Static":80}]}"#, .networkRefused), ("\"None\"", .wrongKind),
    ])
    func ofTheNetwork(network: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Network", network)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"TotalTimeout":-1}"#, SpecRefusal.Code.badValue), (#"{"TotalTimeout":1.5}"#, .badValue),
        (#"{"TotalTimeout":1e3}"#, .badValue), (#"{"TotalTimeout":"60"}"#, .wrongKind),
        (#"{"TotalTimeout":9223372036854775807}"#, .badValue),
        (#"{"ExecutionTimeout":10,"TotalTimeout":5}"#, .conflict),
        (#"{"ExecutionTimeout":3,"QueueTimeout":3,"TotalTimeout":5}"#, .conflict), (#"{"Total":5}"#, .unknownKey),
    ])
    func ofTimeouts(timeouts: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Timeouts", timeouts)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"Type":"s3"}"#, SpecRefusal.Code.missingKey), (#"{"Type":"s3","Params":{"Bucket":"b"}}"#, .missingKey),
        (#"{"Type":"s3","Params":{"Bucket":"b","Key":"k","Encoding":"zip"}}"#, .badValue),
        (#"{"Type":"ipfs","Params":{"x":1}}"#, .unknownKey), (#"{"Type":""}"#, .badValue), ("\"ipfs\"", .wrongKind),
    ])
    func ofPublishers(publisher: String, code: SpecRefusal.Code) {
        #expect(refusal(of: spec([("Publisher", publisher)]))?.code == code)
    }

    @Test(arguments: ["noop", "local", "s3managed", "other"])
    func refusesAPublisherThatGivesNoCIDForResultTypeZero(type: String) {
        let text = spec([("Publisher", "{\"Type\":\"\(type)\"}")])
        #expect(refusal(of: text, for: .cid)?.code == .conflict)
        #expect(refusal(of: text, for: .stdout) == nil)
    }

    @Test(arguments: [(256, nil), (257, .badValue)] as [(Int, SpecRefusal.Code?)])
    func boundTheNumberOfResultPaths(count: Int, code: SpecRefusal.Code?) {
        let results = (0..<count).map { "{\"Name\":\"n\($0)\",\"Path\":\"/p\($0)\"}" }.joined(separator: ",")
        #expect(refusal(of: spec([("ResultPaths", "[\(results)]")]), for: .cid)?.code == code)
    }

    @Test func refusesResultPathsWithoutAPublisher() {
        let text = spec([("ResultPaths", #"[{"Name":"o","Path":"/o"}]"#)])
        #expect(refusal(of: text, for: .stdout)?.code == .conflict)
        #expect(refusal(of: text, for: .cid) == nil)
    }

    /// What Bacalhau itself made of each deviation from a good job is in the transcripts; nil is sent.
    @Test(
        arguments: [
            ("cpu-nonsense", .badValue), ("engine-docker-not-offered", nil), ("engine-missing", .missingKey),
            ("engine-unknown", nil), ("entry-missing", nil), ("entry-wrong", nil), ("env-bacalhau", .badValue),
            ("env-empty", .badValue), ("env-lower", .badValue), ("gpu", nil), ("input-no-target", .missingKey),
            ("input-twice", .conflict), ("input-unknown-type", .inputRefused), ("legacy-wasm-form", .unknownKey),
            ("local-directory", .inputRefused), ("memory-nonsense", .badValue), ("memory-too-much", nil),
            ("module-garbage", nil), ("module-not-a-url", .badValue), ("network-domains-none", .conflict),
            ("network-unknown", .badValue), ("network-http", nil), ("publisher-unknown", nil),
            ("resources-numbers", .wrongKind), ("result-path-relative", .badValue),
            ("results-without-publisher", .conflict), ("task-no-name", nil), ("timeout-negative", .badValue),
            ("timeout-string", .wrongKind), ("timeouts-contradict", .conflict), ("url-unreachable", nil),
        ] as [(String, SpecRefusal.Code?)]
    )
    func ofRecordedJobs(name: String, code: SpecRefusal.Code?) throws {
        let put = try #require(Transcript.bacalhau("no-publisher/bad-job-\(name)").step("PUT", "/orchestrator/jobs"))
        let task = try #require(put.requestBody?["Job"]?["Tasks"]?.array?.first)
        let refused = refusal(of: written(task))
        #expect(refused?.code == code, "\(refused?.text ?? "")")
        // What the server refuses at once is never sent.
        if put.status == 400, name != "task-no-name" { #expect(refused != nil) }
    }
}
