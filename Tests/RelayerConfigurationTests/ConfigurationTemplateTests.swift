import Ethereum
import RelayCore
import RelayerConfiguration
import Settings
import Testing

@Suite struct ConfigurationTemplateTests {
    private func template(_ account: ConfigurationTemplate.Account) throws -> ConfigurationTemplate {
        ConfigurationTemplate(
            contract: try #require(Address(hex: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")),
            rpc: "https://user:p%20w@node/v3/key?a=b&c=d",
            bacalhau: "http://[::1]:1234",
            chainID: 11_155_111,
            startBlock: 123,
            settle: FinalityRule(blocks: 64),
            account: account
        )
    }

    private func read(
        _ template: ConfigurationTemplate,
        _ environment: [String: String] = [:]
    ) throws -> RelayerSettings {
        try ConfigurationFile.read(
            Array(template.text.utf8),
            path: "a/relayer.yaml",
            environment: environment,
            needsAccount: true
        )
    }

    @Test func isAcceptedWithWhatItWasGiven() throws {
        let settings = try read(template(.keystore(path: "it's a key: #1.json", passwordFile: "/run/pass word")))

        #expect(settings.contracts.map(\.address.checksummed) == ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"])
        #expect(settings.chain.nodes.map(\.url) == ["https://user:p%20w@node/v3/key?a=b&c=d"])
        #expect(settings.chain.nodes.map(\.ws) == [nil])
        #expect(settings.bacalhau.orchestrators.map(\.api) == ["http://[::1]:1234"])
        #expect(settings.chain.id == 11_155_111)
        #expect(settings.contracts.map(\.startBlock).min() == 123)
        #expect(settings.chain.confirmations.settle == FinalityRule(blocks: 64))
        #expect(settings.account == .keystore(path: "a/it's a key: #1.json", password: .file("/run/pass word")))
    }

    @Test func namesAKeyFileOrAVariable() throws {
        #expect(try read(template(.keyFile("relayer.key"))).account == .key(.file("a/relayer.key")))
        #expect(
            try read(template(.environment), ["LILYPAD_ACCOUNT__KEY": "00"]).account
                == .key(.environment(variable: "LILYPAD_ACCOUNT__KEY"))
        )
    }

    @Test func announcesBlocksByWebSocketWhereGiven() throws {
        var template = try template(.keyFile("relayer.key"))
        template.ws = "wss://node/ws"
        #expect(try read(template).chain.nodes.map(\.ws) == ["wss://node/ws"])
    }
}
