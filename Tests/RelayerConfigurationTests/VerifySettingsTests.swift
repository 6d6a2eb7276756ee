import Bacalhau
import RelayerConfiguration
import Settings
import Testing

@Suite struct VerifySettingsTests {
    private func read(_ verify: String) throws(Problems) -> Agreement? {
        let yaml = """
            chain:
              id: 1337
              rpc: [{url: 'http://node:8545'}]
              startBlock: 7
              confirmations: {settle: 12}
            contracts:
              - address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'
                \(verify)
            bacalhau: {api: 'http://127.0.0.1:1234'}

            """
        return try ConfigurationFile.read(
            Array(yaml.utf8),
            path: "/etc/relayer.yaml",
            environment: ["LILYPAD_ACCOUNT__KEY": "00"],
            needsAccount: true
        ).contracts[0].agreement
    }

    private func problems(_ verify: String) -> String {
        do {
            _ = try read(verify)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func verifiesWhereItIsAsked() throws {
        #expect(try read("binding: reference") == nil)
        #expect(try read("verify: {runs: 3}") == Agreement(runs: 3, agree: 2, basis: .result))
        #expect(
            try read("verify: {runs: 5, agree: 4, by: output}") == Agreement(runs: 5, agree: 4, basis: .output)
        )
    }

    @Test(arguments: [
        ("verify: {agree: 2}", "contracts[0].verify.runs: this key is required"),
        ("verify: {runs: 1}", "contracts[0].verify.runs: expected"),
        ("verify: {runs: 17}", "contracts[0].verify.runs: expected"),
        ("verify: {runs: 4, agree: 2}", "verify.agree: 2 of 4 runs are no majority: set 3 to 4"),
        ("verify: {runs: 2, agree: 3}", "verify.agree: 3 of 2 runs are more than there are: set 2 to 2"),
        ("verify: {runs: 3, by: luck}", "verify.by: expected one of result, output"),
        ("verify: {runs: 3, node: 2}", #"unknown key "node""#),
    ])
    func saysWhatIsWrong(verify: String, words: String) {
        #expect(problems(verify).contains(words), "\(problems(verify))")
    }
}
