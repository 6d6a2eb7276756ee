import JSON
import Testing

@testable import Bacalhau

/// Each part of the old format: what is refused.
@Suite struct LegacyRefusalTests {
    @Test(arguments: [
        ("\"Noop\"", SpecRefusal.Code.badValue), ("\"language\"", .badValue), ("\"PYTHONWASM\"", .badValue),
        ("\"\"", .badValue), ("\" docker\"", .badValue), ("\"bash\"", .badValue), ("2", .wrongKind),
        ("[\"docker\"]", .wrongKind), ("\"doc\\u0000ker\"", .badValue),
    ])
    func engines(engine: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: legacy([("Engine", engine)]))?.code == code)
    }

    @Test(arguments: [
        ("Docker", "null", SpecRefusal.Code.missingKey), ("Docker", "{}", .missingKey), ("Docker", "[]", .wrongKind),
        ("Docker", #"{"Image":""}"#, .missingKey), ("Docker", #"{"Image":7}"#, .wrongKind),
        ("Docker", #"{"Image":"a b"}"#, .badValue), ("Docker", #"{"Image":"i","Entrypoint":"sh"}"#, .wrongKind),
        ("Docker", #"{"Image":"i","Entrypoint":[null]}"#, .wrongKind),
        ("Docker", #"{"Image":"i","WorkingDirectory":"w"}"#, .badValue),
        ("Docker", #"{"Image":"i","EnvironmentVariables":["BACALHAU_X=1"]}"#, .badValue),
        ("Docker", #"{"Image":"i","EnvironmentVariables":["A=env:B"]}"#, .environmentRefused),
        ("Docker", #"{"Image":"i","EnvironmentVariables":{"A":"b"}}"#, .wrongKind),
        ("Language", #"{"Command":"print(1)"}"#, .conflict), ("Wasm", #"{"EntryPoint":"_start"}"#, .conflict),
        ("EngineSpec", #"{"Type":"wasm"}"#, .conflict),
    ])
    func whatDockerCannotRun(key: String, value: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: legacy([(key, value)]))?.code == code)
    }

    @Test(arguments: [
        ("{}", SpecRefusal.Code.missingKey), (#"{"EntryModule":{}}"#, .missingKey),
        (#"{"EntryModule":"/m.wasm"}"#, .wrongKind), (#"{"EntryModule":{"CID":"x"}}"#, .missingKey),
        (#"{"EntryModule":\#(module),"EntryPoint":7}"#, .wrongKind),
        (#"{"EntryModule":\#(module),"Parameters":"p"}"#, .wrongKind),
        (#"{"EntryModule":\#(module),"ImportModules":[null]}"#, .wrongKind),
        (#"{"EntryModule":\#(module),"ImportModules":[\#(module)]}"#, .conflict),
        (#"{"EntryModule":\#(module),"EnvironmentVariables":{"lower":"x"}}"#, .badValue),
        (#"{"EntryModule":\#(module),"EnvironmentVariables":{"A":""}}"#, .badValue),
        (#"{"EntryModule":\#(module),"EnvironmentVariables":{"A":"env:HOME"}}"#, .environmentRefused),
        (#"{"EntryModule":\#(module),"EnvironmentVariables":["A=b"]}"#, .wrongKind),
        (#"{"EntryModule":{"StorageSource":"LocalDirectory","SourcePath":"/etc"}}"#, .inputRefused),
    ])
    func whatCannotBeAModule(wasm: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: legacyWASM(wasm))?.code == code)
    }
    private static let module = #"{"StorageSource":"inline","URL":"data:,","path":"/m"}"#

    @Test(arguments: [
        (#"{"Params":{"Image":"u"}}"#, SpecRefusal.Code.missingKey), (#"{"Type":"docker"}"#, .missingKey),
        (#"{"Type":"noop","Params":{}}"#, .badValue), (#"{"Type":"bash","Params":{}}"#, .badValue),
        ("\"docker\"", .wrongKind), (#"{"Type":"docker","Params":{"Image":"u"}}"#, .conflict),
    ])
    func enginesOfLaterSpecs(engine: String, code: SpecRefusal.Code) {
        // What is left of the older form says something that the later one does not read.
        let parts = [("Engine", nil), ("EngineSpec", Optional(engine))]
        #expect(legacyRefusal(of: legacy(parts))?.code == code)
    }

    @Test(arguments: [
        ("Verifier", "\"Deterministic\"", SpecRefusal.Code.badValue), ("Verifier", "\"\"", .badValue),
        ("Verifier", "1", .wrongKind), ("Publisher", "\"local\"", .badValue), ("Publisher", "\"\"", .badValue),
        ("Publisher", "4", .wrongKind), ("Publisher", "\"s3\"", .missingKey), ("PublisherSpec", "\"ipfs\"", .wrongKind),
        ("PublisherSpec", #"{"Type":""}"#, .badValue), ("PublisherSpec", #"{"Type":"S3"}"#, .missingKey),
        ("PublisherSpec", #"{"Type":"S3","Params":{"Bucket":"b"}}"#, .missingKey),
        ("PublisherSpec", #"{"Type":"S3","Params":{"Bucket":"b","Key":"k","Compress":"yes"}}"#, .wrongKind),
        ("PublisherSpec", #"{"Type":"ipfs","Params":{"Bucket":"b"}}"#, .unknownKey),
        ("Annotations", "\"tag\"", .wrongKind), ("DoNotTrack", "1", .wrongKind),
        ("NodeSelectors", #"[{"Key":"a","Operator":"=","Values":["b"]}]"#, .badValue),
        ("NodeSelectors", "{}", .wrongKind),
    ])
    func whatIsDroppedOrPublished(key: String, value: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: legacy([(key, value)]))?.code == code)
    }

    @Test(arguments: [
        ("Resources", #"{"CPU":1}"#, SpecRefusal.Code.wrongKind), ("Resources", #"{"CPU":"many"}"#, .badValue),
        ("Resources", #"{"Memory":"lots"}"#, .badValue), ("Resources", #"{"Memory":"16eb"}"#, .badValue),
        ("Resources", #"{"Memory":"15.9999eb"}"#, .badValue), ("Resources", #"{"Disk":"-1"}"#, .badValue),
        ("Resources", #"{"GPU":"0.5"}"#, .badValue), ("Resources", #"{"GPU":1}"#, .wrongKind),
        ("Network", #"{"Type":"Full"}"#, .networkRefused), ("Network", #"{"Type":"Host"}"#, .badValue),
        ("Network", #"{"Type":"Bridge"}"#, .badValue), ("Network", #"{"Type":""}"#, .badValue),
        ("Network", #"{"Type":"HTTP"}"#, .missingKey), ("Network", #"{"Type":"HTTP","Domains":["*"]}"#, .badValue),
        ("Network", #"{"Domains":"a.bc"}"#, .wrongKind), ("Network", "\"None\"", .wrongKind),
        ("Timeout", "\"60\"", .wrongKind), ("Timeout", "1e400", .badValue), ("Timeout", "31536000.5", .badValue),
        ("Timeout", "9223372036854775807", .badValue), ("Timeout", "{}", .wrongKind),
        ("Deal", #"{"Concurrency":-1}"#, .badValue), ("Deal", #"{"Concurrency":257}"#, .badValue),
        ("Deal", #"{"Concurrency":99999999999999999999}"#, .badValue), ("Deal", #"{"Concurrency":1.0}"#, .badValue),
        ("Deal", #"{"Concurrency":"1"}"#, .wrongKind), ("Deal", #"{"Concurrency":3,"Confidence":2}"#, .badValue),
        ("Deal", #"{"Confidence":-1}"#, .badValue), ("Deal", #"{"MinBids":2}"#, .badValue),
        ("Deal", #"{"TargetingMode":true}"#, .badValue), ("Deal", #"{"TargetingMode":1}"#, .wrongKind),
        ("Deal", "1", .wrongKind),
    ])
    func amounts(key: String, value: String, code: SpecRefusal.Code) {
        #expect(legacyRefusal(of: legacy([(key, value)]))?.code == code)
    }

    @Test(arguments: [
        (#"{"StorageSource":"LocalDirectory","SourcePath":"/etc","path":"/in"}"#, SpecRefusal.Code.inputRefused),
        (#"{"StorageSource":"RepoClone","Repo":"r","path":"/in"}"#, .inputRefused),
        (#"{"StorageSource":"repoCloneLFS","Repo":"r","path":"/in"}"#, .inputRefused),
        (#"{"StorageSource":"Filecoin","CID":"x","path":"/in"}"#, .inputRefused),
        (#"{"StorageSource":"FilecoinUnsealed","CID":"x","path":"/in"}"#, .inputRefused),
        (#"{"StorageSource":"Estuary","CID":"x","path":"/in"}"#, .inputRefused),
        (#"{"StorageSource":"","URL":"data:,","path":"/in"}"#, .badValue),
        (#"{"StorageSource":"ftp","URL":"data:,","path":"/in"}"#, .badValue),
        (#"{"StorageSource":0,"CID":"x","path":"/in"}"#, .wrongKind), (#"{"URL":"data:,","path":"/in"}"#, .missingKey),
        (#"{"StorageSource":"inline","URL":"data:,"}"#, .missingKey),
        (#"{"StorageSource":"inline","URL":"data:,","path":""}"#, .missingKey),
        (#"{"StorageSource":"inline","URL":"data:,","path":"/a/../b"}"#, .badValue),
        (#"{"StorageSource":"inline","URL":"data:,","path":"/first"}"#, .conflict),
        (#"{"StorageSource":"inline","URL":"data:,","path":"/in","Name":"first"}"#, .conflict),
        (#"{"StorageSource":"inline","path":"/in"}"#, .missingKey),
        (#"{"StorageSource":"IPFS","path":"/in"}"#, .missingKey),
        (#"{"StorageSource":"IPFS","CID":"x","path":"/in"}"#, .badValue),
        (#"{"StorageSource":"IPFS","CID":"\#(someCID)","URL":"http://a/b","path":"/in"}"#, .conflict),
        (#"{"StorageSource":"inline","URL":"data:,","path":"/in","ReadWrite":true}"#, .conflict),
        (#"{"StorageSource":"URLDownload","URL":"ftp://a/b","path":"/in"}"#, .badValue),
        (#"{"StorageSource":"S3","path":"/in"}"#, .missingKey),
        (#"{"StorageSource":"S3","S3":{},"path":"/in"}"#, .missingKey),
        (#"{"StorageSource":"S3","S3":{"Bucket":"b","Filter":"x"},"path":"/in"}"#, .unknownKey), ("null", .wrongKind),
        ("\"/in\"", .wrongKind),
    ])
    func inputs(input: String, code: SpecRefusal.Code) {
        let first = #"{"StorageSource":"inline","URL":"data:,","path":"/first","Name":"first"}"#
        #expect(legacyRefusal(of: legacy([("inputs", "[\(first),\(input)]")]))?.code == code)
    }

    @Test(arguments: [
        (#"{"path":"/o"}"#, SpecRefusal.Code.missingKey), (#"{"Name":"o"}"#, .missingKey),
        (#"{"Name":"o","path":"o"}"#, .badValue), (#"{"Name":"stdout","path":"/o"}"#, .badValue),
        (#"{"Name":"first","path":"/o"}"#, .conflict), (#"{"Name":"o","path":"/first"}"#, .conflict),
        (#"{"Name":"o","path":"/o","StorageSource":"S3"}"#, .badValue),
        (#"{"Name":"o","path":"/o","StorageSource":"LocalDirectory"}"#, .inputRefused),
        (#"{"Name":"o","path":"/o","S3":{"Bucket":"b"}}"#, .conflict), ("null", .wrongKind),
    ])
    func outputs(output: String, code: SpecRefusal.Code) {
        let outputs = #"[{"Name":"first","path":"/first"},\#(output)]"#
        #expect(legacyRefusal(of: legacy([("outputs", outputs)]))?.code == code)
    }
}
