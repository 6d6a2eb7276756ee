import Bacalhau
import Ethereum
import Formats
import RelayCore
import Settings

/// What strangers' specs may run; a key that is left out has what `JobPolicy` has.
enum PolicySettings {
    /// Reads the rules of all contracts, and the quotas of all requesters.
    static func read(_ section: Section) -> (policy: JobPolicy, quotas: Quotas) {
        var policy = JobPolicy()
        readPrograms(section, &policy)
        readInputs(section, &policy)
        readResults(section, &policy)
        readNetworks(section, &policy)
        readAmounts(section, &policy)
        policy.requesters = readParties(
            section,
            "requesters",
            "Who may ask: the accounts that the contract names. Where it lets anybody be named (lilypad-v0-e and -f, "
                + "request.claimed) or names nobody, the senders of the transactions are judged by this too."
        )
        policy.senders = readParties(
            section,
            "senders",
            "Which accounts may send the transactions with the requests, whatever contract they call. A request whose sender "
                + "the node does not tell is refused where there is a rule."
        )
        let quotas = section.section(
            "quotas",
            "How much may be begun and run. What is over a quota waits for its turn; requesters take turns, so that one who asks "
                + "for very much delays the others little.",
            QuotaSettings.read
        )
        return (policy, quotas)
    }

    /// A list that allows something which cannot be without another one.
    private static func need(_ section: Section, _ key: String, _ what: String, _ other: String) {
        section.refuse(
            key,
            "\(what) is allowed and \(other) names none, so nothing could be run: name some, or remove it"
        )
    }

    private static func readPrograms(_ section: Section, _ policy: inout JobPolicy) {
        policy.engines = section.list(
            "engines",
            1...2,
            .choice(standIn: .wasm),
            default: policy.engines,
            "The engines of jobs. docker runs the containers that images names."
        )
        policy.images = section.list(
            "images",
            0...256,
            .image,
            "The images that docker may run. ubuntu:24.04 is that tag alone, which its owner may move; ubuntu@sha256:… is that "
                + "content for ever, without a tag; ubuntu:* is every tag, ubuntu@* every digest, and registry.example/team/* "
                + "every image below. An image without a registry is Docker's own: ubuntu is docker.io/library/ubuntu."
        )
        if policy.engines.contains(.docker), policy.images.isEmpty {
            need(section, "engines", "docker", "policy.images")
        }
        policy.modules = section.optionalList(
            "modules",
            0...256,
            .moduleName,
            "The modules of these settings that may be asked for by name; without it, all of them."
        )?.map(\.description)
        policy.environment = section.optionalList(
            "environment",
            0...256,
            .variable,
            "The environment variables that a spec may set: without it all, with [] none."
        )
    }

    private static func readInputs(_ section: Section, _ policy: inout JobPolicy) {
        policy.inputs = section.list(
            "inputs",
            0...4,
            .choice(standIn: .inline),
            default: policy.inputs,
            "Where inputs and programs may come from. urlDownload fetches from the hosts, s3 from the buckets."
        )
        policy.hosts = section.list(
            "hosts",
            0...256,
            .host,
            "The hosts of downloads, and of S3's endpoints: data.example.org, or *.example.org for all below it, or * for all; "
                + "with a port where it is not the scheme's own. Loopback and private addresses and names stay refused. The "
                + "compute node resolves names and follows redirections by itself: name only hosts that you trust, and let its "
                + "firewall keep it from your own network."
        )
        if policy.inputs.contains(.urlDownload), policy.hosts.isEmpty {
            need(section, "inputs", "urlDownload", "policy.hosts")
        }
        policy.isPlainHTTPAllowed = section.value(
            "http",
            .flag,
            default: policy.isPlainHTTPAllowed,
            "Whether downloads may be without TLS, so that anybody on the way can change them."
        )
        policy.buckets = section.list("buckets", 0...256, .bucket, "The buckets that s3 inputs may come from.")
        if policy.inputs.contains(.s3), policy.buckets.isEmpty { need(section, "inputs", "s3", "policy.buckets") }
    }

    private static func readResults(_ section: Section, _ policy: inout JobPolicy) {
        policy.publishers = section.list(
            "publishers",
            0...5,
            .choice(standIn: .ipfs),
            default: policy.publishers,
            "Where results may go. A spec that names no publisher publishes nothing, as noop does, and always may."
        )
        policy.publishBuckets = section.list(
            "publishBuckets",
            0...256,
            .bucket,
            "The buckets that the publisher s3 may write to, with the compute node's own credentials. A spec's Key has to hold "
                + "{jobID} or {executionID}, so that no job writes where another has."
        )
        if policy.publishers.contains(.s3), policy.publishBuckets.isEmpty {
            need(section, "publishers", "s3", "policy.publishBuckets")
        }
    }

    private static func readNetworks(_ section: Section, _ policy: inout JobPolicy) {
        policy.networks = section.list(
            "networks",
            1...3,
            .choice(standIn: Network.Mode.none),
            default: policy.networks,
            "What network a job may have: HTTP reaches the domains, Bridge all that its compute node reaches."
        )
        policy.domains = section.list(
            "domains",
            0...256,
            .domain,
            "The domains that a job with the network HTTP may reach: api.example.org, or .example.org for it and all below it."
        )
        if policy.networks.contains(.http), policy.domains.isEmpty {
            need(section, "networks", "HTTP", "policy.domains")
        }
    }

    private static func readAmounts(_ section: Section, _ policy: inout JobPolicy) {
        let start = policy
        let amounts = section.section("resources", "What a job may ask of its compute node at most.") { section in
            // Not below what a job gets that does not say.
            let cpu = section.value("cpu", .cores(100...1_024_000), default: start.maxCPU, "Cores.")
            let memory = section.value(
                "memory",
                size(.kibibytes(100 << 10)),
                default: bytes(start.maxMemory),
                "Memory."
            )
            let disk = section.value("disk", size(ByteSize(bytes: 0)), default: bytes(start.maxDisk), "Disk.")
            let gpu = section.value("gpu", .whole(0...1_024), default: start.maxGPU, "Graphics processors.")
            return (cpu, UInt64(memory.bytes), UInt64(disk.bytes), gpu)
        }
        (policy.maxCPU, policy.maxMemory, policy.maxDisk, policy.maxGPU) = amounts
        let time = section.value(
            "maxTime",
            .duration(.seconds(1)...(.seconds(31_536_000))),
            default: .seconds(start.maxTime),
            "How long a job may take, waiting and further tries included. One that does not say gets 30m, or this where it is "
                + "less."
        )
        policy.maxTime = time.components.seconds
        policy.maxCount = section.value(
            "maxCount",
            .whole(1...1_000),
            default: start.maxCount,
            "How many compute nodes may run the same job."
        )
    }

    private static func size(_ least: ByteSize) -> Format<ByteSize> { .byteSize(least...(.kibibytes(1 << 30))) }

    private static func bytes(_ count: UInt64) -> ByteSize { ByteSize(bytes: Int(count)) }

    private static func readParties(_ section: Section, _ key: String, _ help: String) -> JobPolicy.Parties {
        section.section(key, help) { section in
            let allowed = Set(section.list("allow", 0...1_024, .address, "Only these; without it, everybody."))
            let denied = Set(section.list("deny", 0...1_024, .address, "Not these."))
            if let both = allowed.intersection(denied).min() {
                section.refuse("deny", "\(both) is in allow too: remove it from one of them")
            }
            return JobPolicy.Parties(allowed: allowed, denied: denied)
        }
    }
}
