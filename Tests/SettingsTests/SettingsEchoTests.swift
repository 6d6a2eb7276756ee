import JSON
import Settings
import Testing

@Suite struct SettingsEchoTests {
    private func echo(_ yaml: String, _ variables: [String: String] = [:]) throws -> JSONValue {
        try Settings.echo(
            Array(yaml.utf8),
            file: "sample.yaml",
            environment: EnvironmentOverrides(variables, prefix: "SAMPLE", reserved: ["SAMPLE_CONFIG"]),
            reference: SettingsReference(prefix: "SAMPLE", SampleSettings.init),
            masking: { $0.contains("://") ? "masked" : $0 }
        )
    }

    @Test func showsTheFileWithTheEnvironmentBeforeIt() throws {
        let shown = try echo(
            "chain: {id: 7, rpc: [{url: 'http://k:e@y', weight: 2}]}\nlabels: [a, 'http://b']",
            ["SAMPLE_CHAIN__ID": "8", "SAMPLE_DRY_RUN": "true"]
        )

        #expect(
            shown == [
                "chain": ["id": "8", "rpc": [["url": "masked", "weight": "2"]]], "labels": ["a", "masked"],
                "dryRun": "true",
            ]
        )
    }

    /// What is a secret, or may be one because nobody knows the key, is not shown.
    @Test func showsNoSecrets() throws {
        let shown = try echo(
            "account: {keystore: k.json, passwort: s3cret}\nunknown: {a: s3cret}\nlabels: {a: s3cret}\nchain: s3cret",
            ["SAMPLE_ACCOUNT__PASSWORD": "s3cret"]
        )

        #expect(
            shown == [
                "account": ["keystore": "k.json", "passwort": "***", "password": "***"], "unknown": "***",
                "labels": "***", "chain": "***",
            ]
        )
    }
}
