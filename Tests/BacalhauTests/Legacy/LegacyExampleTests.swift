import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

/// The specs that Lilypad v0's own contracts make, and what they have to become.
@Suite struct LegacyExampleTests {
    /// Parts of a task that nearly all of them share.
    private static let tail = #""Network":{"Type":"None"},"Timeouts":{"TotalTimeout":1800}}"#
    private static let outputs = #""ResultPaths":[{"Name":"outputs","Path":"/outputs"}],"#

    private static let stableDiffusion =
        #""Docker":{"Image":"REG/bacalhau-project/examples/stable-diffusion-gpu:0.0.1","Entrypoint":["python","main.py","#
        + #""--o","./outputs","--p","<prompt>"]},"Resources":{"GPU":"1"},"#
        + #""Outputs":[{"Name":"outputs","Path":"/outputs"}],"Deal":{"Concurrency":1}}"#
    private static let stableDiffusionTask =
        #"{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"REG/bacalhau-project/examples/"#
        + #"stable-diffusion-gpu:0.0.1","Entrypoint":["python","main.py","--o","./outputs","--p","<prompt>"]}},"#
        + #""Publisher":{"Type":"ipfs"},"# + outputs + #""Resources":{"GPU":"1"},"# + tail

    static let examples: [(name: String, spec: String, task: String)] = [
        (
            "Stable Diffusion v1",
            #"{"Engine":"docker","Verifier":"noop","Publisher":"estuary","# + stableDiffusion, stableDiffusionTask
        ),
        (
            "Stable Diffusion v2",
            #"{"Engine":"docker","Verifier":"noop","PublisherSpec":{"Type":"ipfs"},"# + stableDiffusion,
            stableDiffusionTask
        ),
        (
            "drand",
            #"{"Engine":"Docker","Verifier":"Noop","Publisher":"Estuary","Docker":{"Image":"REG/bacalhau-project/"#
                + #"drand-example:latest@sha256:a0c0...3e80","Entrypoint":["/bin/rand","0x<min>","0x<max>"]},"#
                + #""inputs":[{"StorageSource":"URLDownload","URL":"https://api.drand.sh/<chain>/public/latest","#
                + #""path":"/inputs"}],"Deal":{"Concurrency":1}}"#,
            #"{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"REG/bacalhau-project/"#
                + #"drand-example:latest@sha256:a0c0...3e80","Entrypoint":["/bin/rand","0x<min>","0x<max>"]}},"#
                + #""Publisher":{"Type":"ipfs"},"InputSources":[{"Source":{"Type":"urlDownload","Params":{"#
                + #""URL":"https://api.drand.sh/<chain>/public/latest"}},"Target":"/inputs"}],"Resources":{},"# + tail
        ),
        (
            "fraud detector",
            #"{"Engine":"docker","Verifier":"noop","Network":{"Type":"HTTP","Domains":["api.etherscan.com"]},"#
                + #""PublisherSpec":{"Type":"estuary"},"Docker":{"Image":"hakymulla/hackfs:inference","Entrypoint":"#
                + #"["python","predict.py","--address","<addr>"]},"Resources":{"CPU":"1"},"#
                + #""Outputs":[{"Name":"outputs","Path":"/outputs"}],"Deal":{"Concurrency":1}}"#,
            #"{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"hakymulla/hackfs:inference","#
                + #""Entrypoint":["python","predict.py","--address","<addr>"]}},"Publisher":{"Type":"ipfs"},"# + outputs
                + #""Resources":{"CPU":"1"},"Network":{"Type":"HTTP","Domains":["api.etherscan.com"]},"#
                + #""Timeouts":{"TotalTimeout":1800}}"#
        ),
        (
            "timelocked voting",
            #"{"Engine":"docker","Verifier":"noop","PublisherSpec":{"Type":"estuary"},"Docker":{"Image":"<img>","#
                + #""EnvironmentVariables":["PROPOSAL_ID=0x<id>","#
                + #""NODE_URL=https://api.calibration.node.glif.io/rpc/v0"]},"Language":{"JobContext":{}},"#
                + #""Wasm":{"EntryModule":{}},"Resources":{"GPU":""},"Deal":{"Concurrency":1}}"#,
            #"{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"<img>","EnvironmentVariables":["#
                + #""PROPOSAL_ID=0x<id>","NODE_URL=https://api.calibration.node.glif.io/rpc/v0"]}},"#
                + #""Publisher":{"Type":"ipfs"},"Resources":{},"# + tail
        ),
        (
            "bridge test",
            #"{"Engine":"Docker","Verifier":"Noop","Publisher":"Estuary","Docker":{"Image":"ubuntu","#
                + #""Entrypoint":["echo"]},"Deal":{"Concurrency":1}}"#,
            #"{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"ubuntu","Entrypoint":["echo"]}},"#
                + #""Publisher":{"Type":"ipfs"},"Resources":{},"# + tail
        ),
        (
            "synthetic WebAssembly",
            #"{"Engine":"Wasm","Verifier":"Noop","PublisherSpec":{"Type":"Ipfs"},"Wasm":{"EntryModule":"#
                + #"{"StorageSource":"IPFS","CID":"\#(someCID)","path":"/job"},"EntryPoint":"_start","#
                + #""Parameters":["a"],"EnvironmentVariables":{"K":"v"}},"Deal":{"Concurrency":1}}"#,
            #"{"Name":"main","Engine":{"Type":"wasm","Params":{"EntryModule":"/job","Entrypoint":"_start","#
                + #""Parameters":["a"]}},"Publisher":{"Type":"ipfs"},"Env":{"K":"v"},"InputSources":[{"Source":"#
                + #"{"Type":"ipfs","Params":{"CID":"\#(someCID)"}},"Target":"/job"}],"Resources":{},"# + tail
        ),
    ]

    @Test(arguments: examples.indices)
    func becomes(index: Int) throws {
        let example = Self.examples[index]
        var task = try TaskSpec.readLegacy(Array(example.spec.utf8))
        // None of them says it: it is filled in later, as a policy may allow less.
        #expect(task.timeouts == Timeouts())
        task.timeouts.total = task.timeouts.effectiveTotal
        var writer = JSONWriter()
        task.write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == example.task, "\(example.name)")
    }

    /// What is pasted into a prompt is text and nothing else, or the whole is refused.
    @Test func refusesAPromptThatLeavesItsString() throws {
        let spec = { (prompt: String) in
            Array(Self.examples[1].spec.replacingPrompt(by: prompt).utf8)
        }
        let broken = try #require(legacyRefusal(of: spec(#"say "hello""#)))
        #expect(broken.code == .notJSON)
        #expect(broken.text == "spec: is no JSON: unexpected character at 1:210")
        let second = #"x"]},"Docker":{"Image":"evil","Entrypoint":["y"#
        #expect(legacyRefusal(of: spec(second))?.code == .duplicateKey)
        let other = #"x"]},"docker":{"Image":"evil","Entrypoint":["y"#
        #expect(legacyRefusal(of: spec(other))?.code == .duplicateKey)
        #expect(legacyRefusal(of: spec(#"say \"hello\""#)) == nil)
    }

    /// Bodies that were sent to a real server: a spec without its module, a whole job, and a task in the v1 format.
    @Test(
        arguments: [
            ("legacy-bodies", 0, .missingKey), ("legacy-bodies", 1, .unknownKey),
            ("bad-job-legacy-wasm-form", 0, .unknownKey),
        ] as [(String, Int, SpecRefusal.Code)]
    )
    func refusesRecordedBodies(name: String, step: Int, code: SpecRefusal.Code) throws {
        let job = try #require(Transcript.bacalhau("no-publisher/\(name)").steps[step].requestBody?["Job"])
        #expect(legacyRefusal(of: written(job["Tasks"]?.array?.first ?? job))?.code == code)
    }
}

extension String {
    /// Without Foundation, which the pure modules' tests do without as well.
    fileprivate func replacingPrompt(by text: String) -> String {
        split(separator: "<prompt>", omittingEmptySubsequences: false).joined(separator: text)
    }
}
