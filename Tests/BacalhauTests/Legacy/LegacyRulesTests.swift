import JSON
import Testing

@testable import Bacalhau

/// Each part of the old format: what it becomes.
@Suite struct LegacyRulesTests {
    // MARK: Engine

    @Test func carriesDockerOver() throws {
        let docker =
            #"{"Image":"i","Entrypoint":["a",""],"Parameters":["p"],"EnvironmentVariables":["k=v","E="],"#
            + #""WorkingDirectory":"/w"}"#
        #expect(
            try translated(legacy([("Docker", docker)]))["Engine"] == [
                "Type": "docker",
                "Params": [
                    "Image": "i", "Entrypoint": ["a", ""], "Parameters": ["p"],
                    "EnvironmentVariables": ["k=v", "E="], "WorkingDirectory": "/w",
                ],
            ]
        )
    }

    @Test func turnsModulesIntoInputs() throws {
        let wasm =
            #"{"EntryModule":{"StorageSource":"URLDownload","URL":"https://a.b/m.wasm","Name":"main"},"#
            + #""ImportModules":[{"StorageSource":"IPFS","CID":"\#(someCID)"},"#
            + #"{"StorageSource":"Inline","URL":"data:,x","path":"/own.wasm","Name":"env"}],"#
            + #""EnvironmentVariables":{"A":"b"}}"#
        let inputs = #"[{"StorageSource":"inline","URL":"data:,y","path":"/in"}]"#
        let task = try translated(legacyWASM(wasm, [("inputs", inputs)]))
        #expect(
            task["Engine"]?["Params"] == [
                "EntryModule": "/wasm/entry.wasm", "Entrypoint": "_start",
                "ImportModules": ["/wasm/imports/module_0.wasm", "/own.wasm"],
            ]
        )
        #expect(task["Env"] == ["A": "b"])
        #expect(
            task["InputSources"] == [
                ["Source": ["Type": "inline", "Params": ["URL": "data:,y"]], "Target": "/in"],
                [
                    "Source": ["Type": "urlDownload", "Params": ["URL": "https://a.b/m.wasm"]],
                    "Alias": "main", "Target": "/wasm/entry.wasm",
                ],
                [
                    "Source": ["Type": "ipfs", "Params": ["CID": .string(someCID)]],
                    "Target": "/wasm/imports/module_0.wasm",
                ],
                [
                    "Source": ["Type": "inline", "Params": ["URL": "data:,x"]], "Alias": "env",
                    "Target": "/own.wasm",
                ],
            ]
        )
    }

    @Test func takesTheEngineOfLaterSpecs() throws {
        let docker = [("Engine", nil), ("Docker", nil)] as [(String, String?)]
        let text = legacy(docker + [("EngineSpec", #"{"Type":"docker","Params":{"Image":"ubuntu"}}"#)])
        #expect(try TaskSpec.readLegacy(text) == TaskSpec.readLegacy(legacy()))
        let module = #"{"EntryModule":{"StorageSource":"inline","URL":"data:,","path":"/m"},"Entrypoint":"run"}"#
        let wasm = legacy(docker + [("EngineSpec", #"{"type":"Wasm","params":\#(module)}"#)])
        #expect(try TaskSpec.readLegacy(wasm) == TaskSpec.readLegacy(legacyWASM(module)))
    }

    // MARK: Publisher

    private static let outputs = #"[{"Name":"o","path":"/o"}]"#

    @Test(arguments: [
        ("Publisher", "\"Ipfs\""), ("Publisher", "\" ESTUARY\\t\""), ("Publisher", "\"filecoin\""),
        ("PublisherSpec", #"{"Type":"ipfs"}"#), ("PublisherSpec", #"{"Type":"Estuary","Params":{}}"#),
        ("PublisherSpec", #"{"type":"Filecoin","params":null}"#),
    ])
    func publishesToIPFS(key: String, value: String) throws {
        #expect(try translated(legacy([(key, value)]))["Publisher"] == ["Type": "ipfs"])
    }

    @Test func prefersThePublisherSpec() throws {
        let both = { (spec: String) in legacy([("Publisher", "\"Noop\""), ("PublisherSpec", spec)]) }
        #expect(try translated(both(#"{"Type":"Estuary"}"#))["Publisher"] == ["Type": "ipfs"])
        #expect(try translated(both(#"{"Type":null}"#))["Publisher"] == nil)
        let other = legacy([("Publisher", "\"ipfs\""), ("PublisherSpec", #"{"Type":"noop"}"#)])
        #expect(try translated(other)["Publisher"] == nil)
    }

    @Test(arguments: [("true", "gzip"), ("false", "plain"), ("null", "plain")])
    func publishesToS3(compress: String, encoding: String) throws {
        let params = #"{"bucket":"b","Key":"k","Endpoint":"e","Region":"","Compress":\#(compress)}"#
        let spec = legacy([("PublisherSpec", #"{"Type":"S3","Params":\#(params)}"#)])
        #expect(
            try translated(spec)["Publisher"] == [
                "Type": "s3", "Params": ["Bucket": "b", "Key": "k", "Endpoint": "e", "Encoding": .string(encoding)],
            ]
        )
        #expect(legacyRefusal(of: spec, for: .cid)?.code == .conflict)
    }

    @Test(arguments: ["\"Noop\"", nil])
    func publishesOnlyWhatIsAskedFor(publisher: String?) throws {
        let spec = legacy([("Publisher", publisher)])
        #expect(try translated(spec)["Publisher"] == nil)
        #expect(try TaskSpec.readLegacy(spec).completed(for: .stdout).publisher == nil)
        #expect(try TaskSpec.readLegacy(spec).completed(for: .cid).publisher == SpecConfig(type: "ipfs"))
        let withOutputs = legacy([("Publisher", publisher), ("outputs", Self.outputs)])
        #expect(try translated(withOutputs)["Publisher"] == ["Type": "ipfs"])
        #expect(try translated(withOutputs)["ResultPaths"] == [["Name": "o", "Path": "/o"]])
    }

    // MARK: Resources, network, time

    @Test(
        arguments: [
            ("8gb", "8589934592"), ("8Gi", "8589934592"), ("8G", "8589934592"), ("8 GB", "8589934592"),
            ("8GiB", "8589934592"), ("100mb", "104857600"), ("1k", "1024"), ("1tb", "1099511627776"),
            ("123", "123"), ("123b", "123"), ("1.5gb", "1610612736"), ("0", nil), ("0gb", nil), ("", nil),
        ] as [(String, String?)]
    )
    func countsBytesInPowersOfTwo(text: String, bytes: String?) throws {
        let value = bytes.map(JSONValue.string)
        let task = try translated(legacy([("Resources", #"{"Memory":"\#(text)","Disk":"\#(text)"}"#)]))
        #expect(task["Resources"]?["Memory"] == value)
        #expect(task["Resources"]?["Disk"] == value)
    }

    @Test func carriesCoresAndDevicesOver() throws {
        let resources = { (cpu: String, gpu: String) in
            try translated(legacy([("Resources", #"{"CPU":"\#(cpu)","GPU":"\#(gpu)"}"#)]))["Resources"]
        }
        #expect(try resources("500m", "2") == ["CPU": "500m", "GPU": "2"])
        #expect(try resources("0.5", "0") == ["CPU": "0.5", "GPU": "0"])
        #expect(try resources("0", "") == [:])
    }

    @Test(arguments: [
        ("null", #"{"Type":"None"}"#), (#"{"Type":"none"}"#, #"{"Type":"None"}"#),
        (#"{"Type":" HTTP ","Domains":["A.bc"]}"#, #"{"Type":"HTTP","Domains":["a.bc"]}"#),
        (#"{"Type":"None","Domains":["a.bc"]}"#, #"{"Type":"None"}"#), (#"{"Domains":["a.bc"]}"#, #"{"Type":"None"}"#),
    ])
    func hasNoNetworkUnlessAsked(network: String, expected: String) throws {
        let task = try translated(legacy([("Network", network)]))
        #expect(try task["Network"] == JSONValue.parse(Array(expected.utf8)))
    }

    @Test(
        arguments: [
            ("60", 60), ("60.0", 60), ("59.01", 60), ("1e2", 100), ("0.001", 1), ("31536000", 31_536_000),
        ] as [(String, Int64)]
    )
    func countsSecondsUp(timeout: String, total: Int64) throws {
        #expect(try TaskSpec.readLegacy(legacy([("Timeout", timeout)])).timeouts == Timeouts(total: total))
    }

    /// A policy may give it less than the half hour that it gets otherwise, which it could not if it had been said.
    @Test(arguments: [nil, "null", "0", "-0", "-1", "-0.5"] as [String?])
    func leavesATimeoutThatIsNotSaidUnsaid(timeout: String?) throws {
        let spec = legacy([("Timeout", timeout)])
        #expect(try TaskSpec.readLegacy(spec).timeouts == Timeouts())
        #expect(try TaskSpec.readLegacy(spec).completed(for: .stdout).timeouts == Timeouts(total: 1_800))
    }

    // MARK: Inputs and the deal

    private static let ipfs = #"{"Type":"ipfs","Params":{"CID":"\#(someCID)"}}"#

    @Test(arguments: [
        (#""StorageSource":"IPFS","CID":"\#(someCID)","URL":"""#, ipfs),
        (#""StorageSource":" ipfs","cid":"\#(someCID)","Metadata":{"a":"b"}"#, ipfs),
        (
            #""StorageSource":"urldownload","URL":"http://a/b""#,
            #"{"Type":"urlDownload","Params":{"URL":"http://a/b"}}"#
        ),
        (#""StorageSource":"Inline","url":"data:,x""#, #"{"Type":"inline","Params":{"URL":"data:,x"}}"#),
        (
            #""StorageSource":"S3","S3":{"Bucket":"b","Key":"k","Checksum":"c","VersionID":"v","Endpoint":"e","#
                + #""Region":""}"#,
            #"{"Type":"s3","Params":{"Bucket":"b","Key":"k","ChecksumSHA256":"c","VersionID":"v","Endpoint":"e"}}"#
        ),
    ])
    func carriesInputsOver(members: String, source: String) throws {
        let task = try translated(legacy([("Inputs", #"[{\#(members),"Path":"/in","Name":"n"}]"#)]))
        #expect(
            try task["InputSources"] == [
                ["Source": JSONValue.parse(Array(source.utf8)), "Alias": "n", "Target": "/in"]
            ]
        )
    }

    @Test func carriesOutputsOver() throws {
        let outputs = #"[{"StorageSource":"IPFS","Name":"a","path":"/a"},{"name":"b","PATH":"/b","CID":""}]"#
        let task = try translated(legacy([("OUTPUTS", outputs)]))
        #expect(task["ResultPaths"] == [["Name": "a", "Path": "/a"], ["Name": "b", "Path": "/b"]])
    }

    @Test(
        arguments: [
            ("{}", 1), (#"{"Concurrency":0}"#, 1), (#"{"Concurrency":3,"Confidence":1,"MinBids":0}"#, 3),
            (#"{"concurrency":256,"TargetingMode":false}"#, 256), (#"{"Concurrency":null}"#, 1), ("null", 1),
        ] as [(String, Int64)]
    )
    func countsNodes(deal: String, count: Int64) throws {
        #expect(try TaskSpec.readLegacy(legacy([("Deal", deal)])).count == count)
    }
}
