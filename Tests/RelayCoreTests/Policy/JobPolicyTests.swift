import Bacalhau
import Ethereum
import RelayCore
import Testing

/// Each rule, with what it lets pass and what it does not.
@Suite struct JobPolicyTests {
    private typealias S = PolicySample

    /// What is refused by default and nothing else is said of it.
    @Test(
        arguments: [
            (S.wasm(), []), (S.wasm(more: #""Publisher":{"Type":"ipfs"}"#), []),
            (S.wasm(more: #""Publisher":{"Type":"noop"}"#), []), (S.wasm(more: #""Network":{"Type":"None"}"#), []),
            (S.wasm(more: #""Env":{"SEED":"1"}"#), []),
            (S.wasm(more: #""Resources":{"CPU":"1","Memory":"1GiB","Disk":"1GiB","GPU":"0"}"#), []),
            (S.wasm(more: #""Timeouts":{"TotalTimeout":1800,"ExecutionTimeout":900,"QueueTimeout":900}"#), []),
            (
                S.wasm(
                    inputs:
                        #"{"Source":{"Type":"ipfs","Params":{"CID":"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"}},"Target":"/in"}"#
                ), []
            ),
            (S.docker(), ["policy-engine", "policy-image"]), (#"{"Engine":{"Type":"duckdb"}}"#, ["policy-engine"]),
            (#"{"Engine":{"Type":"noop"}}"#, ["policy-engine"]),
            (S.download("https://data.example.org/a"), ["policy-input", "policy-input-host"]),
            (S.s3(#""Bucket":"b""#), ["policy-input", "policy-bucket"]),
            (S.wasm(more: #""Publisher":{"Type":"local"}"#), ["policy-publisher"]),
            (S.wasm(more: #""Publisher":{"Type":"s3managed"}"#), ["policy-publisher"]),
            (
                S.wasm(more: #""Publisher":{"Type":"s3","Params":{"Bucket":"b","Key":"k"}}"#),
                ["policy-publisher", "policy-publish-bucket", "policy-publish-key"]
            ),
            (S.wasm(more: #""Publisher":{"Type":"estuary"}"#), ["policy-publisher"]),
            (S.wasm(more: #""Network":{"Type":"Bridge"}"#), ["policy-network"]),
            (S.wasm(more: #""Network":{"Type":"HTTP","Domains":["a.org"]}"#), ["policy-network", "policy-domain"]),
            (S.wasm(more: #""Resources":{"CPU":"1001m"}"#), ["policy-cpu"]),
            (S.wasm(more: #""Resources":{"CPU":"1.0000001"}"#), ["policy-cpu"]),
            (S.wasm(more: #""Resources":{"Memory":"1073741825"}"#), ["policy-memory"]),
            (S.wasm(more: #""Resources":{"Disk":"1.1GiB"}"#), ["policy-disk"]),
            (S.wasm(more: #""Resources":{"GPU":"1"}"#), ["policy-gpu"]),
            (S.wasm(more: #""Timeouts":{"TotalTimeout":1801}"#), ["policy-time"]),
            (S.wasm(more: #""Timeouts":{"ExecutionTimeout":1801}"#), ["policy-time"]),
            (S.wasm(more: #""Timeouts":{"ExecutionTimeout":1000,"QueueTimeout":1000}"#), ["policy-time"]),
        ] as [(String, [String])]
    )
    func deniesByDefault(spec: String, codes: [String]) throws {
        #expect(try S.codes(spec, JobPolicy()) == codes)
    }

    @Test func allowsContainersOfListedImages() throws {
        let policy = try S.policy {
            $0.engines = [.docker]
            $0.images = [try ImagePattern("ubuntu:24.04"), try ImagePattern("ghcr.io/team/*")]
        }
        #expect(try S.codes(S.docker("docker.io/library/ubuntu:24.04"), policy) == [])
        #expect(try S.codes(S.docker("ghcr.io/team/tool"), policy) == [])
        #expect(try S.codes(S.docker("ghcr.io/teams/tool"), policy) == ["policy-image"])
        #expect(try S.codes(S.docker("Ubuntu:24.04"), policy) == ["policy-image"])
        #expect(try S.codes(S.wasm(), policy) == ["policy-engine"])
    }

    @Test func allowsModulesThatAreListed() throws {
        let policy = S.policy { $0.modules = ["resize:1"] }
        let codes = { try S.objections(to: S.wasm(), $0, module: $1).map(\.code) }

        #expect(try codes(policy, "resize:1") == [])
        #expect(try codes(policy, "resize:2") == [.module])
        #expect(try codes(policy, nil) == [])
        #expect(try codes(JobPolicy(), "anything") == [])
        #expect(try codes(S.policy { $0.modules = [] }, "resize:1") == [.module])
    }

    @Test(
        arguments: [
            ("https://data.example.org/a", []), ("https://a.files.example.org/a", []),
            ("https://files.example.org:8443/a", []),
            ("http://data.example.org/a", ["policy-http"]), ("https://data.example.org:81/a", ["policy-port"]),
            ("https://example.org/a", ["policy-input-host"]),
            ("https://data.example.org.evil.com/a", ["policy-input-host"]),
            ("https://user@data.example.org/a", ["policy-url"]),
            (#"https://data.example.org\\@evil.com/a"#, ["policy-url"]),
            ("https://127.0.0.1/a", ["policy-private-host"]), ("https://127.1/a", ["policy-url"]),
            ("http://169.254.169.254/latest/meta-data", ["policy-http", "policy-private-host"]),
            ("https://[::ffff:10.0.0.1]/a", ["policy-url"]), ("https://[::ffff:a00:1]/a", ["policy-private-host"]),
            ("https://localhost/a", ["policy-private-host"]),
        ] as [(String, [String])]
    )
    func allowsDownloadsFromListedHosts(url: String, codes: [String]) throws {
        let policy = try S.policy {
            $0.inputs = [.inline, .urlDownload]
            $0.hosts = try ["data.example.org", "*.files.example.org", "files.example.org:8443"].map(HostPattern.init)
        }
        #expect(try S.codes(S.download(url), policy) == codes)
    }

    @Test func keepsPrivateHostsRefusedWhereAllAreAllowed() throws {
        let policy = try S.policy {
            $0.inputs = [.inline, .urlDownload]
            $0.hosts = [try HostPattern("*")]
            $0.isPlainHTTPAllowed = true
        }
        #expect(try S.codes(S.download("http://example.org/a"), policy) == [])
        #expect(try S.codes(S.download("http://8.8.8.8/a"), policy) == [])
        for host in ["10.0.0.1", "192.168.1.1", "100.64.1.1", "[fd00::1]", "[::1]", "a.internal", "redis", "db.svc"] {
            #expect(try S.codes(S.download("http://\(host)/a"), policy) == ["policy-private-host"], "\(host)")
        }
        #expect(try S.codes(S.download("http://example.org:8080/a"), policy) == ["policy-port"])
    }

    /// A CID needs the publisher ipfs, which is filled in before the policy is asked.
    @Test func judgesThePublisherThatACIDNeeds() throws {
        let policy = S.policy { $0.publishers = [.noop] }
        #expect(try S.objections(to: S.wasm(), policy, resultType: .cid).map(\.code) == [.publisher])
        #expect(try S.objections(to: S.wasm(), policy, resultType: .stdout).isEmpty)
    }

    @Test(
        arguments: [
            (["api.example.org"], []), (["API.example.org", "a.b.example.com"], []),
            (["api.example.org", "evil.com"], ["policy-domain"]), ([".example.org"], ["policy-domain"]),
            (["127.0.0.1"], ["policy-private-host"]), (["1.2"], ["policy-domain"]),
            (["metadata.google.internal"], ["policy-private-host"]),
        ] as [([String], [String])]
    )
    func allowsListedDomains(domains: [String], codes: [String]) throws {
        let policy = try S.policy {
            $0.networks = [.http]
            $0.domains = try ["api.example.org", ".example.com"].map(DomainPattern.init)
        }
        let list = domains.map { "\"\($0)\"" }.joined(separator: ",")
        let spec = S.wasm(more: #""Network":{"Type":"HTTP","Domains":[\#(list)]}"#)
        #expect(try S.codes(spec, policy) == codes)
        #expect(try S.codes(S.wasm(), policy) == ["policy-network"])
    }

    @Test func allowsListedVariables() throws {
        let policy = try S.policy {
            $0.engines = [.wasm, .docker]
            $0.images = [try ImagePattern("ubuntu:24.04")]
            $0.environment = ["SEED"]
        }
        #expect(try S.codes(S.wasm(more: #""Env":{"SEED":"1"}"#), policy) == [])
        #expect(try S.codes(S.wasm(more: #""Env":{"SEED":"1","SEEDS":"1"}"#), policy) == ["policy-environment"])
        #expect(try S.codes(S.docker(more: #","EnvironmentVariables":["SEED=a=b"]"#), policy) == [])
        #expect(
            try S.codes(S.docker(more: #","EnvironmentVariables":["LD_PRELOAD=SEED"]"#), policy) == [
                "policy-environment"
            ]
        )
        // The sign for kelvin is no K, nor an equals sign with a stroke a part of the name.
        let key = S.policy(policy) { $0.environment = ["KEY"] }
        for name in ["\u{212a}EY", "KEYS", "KE\u{301}Y"] {
            #expect(
                try S.codes(S.docker(more: #","EnvironmentVariables":["\#(name)=a"]"#), key) == ["policy-environment"]
            )
        }
        #expect(try S.codes(S.docker(more: #","EnvironmentVariables":["KEY=\u0338a"]"#), key) == [])
        let none = S.policy { $0.environment = [] }
        #expect(try S.codes(S.wasm(more: #""Env":{"SEED":"1"}"#), none) == ["policy-environment"])
    }

    @Test func allowsMoreWhereItSaysSo() throws {
        let policy = S.policy {
            ($0.maxCPU, $0.maxMemory, $0.maxDisk, $0.maxGPU) = (2_500, 2 << 30, 0, 2)
            $0.maxTime = 7_200
        }
        let resources = #""Resources":{"CPU":"2.5","Memory":"2GiB","Disk":"0","GPU":"2"}"#
        #expect(try S.codes(S.wasm(more: resources + #","Timeouts":{"TotalTimeout":7200}"#), policy) == [])
        #expect(try S.codes(S.wasm(more: #""Resources":{"Disk":"1"}"#), policy) == ["policy-disk"])
    }

    /// Otherwise whoever says nothing of time would be refused where less than the relayer's own half hour is allowed.
    @Test func givesAJobThatDoesNotSayTheTimeThatIsAllowed() throws {
        let policy = S.policy { $0.maxTime = 600 }
        let completed = { (spec: String, policy: JobPolicy) in
            try policy.completed(TaskSpec.read(Array(spec.utf8)), for: .stdout).timeouts.total
        }
        #expect(try completed(S.wasm(), policy) == 600 && S.codes(S.wasm(), policy) == [])
        #expect(try completed(S.wasm(), S.policy { $0.maxTime = 7_200 }) == 1_800)
        #expect(try completed(S.wasm(more: #""Timeouts":{"TotalTimeout":60}"#), policy) == 60)
        let long = S.wasm(more: #""Timeouts":{"ExecutionTimeout":601}"#)
        #expect(try completed(long, policy) == 601 && S.codes(long, policy) == ["policy-time"])
    }

    /// Nor may it matter in which format nothing is said.
    @Test(arguments: SpecFormat.allCases) func givesThatTimeInEveryFormat(format: SpecFormat) throws {
        let name = try #require(ModuleName("hello:v1"))
        let module = try ModuleTemplate(name: name, parameters: [], text: Array(S.wasm().utf8))
        let spec =
            switch format {
            case .task: S.wasm()
            case .legacy: S.legacy()
            case .module: "hello:v1"
            }
        let modules = ModuleCatalogue([module])
        let reading = try SpecReading.read(Array(spec.utf8), as: format, modules: modules, limits: SpecLimits())
        let task = reading.task
        #expect(try S.policy { $0.maxTime = 600 }.completed(task, for: .stdout).timeouts.total == 600)
        #expect(try JobPolicy().completed(task, for: .stdout).timeouts.total == 1_800)
    }

    @Test(arguments: [(1, 1, true), (1, 2, false), (3, 3, true), (3, 4, false), (3, 0, false), (3, -1, false)])
    func countsNodes(most: Int64, count: Int64, passes: Bool) throws {
        let policy = S.policy { $0.maxCount = most }
        var task = try policy.completed(TaskSpec.read(Array(S.wasm().utf8)), for: .stdout)
        task.count = count
        let contract = try Sample.address(10)
        let objections = policy.judge(task, bodySize: 1, requester: nil, sender: nil, contract: contract)
        #expect(objections.map(\.code) == (passes ? [] : [.count]))
    }

    @Test func measuresTheBody() throws {
        let policy = S.policy { $0.maxBodySize = 100 }
        #expect(try S.objections(to: S.wasm(), policy, bodySize: 100).isEmpty)
        #expect(try S.objections(to: S.wasm(), policy, bodySize: 101).map(\.code) == [.bodySize])
    }

    /// What a server would give such a job is not known.
    @Test func objectsToATaskThatIsNotCompleted() throws {
        let policy = JobPolicy()
        let task = try TaskSpec.read(Array(S.wasm().utf8))
        let contract = try Sample.address(10)
        let objections = policy.judge(task, bodySize: 1, requester: nil, sender: nil, contract: contract)
        #expect(objections.map(\.code) == [.cpu, .memory, .time])
    }
}

/// What a job publishes whose output is to be read.
@Suite struct PublishedOutputTests {
    private typealias S = PolicySample

    private func publisher(
        _ spec: String,
        _ type: ResultType,
        _ policy: JobPolicy = JobPolicy(),
        publishes: Bool = true
    ) throws -> String? {
        let task = try TaskSpec.read(Array(spec.utf8))
        return try policy.completed(task, for: type, publishesOutput: publishes).publisher?.type
    }

    @Test func publishesTheOutputThatIsWanted() throws {
        #expect(try publisher(S.wasm(), .stdout) == "ipfs")
        #expect(try publisher(S.wasm(), .stderr) == "ipfs")
        // Of an exit code the run output has all.
        #expect(try publisher(S.wasm(), .exitCode) == nil)
        #expect(try publisher(S.wasm(), .cid) == "ipfs")
    }

    @Test func leavesThePublisherOfASpec() throws {
        #expect(try publisher(S.wasm(more: #""Publisher":{"Type":"noop"}"#), .stdout) == "noop")
    }

    @Test func publishesNothingThatIsNotReadOrNotAllowed() throws {
        #expect(try publisher(S.wasm(), .stdout, publishes: false) == nil)
        #expect(try publisher(S.wasm(), .stdout, S.policy { $0.publishers = [.noop] }) == nil)
    }
}
