internal import Bacalhau
internal import BacalhauAPI

/// A directory of files as kubo keeps it with its defaults: CIDs of version 0, files in chunks of 256 KiB.
///
///     PublishedTree(["stdout": "hello\n", "stderr": "", "exitCode": "0"]).cid
package struct PublishedTree: Sendable {
    /// By the CIDs that name them.
    package private(set) var blocks: [String: [UInt8]] = [:]
    package private(set) var cid = ""

    package init(_ files: [String: String]) { self.init(bytes: files.mapValues { Array($0.utf8) }) }

    /// Up to 174 chunks a file, all of them below one block.
    package init(bytes files: [String: [UInt8]], chunk: Int = 256 << 10) {
        var links: [UInt8] = []
        for (name, bytes) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            links += Self.link(Array(name.utf8), add(file: bytes, chunk))
        }
        cid = Self.text(of: put(links + Self.bytes(1, Self.number(1, 1))).hash)
    }

    private struct Linked {
        let hash: [UInt8]
        let size: Int
    }

    private mutating func add(file: [UInt8], _ chunk: Int) -> Linked {
        var parts: [Linked] = []
        var sizes: [UInt8] = []
        for start in stride(from: 0, to: max(file.count, 1), by: chunk) {
            let part = Array(file[start..<min(start + chunk, file.count)])
            let data = part.isEmpty ? [] : Self.bytes(2, part)
            parts.append(put(Self.bytes(1, Self.number(1, 2) + data + Self.number(3, part.count))))
            sizes += Self.number(4, part.count)
        }
        if parts.count == 1 { return parts[0] }
        let links = parts.flatMap { Self.link([], $0) }
        let above = put(links + Self.bytes(1, Self.number(1, 2) + Self.number(3, file.count) + sizes))
        return Linked(hash: above.hash, size: parts.reduce(above.size) { $0 + $1.size })
    }

    private mutating func put(_ block: [UInt8]) -> Linked {
        let hash = [0x12, 0x20] + sha256(block)
        blocks[Self.text(of: hash)] = block
        return Linked(hash: hash, size: block.count)
    }

    // MARK: Encoding

    private static func text(of hash: [UInt8]) -> String { ContentID(link: hash[...])?.text ?? "" }

    private static func link(_ name: [UInt8], _ target: Linked) -> [UInt8] {
        bytes(2, bytes(1, target.hash) + bytes(2, name) + number(3, target.size))
    }

    private static func bytes(_ key: Int, _ value: [UInt8]) -> [UInt8] {
        varint(key << 3 | 2) + varint(value.count) + value
    }
    private static func number(_ key: Int, _ value: Int) -> [UInt8] { varint(key << 3) + varint(value) }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
    }
}
