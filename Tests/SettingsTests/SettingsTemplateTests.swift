import Formats
import Settings
import Testing

@Suite struct SettingsTemplateTests {
    private let reference = SettingsReference(prefix: "SAMPLE", SampleSettings.init)

    @Test func explainsEveryKeyAndSetsThoseThatAreGiven() throws {
        let text = reference.template(
            values: ["chain.id": "5", "chain.rpc[].url": "http://a", "labels[]": "it's: one", "level": "debug"],
            samples: ["proxy.url": "http://proxy"]
        )

        #expect(
            text == """
                # The chain.
                chain:
                  # Its number.
                  id: 5
                  # The nodes.
                  rpc:
                      # Where it answers.
                    - url: http://a
                      # How often it is asked. Default: 1.
                      #weight: 1
                  # Between two looks. Default: 4s.
                  #pollInterval: 4s

                # The account.
                account:
                  # A key's file. Optional.
                  #keystore: path
                  # The password. Here its file, which nobody else may read (chmod 600); or set
                  # SAMPLE_ACCOUNT__PASSWORD. Optional.
                  #passwordFile: path

                # Size. Default: 256KiB.
                #limit: 256KiB

                # The file. Default: sample.sqlite.
                #database: sample.sqlite

                # A proxy. Optional.
                #proxy:
                  # Its address.
                  #url: http://proxy

                # Nothing is sent | nothing is paid. Default: false.
                #dryRun: false

                # What is told. Default: info.
                level: debug

                # Labels. Optional.
                labels: ['it''s: one']

                # Colours. Default: red, light blue.
                #colours: [red, 'light blue']

                # Shapes. Optional.
                #shapes: [text]

                """
        )
        #expect(try SampleSettings.read(text).labels == ["it's: one"])
    }

    /// A list that may be left out is commented out with its items; without the marks it is one item.
    @Test func commentsOutAListThatMayBeEmpty() throws {
        let text = hooks.template(values: [:], samples: ["hooks[].names[].word": "a", "hooks[].url": "http://b"])

        #expect(
            text == """
                # The hooks. Optional.
                #hooks:
                    # Where it answers.
                  #- url: http://b
                    # Its names. Optional.
                    #names:
                        # A word.
                      #- word: a
                        # How often. Optional.
                        #times: text

                """
        )
        #expect(try read(text).isEmpty)
        let unmarked = text.split(separator: "\n").filter { !$0.contains("# ") || $0.contains("#- ") }
            .map { line in String(line.filter { $0 != "#" }) }.joined(separator: "\n")
        #expect(try read(unmarked) == ["http://b: a text"])
    }

    @Test func showsAListThatIsSet() throws {
        let text = hooks.template(values: ["hooks[].url": "http://b", "hooks[].names[].word": "a"])

        #expect(text.hasPrefix("# The hooks. Optional.\nhooks:\n    # Where it answers.\n  - url: http://b\n"))
        #expect(try read(text) == ["http://b: a "])
    }

    private let hooks = SettingsReference(prefix: "SAMPLE") { readHooks($0) }

    private func read(_ yaml: String) throws -> [String] {
        try Settings.read(Array(yaml.utf8), file: "sample.yaml") { readHooks($0) }
    }
}

/// A list that may be left out, with another one in it.
private func readHooks(_ section: Section) -> [String] {
    section.list("hooks", 0...2, "The hooks.") { hook in
        let url = hook.value("url", .text, "Where it answers.")
        let names = hook.list("names", 0...2, "Its names.") { name in
            let word = name.value("word", .text, "A word.")
            let times = name.optional("times", anyScalar, "How often.")
            return "\(word) \(times ?? "")"
        }
        return "\(url): \(names.joined(separator: ", "))"
    }
}

private let anyScalar = Format("a text or a number", schema: .scalar, standIn: "") { $0 }
