internal import Bacalhau
internal import JSON

/// Cases for the reader of the old format of specs: a seed makes a text, and a text is read rightly or not.
///
/// Both are pure, so that a test and a program that runs for hours share them.
package enum LegacySpecFuzz {
    /// The text of a case: in half of them a spec that is mostly good, else one with damaged bytes.
    package static func text(seed: UInt64) -> [UInt8] {
        var draw = LegacySpecDraw(random: SeededGenerator(seed: seed))
        let text = JSONWriter.bytes(of: draw.spec())
        guard draw.random.oneIn(2) else { return text }
        return draw.random.mutated(text, changes: 3)
    }

    /// Whether the text is taken.
    package static func isAccepted(_ text: [UInt8]) -> Bool { (try? TaskSpec.readLegacy(text)) != nil }

    /// What is wrong with how a text is read; nil when nothing is.
    ///
    /// What is refused is refused in words that are fit for the chain. What is taken keeps the promises of the format,
    /// and its job's task is a good spec of the v1 format that means the same.
    package static func problem(with text: [UInt8]) -> String? {
        do {
            let task = try TaskSpec.readLegacy(text)
            guard hasUniqueKeys(text) else { return "a key comes twice" }
            if let broken = brokenPromise(of: task) { return broken }
            return ResultType.allCases.lazy.compactMap { problem(with: task, for: $0) }.first
        } catch {
            let isFit = error.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return isFit && error.text.hasPrefix("spec: ") ? nil : "refused in words that are not fit: \(error)"
        }
    }

    private static func problem(with task: TaskSpec, for resultType: ResultType) -> String? {
        guard let name = JobName(digest: Array(repeating: 7, count: 32), try: 1) else { return "no name" }
        do {
            let body = try JobBody.build(
                task: task,
                resultType: resultType,
                name: name,
                namespace: "fuzz",
                labels: [],
                limits: SpecLimits(body: SpecLimits.bodyCeiling)
            )
            let job = try JSONValue.parse(body.bytes)["Job"]
            guard job?["Count"]?.int64 == task.count else { return "another count in the body" }
            guard let sent = job?["Tasks"]?.array?.first else { return "no task in the body" }
            var again = try TaskSpec.read(JSONWriter.bytes(of: sent), limits: SpecLimits(body: SpecLimits.bodyCeiling))
            again.count = task.count
            return try again == task.completed(for: resultType) ? nil : "reads back as another task"
        } catch let refusal as SpecRefusal {
            // A bucket gives no CID; nothing else may be refused that late.
            return resultType == .cid && task.publisher?.type == "s3" ? nil : "taken and then refused: \(refusal)"
        } catch {
            return "the body is no JSON: \(error)"
        }
    }

    private static func brokenPromise(of task: TaskSpec) -> String? {
        if !["docker", "wasm"].contains(task.engine.type) { return "runs on \(task.engine.type)" }
        if let type = task.publisher?.type, !["ipfs", "s3"].contains(type) { return "publishes to \(type)" }
        if task.publisher == nil, !task.results.isEmpty { return "publishes nothing of what it puts out" }
        if task.network.mode == .bridge { return "has a network" }
        if !(1...31_536_000).contains(task.timeouts.effectiveTotal) { return "has no time-out" }
        if !(1...256).contains(task.count) { return "runs \(task.count) times" }
        let sources = ["ipfs", "urlDownload", "inline", "s3"]
        return task.inputs.first { !sources.contains($0.source.type) }.map { "reads \($0.source.type)" }
    }

    /// Whether neither the spec nor an object in it has a key in two spellings; `Language` is not read.
    private static func hasUniqueKeys(_ text: [UInt8]) -> Bool {
        guard let spec = try? JSONValue.parse(text), let members = spec.object else { return false }
        let read = members.filter { $0.name.lowercased() != "language" }
        return (read.compactMap(\.value.object) + [members]).allSatisfy { object in
            Set(object.map { $0.name.lowercased() }).count == object.count
        }
    }
}
