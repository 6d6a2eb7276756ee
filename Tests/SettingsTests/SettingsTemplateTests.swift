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
}
