import Bacalhau
import Ethereum
import RelayCore
import RelayerConfiguration
import Settings
import Testing

@Suite struct PolicySettingsTests {
    private static func read(_ policy: String) throws(Problems) -> JobPolicy {
        let yaml = """
            chain: {id: 1, rpc: [{url: 'http://node'}], startBlock: 0, confirmations: {settle: 1}}
            contracts: [{address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'}]
            bacalhau: {api: 'http://b', maxBodySize: 10KiB}
            \(policy)
            """
        return try ConfigurationFile.read(
            Array(yaml.utf8),
            path: "/etc/relayer.yaml",
            environment: [:],
            needsAccount: false
        ).policy
    }

    private static func problems(_ policy: String) -> String {
        do throws(Problems) {
            _ = try read(policy)
            return ""
        } catch {
            return error.description
        }
    }

    /// The settings say nothing that the policy itself would not.
    @Test(arguments: ["", "policy:", "policy: {}", "policy: {resources: {}, requesters: {}}"])
    func deniesByDefault(policy: String) throws {
        var expected = JobPolicy()
        expected.maxBodySize = 10_240
        #expect(try Self.read(policy) == expected)
    }

    @Test func readsEveryKey() throws {
        let policy = try Self.read(
            """
            policy:
              engines: [docker, wasm]
              images: ['ubuntu:24.04', 'ghcr.io/team/*']
              modules: ['resize:1', 'a_b:v1+x']
              environment: []
              inputs: [urlDownload, s3]
              hosts: ['*.example.org', 'data.example.org:8443']
              http: true
              buckets: [my-inputs]
              publishers: [s3]
              publishBuckets: [my-results]
              networks: [HTTP, Bridge]
              domains: ['.example.org']
              resources: {cpu: 1500m, memory: 2GiB, disk: 0B, gpu: 2}
              maxTime: 2h
              maxCount: 3
              requesters: {allow: ['0x0000000000000000000000000000000000000001']}
              senders: {deny: ['0x0000000000000000000000000000000000000002']}
            """
        )
        var expected = JobPolicy()
        expected.engines = [.docker, .wasm]
        expected.images = [try ImagePattern("ubuntu:24.04"), try ImagePattern("ghcr.io/team/*")]
        expected.modules = ["resize:1", "a_b:v1+x"]
        expected.environment = []
        expected.inputs = [.urlDownload, .s3]
        expected.hosts = [try HostPattern("*.example.org"), try HostPattern("data.example.org:8443")]
        expected.isPlainHTTPAllowed = true
        expected.buckets = ["my-inputs"]
        expected.publishers = [.s3]
        expected.publishBuckets = ["my-results"]
        expected.networks = [.http, .bridge]
        expected.domains = [try DomainPattern(".example.org")]
        (expected.maxCPU, expected.maxMemory, expected.maxDisk, expected.maxGPU) = (1_500, 2 << 30, 0, 2)
        (expected.maxTime, expected.maxCount, expected.maxBodySize) = (7_200, 3, 10_240)
        let one = try #require(Address(hex: "0x0000000000000000000000000000000000000001"))
        let two = try #require(Address(hex: "0x0000000000000000000000000000000000000002"))
        expected.requesters = JobPolicy.Parties(allowed: [one])
        expected.senders = JobPolicy.Parties(denied: [two])
        #expect(policy == expected)
    }

    @Test(arguments: [
        (
            "engines: [docker]",
            "policy.engines: docker is allowed and policy.images names none, so nothing could be run: name"
        ),
        ("engines: []", "policy.engines: expected a list of 1 to 2 items"),
        ("engines: [python]", #"policy.engines[0]: expected one of wasm, docker, found "python""#),
        ("images: ['team*']", "as in registry.example/team/*, ubuntu:* or ubuntu@*"),
        ("images: [Ubuntu]", "its name is not of small letters"),
        ("inputs: [urlDownload]", "policy.inputs: urlDownload is allowed and policy.hosts names none"),
        ("inputs: [s3]", "policy.inputs: s3 is allowed and policy.buckets names none"),
        ("inputs: [local]", "policy.inputs[0]: expected one of inline, ipfs, urlDownload, s3"),
        ("hosts: [localhost]", "such hosts are refused whatever is allowed"),
        ("hosts: ['https://a.org']", "it is more than a host: leave scheme and path away"),
        ("http: yes", "policy.http: expected true or false"),
        ("buckets: ['a/b']", "policy.buckets[0]: expected a bucket's name"),
        ("publishers: [s3]", "policy.publishers: s3 is allowed and policy.publishBuckets names none"),
        ("publishers: [estuary]", "policy.publishers[0]: expected one of ipfs, noop, s3, s3managed, local"),
        ("networks: [Host]", "policy.networks[0]: expected one of None, HTTP, Bridge"),
        ("networks: [HTTP]", "policy.networks: HTTP is allowed and policy.domains names none"),
        ("domains: ['*.a.org']", "all names below one are written with a dot"),
        ("environment: ['A=b']", "policy.environment[0]: expected a variable's name"),
        ("modules: ['a b']", "policy.modules[0]: expected a module's name"),
        ("modules: ['../a']", "a name needs a letter or digit in place of '.'"),
        ("resources: {cpu: 0.5}", "policy.resources.cpu: expected cores from 100m to 1024"),
        ("resources: {cpu: 99m}", "policy.resources.cpu: expected cores from 100m to 1024"),
        ("resources: {memory: 1MiB}", "policy.resources.memory: expected a size from 100MiB to"),
        ("resources: {gpu: -1}", "policy.resources.gpu: expected a whole number from 0"),
        ("maxTime: 0s", "policy.maxTime: expected a time from 1s"),
        ("maxCount: 0", "policy.maxCount: expected a whole number"),
        ("allow: []", #"unknown key "allow""#), ("engine: [wasm]", #"did you mean "engines"?"#),
        (
            "requesters: {allow: [0x0000000000000000000000000000000000000001], deny: [0x0000000000000000000000000000000000000001]}",
            "policy.requesters.deny: 0x0000000000000000000000000000000000000001 is in allow too: remove it from one of them"
        ),
        ("senders: {allow: [me]}", "policy.senders.allow[0]: expected an address"),
    ])
    func refuses(_ policy: String, _ message: String) {
        let problems = Self.problems("policy: {\(policy)}")
        #expect(problems.contains(message) && !problems.contains("\n"), "\(problems)")
    }
}
