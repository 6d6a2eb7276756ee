import JSON
import Testing

@testable import Bacalhau

/// How the text of the old format is read: keys, words, and what is passed over.
@Suite struct LegacyReadingTests {
    @Test(arguments: [
        #"{"engine":"docker","DOCKER":{"iMAGE":"ubuntu"}}"#, #"{"ENGINE":"DOCKER","docker":{"image":"ubuntu"}}"#,
        // Go folds the Kelvin sign into k and the long s into s.
        "{\"Engine\":\"docker\",\"Doc\u{212a}er\":{\"Image\":\"ubuntu\"}}",
        "{\"Engine\":\"docker\",\"Docker\":{\"Image\":\"ubuntu\"},\"Re\u{17f}ources\":{}}",
        "{\"Engine\":\"docker\",\"Do\\u0063ker\":{\"Image\":\"ubuntu\"}}",
    ])
    func takesKeysInAnyCase(text: String) throws {
        #expect(try TaskSpec.readLegacy(Array(text.utf8)) == TaskSpec.readLegacy(legacy()))
    }

    @Test(arguments: [
        "EngineSpec", "Verifier", "Publisher", "PublisherSpec", "Language", "Wasm", "Resources", "Network", "Timeout",
        "inputs", "outputs", "Annotations", "NodeSelectors", "DoNotTrack", "Deal",
    ])
    func takesNullForAbsent(key: String) throws {
        #expect(try TaskSpec.readLegacy(legacy([(key, "null")])) == TaskSpec.readLegacy(legacy()))
    }

    @Test(arguments: [
        ("EngineName", "\"Docker\""), ("VerifierName", "\"Noop\""), ("PublisherName", "\"Estuary\""),
        ("ExecutionPlan", #"{"TotalShards":1}"#), ("Sharding", #"{"BatchSize":1,"GlobPatternBasePath":"/inputs"}"#),
        ("anything", #"{"a":[{"A":1,"a":2}]}"#), ("Annotations", #"["tag"]"#), ("DoNotTrack", "true"),
        ("Timeouts", "{}"), ("Language", #"{"JobContext":{},"Deterministic":false,"Command":""}"#),
        ("Wasm", #"{"EntryModule":{},"ImportModules":[],"EnvironmentVariables":{}}"#), ("EngineSpec", "{}"),
        ("Resources", #"{"CPU":"","Memory":"","Disk":"","GPU":""}"#), ("Network", "{}"), ("outputs", "[]"),
        ("inputs", "[]"), ("NodeSelectors", "[]"), ("PublisherSpec", "{}"), ("Timeout", "0"),
        ("Docker", #"{"Image":"ubuntu","Entrypoint":[],"EnvironmentVariables":null,"WorkingDirectory":""}"#),
    ])
    func passesOverWhatSaysNothing(key: String, value: String) throws {
        #expect(try TaskSpec.readLegacy(legacy([(key, value)])) == TaskSpec.readLegacy(legacy()))
    }

    @Test(arguments: [
        #""Engine":"Docker""#, #""engine":"Docker""#, #""ENGINE":null"#, #""Engin\u0065":"Docker""#,
        #""Publisher":"ipfs","publisher":"ipfs""#, #""x":1,"X":2"#, #""deep":{"a":1,"a":1}"#,
        #""Resources":{"GPU":"1","Gpu":"8"}"#, #""Deal":{"Concurrency":1,"concurrency":200}"#,
        "\"Doc\u{212a}er\":{\"Image\":\"other\"}",
    ])
    func refusesAKeyThatComesTwice(member: String) {
        let text = #"{"Engine":"Docker","Docker":{"Image":"ubuntu"},\#(member)}"#
        #expect(legacyRefusal(of: Array(text.utf8))?.code == .duplicateKey)
    }

    @Test(arguments: ["Job", "Spec", "APIVersion", "Metadata", "Tasks", "spec", "JOB"])
    func refusesAWholeJob(key: String) throws {
        for text in [Array("{\"\(key)\":{}}".utf8), legacy([(key, "{}")])] {
            let refused = try #require(legacyRefusal(of: text))
            #expect(refused.code == .unknownKey && refused.text.contains("give its Spec alone"))
        }
    }

    @Test(arguments: [
        ("", SpecRefusal.Code.notJSON), ("nonsense", .notJSON), ("{", .notJSON), ("{} {}", .notJSON),
        ("[]", .wrongKind), ("\"x\"", .wrongKind), ("null", .wrongKind), ("{}", .missingKey),
        (#"{"x":1,"y":2}"#, .missingKey),
        (#"{"Verifier":"noop"}"#, .missingKey), (#"{"Engine":null,"Docker":{"Image":"u"}}"#, .missingKey),
        // A v1 task.
        (#"{"Engine":{"Type":"docker","Params":{"Image":"u"}}}"#, .wrongKind),
    ])
    func refusesWhatIsNoSpec(text: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: Array(text.utf8))?.code == code)
    }

    /// What somebody would expect to be heeded is not passed over.
    @Test(arguments: [
        ("Timeouts", #"{"TotalTimeout":60}"#), ("Output", #"[{"Name":"o","path":"/o"}]"#), ("Enginee", "\"wasm\""),
        ("InputSources", "[1]"), ("ResultPaths", "[1]"), ("Env", #"{"A":"b"}"#), ("Count", "3"), ("Image", "\"x\""),
        ("Constraints", "[1]"), ("GPU", "\"1\""), ("Docker", #"{"Image":"u","Env":["A=b"]}"#),
        ("Docker", #"{"Image":"u","Entrypoints":["sh"]}"#), ("Docker", #"{"Image":"u","Command":["sh"]}"#),
        ("Resources", #"{"GPUs":"1"}"#), ("Network", #"{"Typ":"HTTP"}"#), ("Deal", #"{"Count":3}"#),
        ("PublisherSpec", #"{"Types":"s3"}"#), ("outputs", #"[{"Name":"o","Target":"/o","path":"/p"}]"#),
    ])
    func refusesWhatLooksLikeASlip(key: String, value: String) {
        #expect(legacyRefusal(of: legacy([(key, value)]))?.code == .unknownKey)
    }

    @Test func tellsWhereAndWhat() throws {
        let texts = [
            ("{\n \"engine\": \"dockr\"}", #"spec: engine at 2:12: "dockr" is no engine (allowed: Docker, Wasm)"#),
            (
                #"{"Engine":"docker","Docker":{"image":"a b"}}"#, "spec: Docker.image at 1:38: has a space"
            ),
            (
                #"{"Engine":"docker","Docker":{"Image":"u"},"INPUTS":[{"storageSource":"ipfs","cid":"x","path":"/"}]}"#,
                #"spec: INPUTS[0].cid at 1:83: "x" is no CID"#
            ),
            (
                #"{"Engine":"wasm","Wasm":{"entrymodule":{"StorageSource":"inline","Url":"x"}}}"#,
                #"spec: Wasm.entrymodule.Url at 1:72: "x" is no data URL (RFC 2397)"#
            ),
            (
                #"{"Engine":"docker","ENGINE":"wasm"}"#,
                #"spec: ENGINE at 1:29: "Engine" and "ENGINE" are the same key, which is there twice"#
            ),
            (
                #"{"Engine":"docker","Docker":{"Image":"u"},"Timeouts":5}"#,
                #"spec: Timeouts at 1:54: unknown key "Timeouts"; the old format has Timeout for it"#
            ),
            (
                #"{"Engine":"docker","Docker":{"Image":"u"},"Publisherr":"s3"}"#,
                #"spec: Publisherr at 1:56: unknown key "Publisherr"; did you mean "Publisher"?"#
            ),
            (
                #"{"Engine":"docker","Docker":{"Image":"u"},"Network":{"Type":" Full "}}"#,
                "spec: Network.Type at 1:61: \"Full\" is refused: it is the compute node's own network "
                    + "(allowed: None, HTTP)"
            ),
            (
                #"{"Engine":"docker","Docker":{"Image":"u"},"Verifier":1}"#,
                "spec: Verifier at 1:54: is the number 1, but has to be a string: verifier (Noop)"
            ),
        ]
        for (text, words) in texts { #expect(legacyRefusal(of: Array(text.utf8))?.text == words) }
    }
}
