internal import Bacalhau

extension JobPolicy {
    /// Where inputs come from, and which servers and buckets the whole job reaches.
    func judgeSources(_ task: TaskSpec) -> [PolicyObjection?] {
        var found = Found()
        for (index, input) in task.inputs.enumerated() {
            let source = input.source
            let name = "input \(index)"
            if !inputs.contains(where: { $0.rawValue == source.type }) {
                found.kinds.append("\(name) is of the kind \(SafeText.quoted(source.type)), which is not allowed")
            }
            switch source.type {
            case Input.urlDownload.rawValue: look(at: source.text("URL"), for: .file, name, &found)
            case Input.s3.rawValue:
                lookAtStorage(source, name, &found)
                let bucket = source.text("Bucket")
                if !buckets.contains(bucket) {
                    found.buckets.append("\(name): the bucket \(SafeText.quoted(bucket)) is not allowed")
                }
            default: break
            }
        }
        if let publisher = task.publisher, publisher.type == Publisher.s3.rawValue {
            lookAtStorage(publisher, "the publisher", &found)
            let bucket = publisher.text("Bucket")
            if !publishBuckets.contains(bucket) {
                found.publishBuckets.append("the bucket \(SafeText.quoted(bucket)) is not allowed for results")
            }
            let key = publisher.text("Key")
            if !Self.isOwnPlace(key) {
                found.publishKeys.append("the key \(SafeText.quoted(key)) is not the job's own")
            }
        }
        for domain in task.network.domains { look(at: domain, &found) }
        return objections(found)
    }

    /// Whether no two jobs write there: Bacalhau puts the job's or the execution's id into its key, and makes both up.
    ///
    /// So nobody may lead a path elsewhere, nor name an id himself.
    private static func isOwnPlace(_ key: String) -> Bool {
        let steps = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard !steps.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) || isID($0) }) else {
            return false
        }
        return ["{jobID}", "{executionID}"].contains { key.utf8.contains($0.utf8) }
    }

    /// Whether it begins as the ids of jobs and executions do: `j-` or `e-`, and a UUID.
    private static func isID(_ step: Substring.UTF8View) -> Bool {
        let start = Array(step.prefix(11))
        return start.count == 11 && (start.starts(with: "j-".utf8) || start.starts(with: "e-".utf8))
            && start[2..<10].allSatisfy(\.isHexDigit) && start[10] == UInt8(ascii: "-")
    }

    func judgePublisher(_ publisher: SpecConfig?) -> PolicyObjection? {
        guard let publisher, !publishers.contains(where: { $0.rawValue == publisher.type }) else { return nil }
        return PolicyObjection(
            .publisher,
            ["the publisher \(SafeText.quoted(publisher.type)) is not allowed"],
            allowed: allowance("publishers", publishers.map(\.rawValue))
        )
    }

    /// What is wrong, rule by rule.
    private struct Found {
        var kinds: [String] = []
        var urls: [String] = []
        var plain: [String] = []
        var privateHosts: [String] = []
        var hosts: [String] = []
        var ports: [String] = []
        var domains: [String] = []
        var buckets: [String] = []
        var regions: [String] = []
        var publishBuckets: [String] = []
        var publishKeys: [String] = []
    }

    private func objections(_ found: Found) -> [PolicyObjection?] {
        let hosts = allowance("hosts", hosts.map(\.text))
        return [
            PolicyObjection(.input, found.kinds, allowed: allowance("inputs", inputs.map(\.rawValue))),
            PolicyObjection(.url, found.urls, allowed: "A URL has to be one that every program reads alike"),
            PolicyObjection(.http, found.plain, allowed: "policy.http allows https only"),
            PolicyObjection(
                .privateHost,
                found.privateHosts,
                allowed: "Hosts of the compute node's own network are refused whatever is allowed"
            ),
            PolicyObjection(.inputHost, found.hosts, allowed: hosts),
            PolicyObjection(.port, found.ports, allowed: "\(hosts); without a port, that is the scheme's own"),
            PolicyObjection(.domain, found.domains, allowed: allowance("domains", domains.map(\.text))),
            PolicyObjection(.bucket, found.buckets, allowed: allowance("buckets", buckets)),
            PolicyObjection(.region, found.regions, allowed: "A region is of small letters, digits and dashes"),
            PolicyObjection(.publishBucket, found.publishBuckets, allowed: allowance("publishBuckets", publishBuckets)),
            PolicyObjection(
                .publishKey,
                found.publishKeys,
                allowed: "A key holds {jobID} or {executionID}, so that no job writes where another has"
            ),
        ]
    }

    // MARK: Servers

    /// What S3 has beside the bucket: a server of its own, or a region of which the client makes the server's name.
    private func lookAtStorage(_ config: SpecConfig, _ name: String, _ found: inout Found) {
        let endpoint = config.text("Endpoint")
        if !endpoint.isEmpty { look(at: endpoint, for: .server, "\(name), endpoint", &found) }
        let region = config.text("Region")
        let isRegion = region.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
        if !isRegion || region.utf8.count > 63 {
            found.regions.append("\(name): the region \(SafeText.quoted(region)) is none")
        }
    }

    private func look(at domain: String, _ found: inout Found) {
        let shown = "the domain \(SafeText.quoted(domain))"
        do throws(PolicyMistake) {
            let host = try WebHost(domain.hasPrefix(".") ? String(domain.dropFirst()) : domain)
            if let reason = host.privateReason {
                found.privateHosts.append("\(shown) is refused: \(reason)")
            } else if !domains.contains(where: { $0.covers(domain) }) {
                found.domains.append("\(shown) is not allowed")
            }
        } catch {
            found.domains.append("\(shown) cannot be told: \(error.reason)")
        }
    }

    private func look(at text: String, for purpose: WebURL.Purpose, _ name: String, _ found: inout Found) {
        let shown = "\(name): \(SafeText.quoted(text, limit: 120))"
        let url: WebURL
        do throws(PolicyMistake) {
            url = try WebURL(text, for: purpose)
        } catch {
            found.urls.append("\(shown) is refused: \(error.reason)")
            return
        }
        if url.scheme == .http, !isPlainHTTPAllowed { found.plain.append("\(shown) is not https") }
        if let reason = url.host.privateReason {
            found.privateHosts.append("\(shown) is refused: \(reason)")
        } else if !hosts.contains(where: { $0.matches(url.host) }) {
            found.hosts.append("\(shown): the host \(url.host) is not allowed")
        } else if !hosts.contains(where: { $0.matches(url) }) {
            found.ports.append("\(shown): the port \(url.port) is not allowed")
        }
    }
}
