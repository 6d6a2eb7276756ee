import Formats
import Settings
import Testing

@Suite struct SettingsTests {
    @Test func fillsInWhatIsLeftOut() throws {
        let settings = try SampleSettings.read(SampleSettings.minimum)

        #expect(settings.id == 1)
        #expect(settings.nodes.map(\.url) == ["http://node"])
        #expect(settings.nodes.map(\.weight) == [1])
        #expect(settings.pollInterval == .seconds(4))
        #expect(settings.limit.bytes == 262_144)
        #expect(settings.database == "/etc/sample/sample.sqlite")
        #expect(settings.keystore == nil && settings.password == nil && settings.proxy == nil)
        #expect(!settings.dryRun && settings.level == .info && settings.labels.isEmpty)
        #expect(settings.colours == ["red", "light blue"] && settings.shapes == nil)
    }

    @Test func readsEveryKey() throws {
        let settings = try SampleSettings.read(
            """
            chain:
              id: 100
              pollInterval: 500ms
              rpc:
                - url: https://user:secret@[::1]:8545/v3/key?x=1
                  weight: 18446744073709551615
                - { url: "HTTP://other", weight: 2 }
            account: { keystore: keys/one.json, passwordFile: /run/secrets/password }
            limit: 1MiB
            database: ../data/sample.sqlite
            proxy: { url: proxy }
            dryRun: false
            level: debug
            labels: [a, "b c"]
            colours: [green]
            shapes: []
            """
        )

        #expect(settings.nodes.map(\.url) == ["https://user:secret@[::1]:8545/v3/key?x=1", "HTTP://other"])
        #expect(settings.nodes.map(\.weight) == [.max, 2])
        #expect(settings.pollInterval == .milliseconds(500))
        #expect(settings.limit.bytes == 1 << 20)
        #expect(settings.keystore == "/etc/sample/keys/one.json")
        #expect(settings.password == .file("/run/secrets/password"))
        #expect(settings.database == "/etc/sample/../data/sample.sqlite")
        #expect(settings.proxy == "proxy")
        #expect(settings.level == .debug)
        #expect(settings.labels == ["a", "b c"])
        #expect(settings.colours == ["green"] && settings.shapes == [])
    }

    /// As some editors write it.
    @Test func readsAFileWithAByteOrderMark() {
        #expect(SampleSettings.problems("\u{feff}" + SampleSettings.minimum) == "")
    }

    @Test func saysEverythingInOneRunInTheOrderOfTheFile() {
        let yaml = """
            chain:
              idd: 5
              pollInterval: 4
              rpc:
                - url: ftp://user:hunter2@node/key
                - weight: 0
            dryRun: yes
            limit: 2MiB
            levell: debug
            """
        let problems = SampleSettings.problems(yaml, ["SAMPLE_LEVEL": "loud", "SAMPLE_LABELS__1": "b"])

        #expect(
            problems == """
                sample.yaml:2:3: chain.id: this key is required: a whole number from 1 to 100
                sample.yaml:2:3: chain: unknown key "idd"; did you mean "id"?
                sample.yaml:3:17: chain.pollInterval: expected a time from 100ms to 1h, such as 500ms, 30s, 5m or 2h, found "4"
                sample.yaml:5:12: chain.rpc[0].url: expected a URL, http://… or https://…, found "ftp://…"
                sample.yaml:6:7: chain.rpc[1].url: this key is required: a URL, http://… or https://…
                sample.yaml:6:15: chain.rpc[1].weight: expected a whole number from 1 to 18446744073709551615, found "0"
                sample.yaml:7:9: dryRun: expected true or false, found "yes"
                sample.yaml:8:8: limit: expected a size from 1B to 1MiB, such as 900000B, 256KiB or 1MiB, found "2MiB"
                sample.yaml:9:1: unknown key "levell"; did you mean "level"?
                SAMPLE_LABELS__1: expected an item's number from 0 to 0, found "1"
                SAMPLE_LEVEL: level: expected one of debug, info, found "loud"
                """
        )
    }

    @Test(arguments: [
        (
            "",
            "sample.yaml:1:1: chain.id: this key is required: a whole number from 1 to 100\n"
                + "sample.yaml:1:1: chain.rpc: this key is required: a list of 1 to 3 sections"
        ),
        ("- 1", "sample.yaml:1:1: expected keys and values, found a list"),
        ("chain", #"sample.yaml:1:1: expected keys and values, found "chain""#),
        ("chain: [1]", "sample.yaml:1:8: chain: expected a section of keys, found a list"),
        (
            "chain: {id: {}, rpc: 7}",
            "sample.yaml:1:13: chain.id: expected a whole number from 1 to 100, found a section\n"
                + #"sample.yaml:1:22: chain.rpc: expected a list of 1 to 3 sections, found "7""#
        ),
        ("chain: {id: 1, rpc: []}", "sample.yaml:1:21: chain.rpc: expected a list of 1 to 3 sections, found 0"),
        ("chain: {id: 1, rpc: [5]}", #"sample.yaml:1:22: chain.rpc[0]: expected a section of keys, found "5""#),
        (
            SampleSettings.minimum + "labels: [a, b, c]",
            "sample.yaml:2:9: labels: expected a list of 0 to 2 items, each a text, found 3"
        ),
        (
            SampleSettings.minimum + "labels: [a, '']",
            #"sample.yaml:2:13: labels[1]: expected a text, found the text """#
        ),
        (SampleSettings.minimum + "database:", "sample.yaml:2:10: database: expected a path, found nothing"),
        (
            SampleSettings.minimum + #"database: "a\0b""#,
            #"sample.yaml:2:11: database: expected a path, found the text "a?b": it has a control character"#
        ),
        (SampleSettings.minimum + "proxy: {}", "sample.yaml:2:8: proxy.url: this key is required: a text"),
        (SampleSettings.minimum + "proxy: 7", #"sample.yaml:2:8: proxy: expected a section of keys, found "7""#),
        (
            SampleSettings.minimum + "zzz: 1",
            #"sample.yaml:2:1: unknown key "zzz"; "#
                + "known here: chain, account, limit, database, proxy, dryRun, level, labels, "
                + "colours, shapes"
        ),
        (
            SampleSettings.minimum + "dryRun: true\nproxy: {url: a}",
            "sample.yaml:2:9: dryRun: a dry run needs no proxy: remove one of them"
        ),
    ])
    func says(_ yaml: String, _ message: String) {
        #expect(SampleSettings.problems(yaml) == message)
    }

    /// So that what is made of several values is left alone where one of them is a stand-in.
    @Test func countsItsProblems() {
        var counts: [Int] = []
        let yaml = Array("a: x\nb: 2\nc: y\n".utf8)
        #expect(throws: Problems.self) {
            try Settings.read(yaml, file: "sample.yaml") { section in
                for key in ["a", "b", "c"] {
                    _ = section.value(key, Format<Int>.whole(1...3), "A number.")
                    counts.append(section.problemCount)
                }
            }
        }
        #expect(counts == [1, 1, 2])
    }
}
