import Settings
import Testing

@Suite struct EnvironmentOverridesTests {
    @Test func goesBeforeTheFile() throws {
        let yaml = "chain: {id: ten, rpc: [{url: 'http://one'}, {url: 'http://two', weight: 7}]}"
        let settings = try SampleSettings.read(
            yaml,
            [
                "SAMPLE_CHAIN__ID": "10", "SAMPLE_CHAIN__POLL_INTERVAL": "1s",
                "SAMPLE_CHAIN__RPC__1__URL": "http://three",
                "SAMPLE_CHAIN__RPC__2__URL": "http://four", "SAMPLE_DATABASE": "/tmp/x", "SAMPLE_LABELS__0": "a",
                "SAMPLE_LABELS__1": "b", "SAMPLE_CONFIG": "not a setting", "SAMPLER_CHAIN__ID": "11", "PATH": "/bin",
            ]
        )

        #expect(settings.id == 10)
        #expect(settings.pollInterval == .seconds(1))
        #expect(settings.nodes.map(\.url) == ["http://one", "http://three", "http://four"])
        #expect(settings.nodes.map(\.weight) == [1, 7, 1])
        #expect(settings.database == "/tmp/x")
        #expect(settings.labels == ["a", "b"])
    }

    @Test func buildsWhatTheFileLacks() throws {
        let settings = try SampleSettings.read(
            "chain:\n",
            ["SAMPLE_CHAIN__ID": "1", "SAMPLE_CHAIN__RPC__0__URL": "http://a"]
        )
        #expect(settings.nodes.map(\.url) == ["http://a"])
    }

    @Test(arguments: [
        (["SAMPLE_CHAIN__ID": "x"], #"SAMPLE_CHAIN__ID: chain.id: expected a whole number from 1 to 100, found "x""#),
        (["SAMPLE_CHAIN__ID": ""], "SAMPLE_CHAIN__ID: chain.id: expected a whole number from 1 to 100, found nothing"),
        (["SAMPLE_CHAIN__IDD": "1"], #"SAMPLE_CHAIN__IDD: chain: unknown key "idd"; did you mean "id"?"#),
        (
            ["SAMPLE_CHAIN__POLLINTERVAL": "1s"],
            #"SAMPLE_CHAIN__POLLINTERVAL: chain: unknown key "pollinterval"; did you mean "pollInterval"?"#
        ),
        (
            ["SAMPLE_dryRun": "true"],
            #"SAMPLE_dryRun: a setting's variable is written in capitals, such as "SAMPLE_DRY_RUN""#
        ),
        (["SAMPLE_CHAIN": "5"], #"SAMPLE_CHAIN: chain: expected a section of keys, found "5""#),
        (
            ["SAMPLE_CHAIN__RPC__7__URL": "http://a"],
            #"SAMPLE_CHAIN__RPC__7__URL: expected an item's number from 0 to 1, found "7""#
        ),
        (
            ["SAMPLE_CHAIN__RPC__00__URL": "http://a"],
            #"SAMPLE_CHAIN__RPC__00__URL: expected an item's number from 0 to 1, found "00""#
        ),
        (
            ["SAMPLE_CHAIN__RPC__URL": "http://a"],
            #"SAMPLE_CHAIN__RPC__URL: expected an item's number from 0 to 1, found "url""#
        ),
        (["SAMPLE_CHAIN__ID__X": "1"], #"SAMPLE_CHAIN__ID__X: "x" would be inside a single value"#),
        (
            ["SAMPLE_": "1"],
            #"SAMPLE_: unknown key ""; known here: chain, account, limit, database, proxy, dryRun, level, labels, "#
                + "colours, shapes"
        ),
        (
            ["SAMPLE_A" + String(repeating: "__A", count: 20_000): "1"],
            "SAMPLE_A" + String(repeating: "__A", count: 20_000) + ": nested deeper than 16"
        ),
    ])
    func says(_ environment: [String: String], _ message: String) {
        #expect(SampleSettings.problems(SampleSettings.minimum, environment) == message)
    }

    /// A variable that cannot be set does not hide what is wrong in the file.
    @Test func saysTheFilesProblemsToo() {
        let problems = SampleSettings.problems(
            "chain: {id: 0, rpc: [{url: 'http://a'}]}",
            ["SAMPLE_CHAIN__RPC__X": "1"]
        )
        #expect(
            problems == """
                sample.yaml:1:13: chain.id: expected a whole number from 1 to 100, found "0"
                SAMPLE_CHAIN__RPC__X: expected an item's number from 0 to 1, found "x"
                """
        )
    }
}
