import Bacalhau
import Ethereum
import JSON
import RelayCore
import Testing

@Suite struct JobPlanTests {
    private let context = JobContext(genesisHash: Sample.hash(9), chainID: 31_337, namespace: "lilypad")

    private func plan(_ request: ObservedRequest, attempt: Int = 1, _ other: JobContext? = nil) throws -> JobPlan {
        try JobPlan.make(for: request, attempt: attempt, context: other ?? context).get()
    }

    private func refusal(_ request: ObservedRequest, attempt: Int = 1) -> JobRefusal? {
        if case .failure(let refusal) = JobPlan.make(for: request, attempt: attempt, context: context) {
            refusal
        } else {
            nil
        }
    }

    /// Names as Python's keccak makes them.
    @Test func namesAJobAfterChainAndRequest() throws {
        for vector in try jsonFile("Tests/RelayCoreTests/Vectors/requests.json").list("requests") {
            let sample = try Sample.request()
            let request = ObservedRequest(
                hash: try vector.hash("requestHash"),
                contract: sample.contract,
                jobID: sample.jobID,
                requester: sample.requester,
                party: sample.party,
                spec: sample.spec,
                resultType: 1,
                place: sample.place
            )
            let context = JobContext(genesisHash: try vector.hash("genesis"), chainID: 1, namespace: "lilypad")
            let name = try vector.text("jobName")
            #expect(try plan(request, context).name == name)
            #expect(try plan(request, attempt: 2, context).name == name + "-r2")
            #expect(try plan(request, attempt: 12, context).name == name + "-r12")
        }
    }

    // MARK: Nodes that must agree

    private func verifying(_ rule: Agreement?, _ policy: JobPolicy = JobPolicy()) throws -> JobContext {
        let contract = try Sample.request().contract
        return JobContext(
            genesisHash: Sample.hash(9),
            chainID: 31_337,
            namespace: "lilypad",
            book: ContractBook(every: .reference),
            policies: [contract: policy],
            readsFiles: true,
            agreements: rule.map { [contract: $0] } ?? [:]
        )
    }

    private func body(_ plan: JobPlan) throws -> JSONValue { try #require(JSONValue.parse(plan.body)["Job"]) }

    @Test func runsAVerifiedJobOnAsManyNodesAsTheOperatorSays() throws {
        let request = try Sample.request()
        #expect(try body(plan(request, verifying(nil)))["Count"] == 1)
        // What the policy allows a spec to ask for is another thing.
        let rule = try #require(Agreement(runs: 3))
        let plan = try plan(request, verifying(rule))
        #expect(try body(plan)["Count"] == 3 && plan.agreement == rule)
        #expect(try body(plan)["Tasks"]?.array?.first?["Publisher"]?["Type"] == "ipfs")
        // What is compared by its output need not be published.
        let byOutput = try self.plan(request, verifying(Agreement(runs: 2, basis: .output)))
        #expect(try body(byOutput)["Tasks"]?.array?.first?["Publisher"] == nil)
        let elsewhere = JobContext(
            genesisHash: Sample.hash(9),
            chainID: 31_337,
            namespace: "lilypad",
            agreements: [.zero: rule]
        )
        #expect(try self.plan(request, elsewhere).agreement == nil)
    }

    @Test func judgesAJobThatWantsMoreRunsByAMajorityOfThem() throws {
        let rule = try #require(Agreement(runs: 2))
        var policy = JobPolicy()
        policy.maxCount = 5
        var question = JobQuestion(
            spec: Array(
                #"{"Engine":"wasm","Wasm":{"EntryModule":{"StorageSource":"IPFS","CID":"\#(JobSample.published.cid ?? "")"}},"#
                    .utf8
            ) + Array(#""Deal":{"Concurrency":5}}"#.utf8),
            resultType: .stdout,
            contract: try Sample.request().contract,
            requestHash: Sample.hash(3),
            requester: nil,
            sender: nil
        )
        question.format = .legacy
        let plan = try JobPlan.make(for: question, attempt: 1, context: verifying(rule, policy)).get()
        #expect(try body(plan)["Count"] == 5 && plan.agreement?.runs == 5 && plan.agreement?.agree == 3)
        policy.maxCount = 1
        let strict = JobPlan.make(for: question, attempt: 1, context: try verifying(rule, policy))
        guard case .failure(let refusal) = strict else {
            Issue.record("planned")
            return
        }
        #expect(refusal.code == "policy-count")
    }

    @Test func makesTheSameBytesEachTime() throws {
        let request = try Sample.request()
        let first = try plan(request)
        #expect(try plan(request) == first)
        var moved = request
        moved.place = Place(
            blockNumber: 9_999,
            blockHash: Sample.hash(20),
            transactionHash: Sample.hash(21),
            logIndex: 0
        )
        #expect(try plan(moved) == first)
        #expect(try plan(request, attempt: 2).body != first.body)
    }

    @Test func putsNameNamespaceAndLabelsIntoTheBody() throws {
        let request = try Sample.request()
        let plan = try plan(request, attempt: 3)
        let job = try #require(JSONValue.parse(plan.body)["Job"])
        #expect(try job.text("Name") == plan.name)
        #expect(try job.text("Namespace") == "lilypad")
        let labels = try #require(job["Labels"])
        #expect(try labels.text("lilypad-chain") == "31337")
        #expect(try labels.text("lilypad-contract") == request.contract.hex)
        #expect(try labels.text("lilypad-request") == plan.requestLabel)
        #expect(plan.requestLabel == JobPlan.requestLabel(of: request.hash))
        #expect(plan.requestLabel.utf8.count == 60 && request.hash.hex.hasPrefix("0x" + plan.requestLabel))
        #expect(plan.timeoutSeconds == 1_800)
        #expect(plan.resultType == .stdout)
    }

    @Test(arguments: [4, 255] as [UInt8]) func refusesAnUnknownResultType(type: UInt8) throws {
        let request = try Sample.request(resultType: type)
        #expect(refusal(request)?.code == "result-type")
        #expect(refusal(request)?.text == "result type \(type) is none of 0, 1, 2, 3")
    }

    @Test func refusesADamagedLogWithItsDamage() throws {
        let request = try Sample.request(resultType: nil, damage: "damaged log: spec: cut")
        #expect(refusal(request)?.code == "damaged-log")
        #expect(refusal(request)?.text == "damaged log: spec: cut")
    }

    @Test func refusesWithoutAResultType() throws {
        #expect(refusal(try Sample.request(resultType: nil))?.code == "result-type")
    }

    @Test(arguments: [
        ("", "not-json"), ("[]", "wrong-kind"), ("{}", "missing-key"), (#"{"a":1,"a":2}"#, "duplicate-key"),
    ])
    func refusesABadSpecWithItsCode(spec: String, code: String) throws {
        let request = try Sample.request(spec: spec)
        let refusal = try #require(self.refusal(request))
        #expect(refusal.code == code)
        #expect(!refusal.text.isEmpty && refusal.text.utf8.count <= 1_024)
    }

    @Test func refusesATryBelowTheFirst() throws {
        #expect(refusal(try Sample.request(), attempt: 0)?.code == "name")
        #expect(refusal(try Sample.request(), attempt: .max) == nil)
    }

    @Test func refusesABodyAboveTheLimit() throws {
        let limits = SpecLimits(body: 400)
        let strict = JobContext(genesisHash: Sample.hash(9), chainID: 1, namespace: "lilypad", limits: limits)
        guard case .failure(let refusal) = JobPlan.make(for: try Sample.request(), attempt: 1, context: strict) else {
            Issue.record("a body above the limit is planned")
            return
        }
        #expect(refusal.code == "too-large")
    }
}
