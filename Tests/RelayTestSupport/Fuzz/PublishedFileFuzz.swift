internal import Bacalhau

/// Published files in blocks, damaged ones too: what is sound is read as it is, and whatever comes, reading ends.
package enum PublishedFileFuzz {
    /// The broken rule of a seed; nil where all hold.
    package static func failure(seed: UInt64) -> String? {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(random.below(random.oneIn(5) ? 3_000 : 60))
        let tree = PublishedTree(
            bytes: ["stdout": bytes, "exitCode": [48]],
            chunk: 1 + max(bytes.count / 8, random.below(90))
        )
        let limit = 1 + random.below(bytes.count + 10)
        switch read(tree, limit, damaged: { $0 }) {
        case .success(let content)?:
            let expected = ResultFileContent(bytes: Array(bytes.prefix(limit)), isCut: bytes.count > limit)
            guard content == expected else { return "\(content.bytes.count) bytes of \(bytes.count) are others" }
        case .failure(let fault)?: return "\(fault)"
        case nil: return "it does not end"
        }
        // The walk is told that damaged blocks have the right hash, as if they had been published so.
        switch read(tree, limit, damaged: { random.oneIn(2) ? random.mutated($0) : $0 }) {
        case .success(let content)?: return content.bytes.count <= limit ? nil : "\(content.bytes.count) bytes"
        case .failure(let fault)?:
            if case .otherBytes = fault { return "a hash that was right" }
            return nil
        case nil: return "it does not end"
        }
    }

    /// nil where more blocks are wanted than any file of this size has.
    private static func read(
        _ tree: PublishedTree,
        _ limit: Int,
        damaged: ([UInt8]) -> [UInt8]
    ) -> Result<ResultFileContent, FileWalk.Fault>? {
        guard let root = ContentID(tree.cid) else { return nil }
        var walk = FileWalk(to: .stdout, in: root, limit: limit)
        do throws(FileWalk.Fault) {
            var step = try walk.next()
            for _ in 0..<100 {
                switch step {
                case .found(let content): return .success(content)
                case .read(let id):
                    guard ContentID(id.text) == id else { return nil }
                    step = try walk.take(damaged(tree.blocks[id.text] ?? []), sha256: id.digest)
                }
            }
            return nil
        } catch {
            return .failure(error)
        }
    }
}
