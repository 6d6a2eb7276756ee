package import Bacalhau
package import Ethereum

/// What every job of this relayer has in common.
package struct JobContext: Sendable {
    package let genesisHash: Hash32
    package let chainID: UInt64
    package let namespace: String
    package let limits: SpecLimits
    /// Each contract's binding names the format of its specs.
    package let book: ContractBook
    /// Of each contract; one that is not here has the strictest policy.
    package let policies: [Address: JobPolicy]
    /// What specs of the format `module` may call.
    package let modules: ModuleCatalogue
    /// Whether published files are read, so that a job had better publish its output.
    package let readsFiles: Bool
    /// Of the contracts whose jobs run on several nodes, which must agree.
    package let agreements: [Address: Agreement]

    package init(
        genesisHash: Hash32,
        chainID: UInt64,
        namespace: String,
        limits: SpecLimits = SpecLimits(),
        book: ContractBook = ContractBook(every: .reference),
        policies: [Address: JobPolicy] = [:],
        modules: ModuleCatalogue = ModuleCatalogue(),
        readsFiles: Bool = false,
        agreements: [Address: Agreement] = [:]
    ) {
        self.genesisHash = genesisHash
        self.chainID = chainID
        self.namespace = namespace
        self.limits = limits
        self.book = book
        self.policies = policies
        self.modules = modules
        self.readsFiles = readsFiles
        self.agreements = agreements
    }
}

/// What of a request makes its job: all of it on the chain, or made up to try the policy.
package struct JobQuestion: Sendable {
    package var spec: [UInt8]
    package var format = SpecFormat.task
    package var resultType: ResultType
    package var contract: Address
    package var requestHash: Hash32
    /// Nil where it is not known, as is the sender of the transaction.
    package var requester: Address?
    package var sender: Address?
    /// Whether the rules for senders have been kept before.
    package var isAdmitted = false

    package init(
        spec: [UInt8],
        resultType: ResultType,
        contract: Address,
        requestHash: Hash32,
        requester: Address?,
        sender: Address?
    ) {
        self.spec = spec
        self.resultType = resultType
        self.contract = contract
        self.requestHash = requestHash
        self.requester = requester
        self.sender = sender
    }
}

/// A try's name and the exact body that is sent under it: the same for the same request and try, whenever it is made.
package struct JobPlan: Equatable, Sendable {
    package let name: String
    package let body: [UInt8]
    package let resultType: ResultType
    /// The job's own time-out in seconds.
    package let timeoutSeconds: Int64
    /// How long it may wait for a node with room, in seconds.
    package let queueSeconds: Int64
    /// How many compute nodes run it.
    package let nodes: Int64
    /// Compute that it may take, all nodes together, in seconds.
    package var computeSeconds: Int64 {
        let (product, overflow) = timeoutSeconds.multipliedReportingOverflow(by: nodes)
        return overflow ? .max : product
    }
    /// The value of the label `lilypad-request`, by which a job is known as this request's.
    package let requestLabel: String
    /// By which its answers are judged; nil where any one counts.
    package let agreement: Agreement?
    /// What it asks of a compute node, as its body says.
    package let resources: Resources
}

extension JobPlan {
    /// Plans a request's job, or says why there will be none: an answer for the contract.
    ///
    /// `sender` is the account that sent the request's transaction, where it is known; once a request `isAdmitted`, the
    /// rules for senders have been kept.
    package static func make(
        for request: ObservedRequest,
        attempt: Int,
        context: JobContext,
        sender: Address? = nil,
        isAdmitted: Bool = false
    ) -> Result<JobPlan, JobRefusal> {
        if let damage = request.damage { return .failure(JobRefusal(code: "damaged-log", text: damage)) }
        guard let resultType = request.resultType.flatMap(ResultType.init(rawValue:)) else {
            let number = request.resultType.map { "\($0)" } ?? "none"
            return .failure(JobRefusal(code: "result-type", text: "result type \(number) is none of 0, 1, 2, 3"))
        }
        var question = JobQuestion(
            spec: request.spec,
            resultType: resultType,
            contract: request.contract,
            requestHash: request.hash,
            requester: request.requester,
            sender: sender
        )
        question.isAdmitted = isAdmitted
        question.format = context.book[request.contract]?.format ?? .task
        return make(for: question, attempt: attempt, context: context)
    }

    /// Reads the spec, fills in what it leaves open, and judges the whole by the contract's policy.
    package static func make(
        for question: JobQuestion,
        attempt: Int,
        context: JobContext
    ) -> Result<JobPlan, JobRefusal> {
        let digest = keccak256(context.genesisHash.bytes + question.requestHash.bytes)
        guard let name = JobName(digest: digest.bytes, try: attempt),
            let labels = JobLabel.ofRequest(
                chainID: context.chainID,
                contract: question.contract.bytes,
                requestHash: question.requestHash.bytes
            )
        else { return .failure(JobRefusal(code: "name", text: "the request cannot be named")) }
        var policy = context.policies[question.contract] ?? JobPolicy()
        let isRequesterProven = context.book[question.contract]?.fields.isRequesterProven ?? false
        if question.isAdmitted {
            policy.senders = JobPolicy.Parties()
            if !isRequesterProven { policy.requesters = JobPolicy.Parties() }
        }
        let agreement = context.agreements[question.contract]
        do {
            let reading = try SpecReading.read(
                question.spec,
                as: question.format,
                modules: context.modules,
                limits: context.limits
            )
            let task = try policy.completed(
                reading.task,
                for: question.resultType,
                publishesOutput: context.readsFiles && agreement?.basis != .output
            )
            let body = try JobBody.build(
                task: task,
                resultType: question.resultType,
                name: name,
                namespace: context.namespace,
                labels: labels,
                runs: agreement?.runs ?? 1,
                limits: context.limits
            )
            let objections = policy.judge(
                task,
                bodySize: body.bytes.count,
                requester: question.requester,
                isRequesterProven: isRequesterProven,
                sender: question.sender,
                contract: question.contract,
                module: reading.module
            )
            guard objections.isEmpty else { return .failure(JobRefusal(objections)) }
            return .success(
                JobPlan(
                    name: name.text,
                    body: body.bytes,
                    resultType: question.resultType,
                    timeoutSeconds: body.timeout,
                    queueSeconds: body.queue,
                    nodes: body.nodes,
                    requestLabel: requestLabel(of: question.requestHash),
                    agreement: agreement?.forJob(count: task.count),
                    resources: task.resources
                )
            )
        } catch {
            return .failure(JobRefusal(error))
        }
    }

    /// The value of the label `lilypad-request` for this hash.
    package static func requestLabel(of hash: Hash32) -> String { String(hash.hex.dropFirst(2).prefix(60)) }
}

/// Why a request gets no job.
package struct JobRefusal: Error, Equatable, Sendable {
    /// For counters and the log; several are parted by commas.
    package let code: String
    /// For the contract.
    package let text: String
    /// For the history: everything that is to be said, one reason a line.
    package let detail: String
    /// What the policy has against it; empty where the spec itself is wrong.
    package let objections: [PolicyObjection]

    /// Where the answer comes from.
    package let source: String

    package init(code: String, text: String) {
        self.init(code: code, text: text, detail: "\(code): \(text)", objections: [])
    }

    init(_ refusal: SpecRefusal) { self.init(code: refusal.code.rawValue, text: refusal.text) }

    init(code: String, text: String, detail: String, objections: [PolicyObjection], source: String? = nil) {
        self.code = code
        self.text = text
        self.detail = detail
        self.objections = objections
        self.source = source ?? (objections.isEmpty ? "spec" : "policy")
    }
}
