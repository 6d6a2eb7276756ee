package import Bacalhau
package import Ethereum

/// What an operator lets strangers' specs run: one contract's rules.
///
/// This folder judges a checked spec by those rules, and says of each that it breaks what was asked and what is allowed.
/// A policy without a word of its operator's is the strictest one that is of use: small WASM programs without a network.
package struct JobPolicy: Equatable, Sendable {
    package enum Engine: String, CaseIterable, Sendable {
        case wasm
        case docker
    }

    /// Where inputs come from, in Bacalhau's words.
    package enum Input: String, CaseIterable, Sendable {
        case inline
        case ipfs
        case urlDownload
        case s3
    }

    /// Where results go, in Bacalhau's words.
    package enum Publisher: String, CaseIterable, Sendable {
        case ipfs
        case noop
        case s3
        case s3managed
        case local
    }

    package var engines: [Engine] = [.wasm]
    /// For the engine docker.
    package var images: [ImagePattern] = []
    /// Names of modules of the settings; nil: all of them.
    package var modules: [String]?

    package var inputs: [Input] = [.inline, .ipfs]
    /// For downloads and for the endpoints of S3, where private ones stay refused whatever is listed.
    package var hosts: [HostPattern] = []
    /// Whether a URL may be without TLS.
    package var isPlainHTTPAllowed = false
    /// Of S3, to read inputs from.
    package var buckets: [String] = []

    /// A spec that names none publishes nothing, and may.
    package var publishers: [Publisher] = [.ipfs, .noop]
    /// Of S3, to write results to, each job at a place of its own.
    package var publishBuckets: [String] = []

    package var networks: [Network.Mode] = [.none]
    /// For networks of the kind HTTP.
    package var domains: [DomainPattern] = []

    /// Names of variables that a spec may set; nil: all.
    package var environment: [String]?

    /// In thousandths of a core.
    package var maxCPU: UInt64 = 1_000
    /// In bytes.
    package var maxMemory: UInt64 = 1 << 30
    /// In bytes.
    package var maxDisk: UInt64 = 1 << 30
    /// In devices.
    package var maxGPU: UInt64 = 0
    /// In seconds, of each of a job's time-outs.
    package var maxTime: Int64 = 1_800
    /// Of nodes that run the same job.
    package var maxCount: Int64 = 1
    /// Bytes of the body that is sent.
    package var maxBodySize = SpecLimits.bodyCeiling

    /// By the contract's word; where it does not prove who asks, the sender of the transaction counts.
    package var requesters = Parties()
    /// Accounts that send the transactions with the requests.
    package var senders = Parties()

    package init() {}

    /// Whether no request of this binding can be judged before the sender of its transaction is known.
    package func needsSender(for binding: ContractBinding) -> Bool {
        !senders.isEverybody || (!binding.fields.isRequesterProven && !requesters.isEverybody)
    }

    /// Who may ask.
    package struct Parties: Equatable, Sendable {
        /// Empty: everybody who is not denied.
        package var allowed: Set<Address> = []
        package var denied: Set<Address> = []

        package init(allowed: Set<Address> = [], denied: Set<Address> = []) {
            self.allowed = allowed
            self.denied = denied
        }

        package var isEverybody: Bool { allowed.isEmpty && denied.isEmpty }
    }

    /// The task with what it leaves open filled in, within the policy where it can be.
    ///
    /// A job that names no time-out gets the relayer's own, or less where the policy allows less. With `publishesOutput`
    /// one that names no publisher gets `ipfs` where its output is wanted: the run output is no more than its beginning.
    package func completed(
        _ task: TaskSpec,
        for resultType: ResultType,
        publishesOutput: Bool = false
    ) throws(SpecRefusal) -> TaskSpec {
        var task = task
        if publishesOutput, task.publisher == nil, publishers.contains(.ipfs), resultType.isOutput {
            task.publisher = SpecConfig(type: "ipfs")
        }
        let timeouts = task.timeouts
        if timeouts.total == 0 {
            task.timeouts.total = max(min(timeouts.effectiveTotal, maxTime), timeouts.execution + timeouts.queue)
        }
        return try task.completed(for: resultType)
    }
}
