import Bacalhau
import JSON

/// Damaged specs of the v1 format: what is taken becomes a body whose task means the same.
package enum TaskSpecFuzz {
    /// The broken rule of a seed; nil where all hold.
    package static func failure(seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let text = random.mutated(source(&random), changes: 1 + random.below(4))
        do {
            let task = try TaskSpec.read(text)
            return ResultType.allCases.lazy.compactMap { failure(of: task, for: $0) }.first
        } catch {
            let isFit = error.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return isFit && error.text.utf8.count <= 1_024 ? nil : "refused in words that are not fit: \(error)"
        }
    }

    /// The task of an old spec that was taken, or one that uses everything.
    private static func source(_ random: inout SeededGenerator) -> [UInt8] {
        for _ in 0..<3 {
            let old = LegacySpecFuzz.text(seed: random.next())
            guard let task = try? TaskSpec.readLegacy(old), let text = text(of: task, for: .stdout) else { continue }
            return text
        }
        return Array(whole.utf8)
    }

    private static let whole = """
        {"Name":"main","Engine":{"Type":"docker","Params":{"Image":"ubuntu:24.04","Entrypoint":["sh","-c"],"Parameters":["x"],\
        "EnvironmentVariables":["A=b"],"WorkingDirectory":"/w"}},"Publisher":{"Type":"s3","Params":{"Bucket":"b","Key":"k"}},\
        "Env":{"SEED":"1"},"Meta":{"a":"b"},"InputSources":[{"Source":{"Type":"ipfs","Params":{"CID":\
        "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"}},"Alias":"in","Target":"/in"},{"Source":{"Type":"urlDownload",\
        "Params":{"URL":"https://example.org/x"}},"Target":"/url"}],"ResultPaths":[{"Name":"out","Path":"/out"}],\
        "Resources":{"CPU":"500m","Memory":"1GiB","Disk":"1GB","GPU":"1"},"Network":{"Type":"HTTP","Domains":["example.org"]},\
        "Timeouts":{"ExecutionTimeout":10,"QueueTimeout":20,"TotalTimeout":60}}
        """

    private static func failure(of task: TaskSpec, for type: ResultType) -> String? {
        guard let sent = text(of: task, for: type) else {
            // Another publisher than ipfs gives no CID; nothing else is refused so late.
            return type == .cid && task.publisher.map { $0.type != "ipfs" } ?? false ? nil : "taken and then refused"
        }
        guard let again = try? TaskSpec.read(sent, limits: SpecLimits(body: SpecLimits.bodyCeiling)) else {
            return "its own task is refused"
        }
        return (try? task.completed(for: type)) == again ? nil : "reads back as another task"
    }

    private static func text(of task: TaskSpec, for type: ResultType) -> [UInt8]? {
        guard let name = JobName(digest: Array(repeating: 7, count: 32), try: 1),
            let body = try? JobBody.build(
                task: task,
                resultType: type,
                name: name,
                namespace: "fuzz",
                labels: [],
                limits: SpecLimits(body: SpecLimits.bodyCeiling)
            )
        else { return nil }
        return (try? JSONValue.parse(body.bytes))?["Job"]?["Tasks"]?.array?.first.map { JSONWriter.bytes(of: $0) }
    }
}
