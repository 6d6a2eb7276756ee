import Testing

@Suite struct ProgramTests {
    @Test(arguments: [
        ("run", SampleAction.run(config: "sample.yaml", level: .info, labels: [], quiet: false)),
        ("run --config a -q", .run(config: "a", level: .info, labels: [], quiet: true)),
        ("run --config=a=b --log-level=debug", .run(config: "a=b", level: .debug, labels: [], quiet: false)),
        ("run -ca", .run(config: "a", level: .info, labels: [], quiet: false)),
        ("run -qca", .run(config: "a", level: .info, labels: [], quiet: true)),
        ("run -qc a", .run(config: "a", level: .info, labels: [], quiet: true)),
        ("run -c -", .run(config: "-", level: .info, labels: [], quiet: false)),
        ("run -c -x", .run(config: "-x", level: .info, labels: [], quiet: false)),
        (
            "run --label a --label=b -lc",
            .run(config: "sample.yaml", level: .info, labels: ["a", "b", "c"], quiet: false)
        ),
        ("replay --from-block 0", .replay(from: 0, to: nil, json: false)),
        (
            "replay --json --to-block 18446744073709551615 --from-block 7",
            .replay(from: 7, to: .max, json: true)
        ),
        ("jobs", .jobs(rejected: false)),
        ("jobs --rejected", .jobs(rejected: true)),
        ("jobs show 0xabc", .show(id: "0xabc", verbose: false)),
        ("jobs show -v 0xabc", .show(id: "0xabc", verbose: true)),
        ("jobs show 0xabc -v", .show(id: "0xabc", verbose: true)),
        ("jobs show -- -v", .show(id: "-v", verbose: false)),
        ("jobs show -- --help", .show(id: "--help", verbose: false)),
        ("jobs retry", .retry(ids: [])),
        ("jobs retry a - b", .retry(ids: ["a", "-", "b"])),
        ("jobs retry a -- --b --", .retry(ids: ["a", "--b", "--"])),
        ("key new", .new(path: nil)),
        ("key new a/b", .new(path: "a/b")),
    ])
    func reads(_ line: String, _ action: SampleAction) {
        #expect(SampleAction.action(line) == action)
    }

    @Test(arguments: [
        ("", "sample: a command is required: run, replay, jobs, key, help or completion"),
        ("runn", #"sample: unknown command "runn"; did you mean "run"?"#),
        ("walk", #"sample: unknown command "walk"; expected run, replay, jobs, key, help or completion"#),
        ("''", #"sample: unknown command ""; expected run, replay, jobs, key, help or completion"#),
        ("--json run", #"sample: unknown option "--json"; options come after the command"#),
        ("key", "sample key: a command is required: new"),
        ("key neww", #"sample key: unknown command "neww"; did you mean "new"?"#),
        ("jobs shwo 1", #"sample jobs: unknown command "shwo"; did you mean "show"?"#),
        (
            "jobs --rejected show 1",
            #"sample jobs: the command "show" comes before the options: sample jobs show"#
        ),
        ("run --confg a", #"sample run: unknown option "--confg"; did you mean --config?"#),
        (
            "run --xyz=a",
            #"sample run: unknown option "--xyz"; known here: --config, --log-level, --label, --quiet, --help"#
        ),
        ("run -x", #"sample run: unknown option "-x"; known here: --config, --log-level, --label, --quiet, --help"#),
        ("run -qx", #"sample run: unknown option "-x"; known here: --config, --log-level, --label, --quiet, --help"#),
        ("run --config", "sample run: --config needs a value, a path: --config FILE"),
        ("run -c", "sample run: --config needs a value, a path: --config FILE"),
        ("run --config --", "sample run: --config needs a value, a path: --config FILE"),
        ("run --config --quiet", "sample run: --config needs a value, a path: --config FILE; found the option --quiet"),
        ("run --config=", #"sample run: --config: expected a path, found """#),
        ("run --config ''", #"sample run: --config: expected a path, found """#),
        ("run --config a --config b", "sample run: --config is given twice; once is enough"),
        ("run -qq", "sample run: --quiet is given twice; once is enough"),
        ("run --quiet=no", #"sample run: --quiet takes no value, found "no""#),
        ("run --log-level loud", #"sample run: --log-level: expected one of debug, info, found "loud""#),
        ("run more", #"sample run: unexpected argument "more""#),
        (
            "replay",
            "sample replay: --from-block is required, a whole number from 0 to 18446744073709551615: --from-block N"
        ),
        (
            "replay --from-block 0x10",
            #"sample replay: --from-block: expected a whole number from 0 to 18446744073709551615, found "0x10""#
        ),
        (
            "replay --from-block -1",
            #"sample replay: --from-block: expected a whole number from 0 to 18446744073709551615, found "-1""#
        ),
        ("replay --from-block 8 --to-block 7", "sample replay: --to-block 7 is below --from-block 8"),
        ("jobs show", "sample jobs show: the argument ID is missing: a text"),
        ("jobs show a b", #"sample jobs show: unexpected argument "b""#),
        ("key new a b", #"sample key new: unexpected argument "b""#),
    ])
    func refuses(_ line: String, _ message: String) throws {
        let error = try #require(SampleAction.error(line))
        #expect(error.hasPrefix(message + "\nTry '"), "\(error)")
    }

    @Test func namesTheHelpThatTellsMore() {
        #expect(
            SampleAction.error("jobs show") == """
                sample jobs show: the argument ID is missing: a text
                Try 'sample jobs show --help'.
                """
        )
    }

    @Test func showsTheVersion() {
        #expect(SampleAction.shown("--version") == "sample 1.2.3\n")
    }
}
