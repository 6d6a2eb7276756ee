import RelayCore
import RelayerConfiguration
import Settings
import Testing

@Suite struct QuotaSettingsTests {
    private static func read(_ quotas: String) throws(Problems) -> Quotas {
        let yaml = """
            chain: {id: 1, rpc: [{url: 'http://node'}], startBlock: 0, confirmations: {settle: 1}}
            contracts: [{address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'}]
            bacalhau: {api: 'http://b'}
            policy: {\(quotas)}
            """
        return try ConfigurationFile.read(
            Array(yaml.utf8),
            path: "/etc/relayer.yaml",
            environment: [:],
            needsAccount: false
        ).quotas
    }

    @Test(arguments: ["", "quotas: {}", "quotas: {requester: {}, all: {}}"])
    func withoutThemThereAreNone(quotas: String) throws {
        #expect(try Self.read(quotas) == Quotas())
    }

    @Test func readsEveryKey() throws {
        let quotas = try Self.read(
            """
            quotas: {requester: {running: 4, perHour: 10, perDay: 100, computePerDay: 2h},
              all: {perHour: 1000, perDay: 100000, computePerDay: 48h}, patience: 0s}
            """
        )
        #expect(quotas.requester == Quota(running: 4, perHour: 10, perDay: 100, computePerDay: 7_200))
        #expect(quotas.all == Quota(perHour: 1_000, perDay: 100_000, computePerDay: 172_800))
        #expect(quotas.patience == .zero)
    }

    @Test(arguments: [
        ("quotas: {requester: {running: 0}}", "policy.quotas.requester.running"),
        ("quotas: {all: {running: 4}}", "policy.quotas.all"),
        ("quotas: {all: {computePerDay: 0s}}", "policy.quotas.all.computePerDay"),
        ("quotas: {patience: 31d}", "policy.quotas.patience"),
    ])
    func refusesWithTheKey(quotas: String, key: String) {
        let problems = #expect(throws: Problems.self) { try Self.read(quotas) }
        #expect(problems?.description.contains(key) == true, "\(problems?.description ?? "")")
    }
}
