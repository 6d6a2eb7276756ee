import Bacalhau
import Ethereum
import RelayCore
import Testing

/// Who may ask, what is said of a refusal, and how a plan comes of it.
@Suite struct PolicyObjectionTests {
    private typealias S = PolicySample

    @Test(
        arguments: [
            ([], [], 1, true), ([], [], nil, true), ([1], [], 1, true), ([1], [], 2, false), ([1], [], nil, false),
            ([], [1], 1, false), ([], [1], 2, true), ([], [1], nil, false), ([1], [1], 1, false),
        ] as [([Int], [Int], Int?, Bool)]
    )
    func knowsWhoMayAsk(allowed: [Int], denied: [Int], asking: Int?, passes: Bool) throws {
        let parties = JobPolicy.Parties(
            allowed: Set(try allowed.map(Sample.address)),
            denied: Set(try denied.map(Sample.address))
        )
        let somebody = try asking.map(Sample.address)
        let requesters = S.policy { $0.requesters = parties }
        let senders = S.policy { $0.senders = parties }
        let refused = { (codes: [PolicyObjection.Code]) in passes ? [] : codes }

        #expect(try S.objections(to: S.wasm(), requesters, requester: somebody).map(\.code) == refused([.requester]))
        #expect(try S.objections(to: S.wasm(), senders, sender: somebody).map(\.code) == refused([.sender]))
        // One is no stand-in for the other.
        let other = try Sample.address(3)
        let both = S.policy {
            $0.requesters = parties
            $0.senders = JobPolicy.Parties(allowed: [other])
        }
        let codes = try S.objections(to: S.wasm(), both, requester: somebody, sender: other).map(\.code)
        #expect(codes == refused([.requester]))
    }

    @Test func saysWhatWasAskedWhichRuleAndWhatIsAllowed() throws {
        let objections = try S.objections(to: S.docker("evil/tool"), JobPolicy())

        #expect(
            objections.map(\.text) == [
                #"the engine "docker" is not allowed"#, #"the image "evil/tool" is not allowed"#,
            ]
        )
        #expect(
            objections.map(\.detail) == [
                #"policy-engine: the engine "docker" is not allowed. policy.engines allows wasm"#,
                #"policy-image: the image "evil/tool" is not allowed. policy.images allows none"#,
            ]
        )
        let refusal = JobRefusal(objections)
        #expect(refusal.code == "policy-engine,policy-image")
        #expect(
            refusal.text == "refused by the operator's policy: policy-engine: the engine \"docker\" is not allowed; "
                + "policy-image: the image \"evil/tool\" is not allowed"
        )
        #expect(refusal.detail == objections.map(\.detail).joined(separator: "\n"))
    }

    /// However much is asked for: the chain takes 1,024 bytes of a reason, the history 4,096.
    @Test func staysWithinWhatIsKept() throws {
        let long = String(repeating: "x", count: 200)
        let inputs = (0..<250).map { index in
            let url = ["http://10.0.0.1/\(long)", "http://a@b/\(long)", "https://\(long.prefix(60)).org:81/\(long)"][
                index % 3
            ]
            return #"{"Source":{"Type":"urlDownload","Params":{"URL":"\#(url)"}},"Target":"/\#(index)"}"#
        }
        let parts = [
            #""Engine":{"Type":"docker","Params":{"Image":"\#(long)/\#(long)"}}"#,
            #""Publisher":{"Type":"s3","Params":{"Bucket":"\#(long)","Key":"k","Region":"\#(long)."}}"#,
            #""Env":{\#((0..<300).map { #""A\#($0)":"b""# }.joined(separator: ","))}"#,
            #""Network":{"Type":"HTTP","Domains":["10.0.0.1","\#(long.prefix(60)).org"]}"#,
            #""Resources":{"CPU":"99","Memory":"99GiB","Disk":"99GiB","GPU":"99"}"#,
            #""Timeouts":{"TotalTimeout":99999}"#, #""InputSources":[\#(inputs.joined(separator: ","))]"#,
        ]
        let spec = "{\(parts.joined(separator: ","))}"
        let somebody = try Sample.address(1)
        let policy = try S.policy {
            $0.environment = (0..<256).map { "\(long)\($0)" }
            $0.hosts = try (0..<256).map { try HostPattern("\(long.prefix(60))\($0).org") }
            $0.maxBodySize = 1
            $0.requesters = JobPolicy.Parties(allowed: [somebody])
            $0.senders = JobPolicy.Parties(denied: [somebody])
        }

        let objections = try S.objections(to: spec, policy)

        #expect(objections.count > 18 && Set(objections.map(\.code)).count == objections.count)
        for objection in objections {
            #expect(objection.text.utf8.count <= 200 && objection.detail.hasPrefix(objection.code.rawValue + ": "))
        }
        let refusal = JobRefusal(objections)
        #expect(refusal.text.utf8.count <= 1_024 && refusal.detail.utf8.count <= 4_096)
        for objection in objections { #expect(refusal.detail.contains("\(objection.code.rawValue): ")) }
    }

    @Test func refusesAPlanByThePolicyOfItsContract() throws {
        let request = try Sample.request(spec: S.docker())
        let plan = { (policies: [Address: JobPolicy]) in
            let context = JobContext(genesisHash: Sample.hash(9), chainID: 1, namespace: "lilypad", policies: policies)
            return JobPlan.make(for: request, attempt: 1, context: context)
        }
        let lenient = try S.policy {
            $0.engines = [.docker]
            $0.images = [try ImagePattern("ubuntu:*")]
        }
        func refusal(_ result: Result<JobPlan, JobRefusal>) -> JobRefusal? {
            if case .failure(let refusal) = result { refusal } else { nil }
        }

        #expect(refusal(plan([:]))?.objections.map(\.code) == [.engine, .image])
        #expect(refusal(plan([try Sample.address(1): lenient]))?.objections.map(\.code) == [.engine, .image])
        #expect(refusal(plan([request.contract: lenient])) == nil)
    }

    @Test func asksThePolicyAboutTheRequesterAndTheSender() throws {
        let request = try Sample.request()
        let sender = try Sample.address(5)
        let policy = S.policy {
            $0.requesters = JobPolicy.Parties(allowed: [request.requester])
            $0.senders = JobPolicy.Parties(allowed: [sender])
        }
        let context = JobContext(
            genesisHash: Sample.hash(9),
            chainID: 1,
            namespace: "lilypad",
            policies: [request.contract: policy]
        )
        #expect(throws: Never.self) {
            try JobPlan.make(for: request, attempt: 1, context: context, sender: sender).get()
        }
        let unknown = #expect(throws: JobRefusal.self) {
            try JobPlan.make(for: request, attempt: 1, context: context).get()
        }
        #expect(unknown?.objections.map(\.code) == [.sender])
    }

    /// A spec that cannot be read is refused for that, as before.
    @Test func refusesABadSpecBeforeThePolicyIsAsked() throws {
        let context = JobContext(genesisHash: Sample.hash(9), chainID: 1, namespace: "lilypad")
        let refusal = #expect(throws: JobRefusal.self) {
            try JobPlan.make(for: try Sample.request(spec: "{}"), attempt: 1, context: context).get()
        }
        #expect(refusal?.code == "missing-key" && refusal?.objections == [])
        #expect(refusal?.detail == "missing-key: " + (refusal?.text ?? ""))
    }

    @Test func planTakesTheTimeThatThePolicyAllows() throws {
        let request = try Sample.request()
        let context = JobContext(
            genesisHash: Sample.hash(9),
            chainID: 1,
            namespace: "lilypad",
            policies: [request.contract: S.policy { $0.maxTime = 60 }]
        )
        #expect(try JobPlan.make(for: request, attempt: 1, context: context).get().timeoutSeconds == 60)
    }
}
