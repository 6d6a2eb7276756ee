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

    package init(
        genesisHash: Hash32,
        chainID: UInt64,
        namespace: String,
        limits: SpecLimits = SpecLimits(),
        book: ContractBook = ContractBook(every: .reference)
    ) {
        self.genesisHash = genesisHash
        self.chainID = chainID
        self.namespace = namespace
        self.limits = limits
        self.book = book
    }
}

/// A try's name and the exact body that is sent under it: the same for the same request and try, whenever it is made.
package struct JobPlan: Equatable, Sendable {
    package let name: String
    package let body: [UInt8]
    package let resultType: ResultType
    /// The job's own time-out in seconds.
    package let timeoutSeconds: Int64
    /// The value of the label `lilypad-request`, by which a job is known as this request's.
    package let requestLabel: String
}

extension JobPlan {
    /// Plans a request's job, or says why there will be none: an answer for the contract.
    package static func make(
        for request: ObservedRequest,
        attempt: Int,
        context: JobContext
    ) -> Result<JobPlan, JobRefusal> {
        if let damage = request.damage { return .failure(JobRefusal(code: "damaged-log", text: damage)) }
        guard let resultType = request.resultType.flatMap(ResultType.init(rawValue:)) else {
            let number = request.resultType.map { "\($0)" } ?? "none"
            return .failure(JobRefusal(code: "result-type", text: "result type \(number) is none of 0, 1, 2, 3"))
        }
        let digest = keccak256(context.genesisHash.bytes + request.hash.bytes)
        guard let name = JobName(digest: digest.bytes, try: attempt),
            let labels = JobLabel.ofRequest(
                chainID: context.chainID,
                contract: request.contract.bytes,
                requestHash: request.hash.bytes
            )
        else { return .failure(JobRefusal(code: "name", text: "the request cannot be named")) }
        do {
            let body = try JobBody.build(
                spec: request.spec,
                resultType: resultType,
                name: name,
                namespace: context.namespace,
                labels: labels,
                limits: context.limits
            )
            return .success(
                JobPlan(
                    name: name.text,
                    body: body.bytes,
                    resultType: resultType,
                    timeoutSeconds: body.timeout,
                    requestLabel: requestLabel(of: request.hash)
                )
            )
        } catch {
            return .failure(JobRefusal(code: error.code.rawValue, text: error.text))
        }
    }

    /// The value of the label `lilypad-request` for this hash.
    package static func requestLabel(of hash: Hash32) -> String { String(hash.hex.dropFirst(2).prefix(60)) }
}

/// Why a request gets no job: a code for counters and the history, a text for the contract.
package struct JobRefusal: Error, Equatable, Sendable {
    package let code: String
    package let text: String
}
