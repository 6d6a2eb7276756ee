import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

/// A good spec with parts replaced: `nil` leaves a part out.
func spec(_ parts: [(String, String?)] = []) -> [UInt8] {
    let module =
        #"[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AAAA"}},"Target":"/m.wasm"}]"#
    var members: [(String, String?)] = [
        ("Engine", #"{"Type":"wasm","Params":{"EntryModule":"/m.wasm","Entrypoint":"_start"}}"#),
        ("InputSources", module),
    ]
    for (key, value) in parts {
        members.removeAll { $0.0 == key }
        members.append((key, value))
    }
    let texts = members.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }
    return Array("{\(texts.joined(separator: ","))}".utf8)
}

func refusal(of spec: [UInt8], for resultType: ResultType = .stdout) -> SpecRefusal? {
    do {
        _ = try TaskSpec.read(spec).completed(for: resultType)
        return nil
    } catch {
        return error
    }
}

@Suite struct TaskSpecTests {
    @Test func readsEveryPart() throws {
        let task = try TaskSpec.read(
            spec([
                ("Name", "\"anything\""),
                ("Publisher", #"{"Type":"IPFS"}"#),
                ("Env", #"{"A_1":"x","B":"y=z"}"#),
                ("Meta", #"{"note":"n"}"#),
                ("ResultPaths", #"[{"Name":"outputs","Path":"/outputs"}]"#),
                ("Resources", #"{"CPU":"500m","Memory":"1GiB","Disk":"","GPU":"1"}"#),
                ("Network", #"{"Type":"http","Domains":["Example.com",".example.org"]}"#),
                ("Timeouts", #"{"ExecutionTimeout":10,"QueueTimeout":20,"TotalTimeout":30}"#),
            ])
        )
        #expect(task.engine.type == "wasm")
        #expect(task.publisher == SpecConfig(type: "ipfs"))
        #expect(task.environment == [JSONMember("A_1", "x"), JSONMember("B", "y=z")])
        #expect(task.meta == [JSONMember("note", "n")])
        #expect(task.inputs.map(\.target) == ["/m.wasm"])
        #expect(task.results == [ResultPath(name: "outputs", path: "/outputs")])
        #expect(task.resources.cpu?.value == 500 && task.resources.memory?.value == 1 << 30)
        #expect(task.resources.disk == nil && task.resources.gpu?.value == 1)
        #expect(task.network == Network(mode: .http, domains: ["example.com", ".example.org"]))
        #expect(task.timeouts == Timeouts(execution: 10, queue: 20, total: 30))
    }

    @Test(arguments: ["Publisher", "Env", "Meta", "ResultPaths", "Resources", "Network", "Timeouts", "Name"])
    func takesNullForAbsent(key: String) throws {
        #expect(try TaskSpec.read(spec([(key, "null")])) == TaskSpec.read(spec()))
    }

    @Test(arguments: [
        (
            #"{"Type":"docker","Params":{"Image":"ubuntu:24.04","Entrypoint":["/bin/sh","-c"],"Parameters":["ls"],"#
                + #""EnvironmentVariables":["a=b","C="],"WorkingDirectory":"/w"}}"#, "docker"
        ),
        (#"{"Type":"Docker","Params":{"Image":"x@sha256:00"}}"#, "docker"),
        (#"{"Type":"WASM","Params":{"EntryModule":"m.wasm","Parameters":[""],"ImportModules":["/m.wasm"]}}"#, "wasm"),
        (#"{"Type":"quantum"}"#, "quantum"),
        (#"{"Type":"quantum","Params":{"anything":[{"goes":1}]}}"#, "quantum"),
        (#"{"Type":"noop","Params":null}"#, "noop"),
    ])
    func takesEnginesOfTheirShape(engine: String, type: String) throws {
        #expect(try TaskSpec.read(spec([("Engine", engine)])).engine.type == type)
    }

    @Test func addsTheEntryPointThatBacalhauDoesNotDefault() throws {
        let task = try TaskSpec.read(spec([("Engine", #"{"Type":"wasm","Params":{"EntryModule":"/m.wasm"}}"#)]))
        #expect(task.engine.parameters == [JSONMember("EntryModule", "/m.wasm"), JSONMember("Entrypoint", "_start")])
    }

    @Test(arguments: [
        #"{"Type":"ipfs","Params":{"CID":"QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"}}"#,
        #"{"Type":"IPFS","Params":{"CID":"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"}}"#,
        #"{"Type":"urlDownload","Params":{"URL":"https://example.com/a/b.txt?x=1"}}"#,
        #"{"Type":"s3","Params":{"Bucket":"b","Key":"k","Region":"r"}}"#,
        #"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":"none"}}}"#,
        #"{"Type":"s3","Params":{"Bucket":"b","Partition":{"Type":""}}}"#,
        #"{"Type":"s3","Params":{"Bucket":"b","Partition":null}}"#,
        #"{"Type":"inline","Params":{"URL":"data:,hello"}}"#,
    ])
    func takesInputsOfTheKnownKinds(source: String) throws {
        let module = #"{"Source":{"Type":"inline","Params":{"URL":"data:,x"}},"Target":"/m.wasm"}"#
        let inputs = #"[\#(module),{"Source":\#(source),"Alias":"in","Target":"/inputs"}]"#
        #expect(try TaskSpec.read(spec([("InputSources", inputs)])).inputs.count == 2)
    }

    @Test func tellsWhereAndWhat() throws {
        let refused = try #require(refusal(of: Array("{\n  \"Engine\": {\"Typ\": \"wasm\"}\n}".utf8)))
        #expect(refused.code == .unknownKey)
        #expect(
            refused.text
                == #"spec: Engine.Typ at 2:21: unknown key "Typ"; did you mean "Type"? (known here: Type, Params)"#
        )
    }

    @Test func keepsItsTextShortAndFitForTheChain() throws {
        let name = String(repeating: "\\u0007\\u202eé", count: 3_000)
        let refusals = [
            refusal(of: Array("{\"\(name)\":1}".utf8)),
            refusal(of: spec([("Network", "{\"Type\":\"\(name)\"}")])),
            refusal(of: spec([("Env", "{\"A\":\"env:\(name)\"}")])),
            refusal(of: Array("{\"\(name)\":1,\"\(name)\":1}".utf8)),
        ]
        for refused in refusals {
            let text = try #require(refused?.text)
            #expect(text.utf8.count <= 1_024)
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e && $0.value != 0x7f })
        }
    }

    @Test func refusesAWholeJobWithAHint() {
        for key in ["Job", "Tasks", "Spec"] {
            #expect(refusal(of: Array("{\"\(key)\":{}}".utf8))?.text.contains("give one task of it") == true)
        }
    }

    @Test func refusesTextsAboveTheLimitOfTheBody() {
        let text = spec([("Meta", "{\"a\":\"\(String(repeating: "x", count: 3_000))\"}")])
        #expect(throws: SpecRefusal(.tooLarge, "spec: \(text.count) bytes, and 3000 are allowed")) {
            try TaskSpec.read(text, limits: SpecLimits(body: 3_000))
        }
        #expect(SpecLimits(body: 2_000_000).body == 900_000)
        #expect(SpecLimits().body == 262_144)
    }
}

/// A value as the text that a contract would hold.
func written(_ value: JSONValue) -> [UInt8] { JSONWriter.bytes(of: value) }
