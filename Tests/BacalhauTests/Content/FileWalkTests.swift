import BacalhauAPI
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

@testable import Bacalhau

/// Files out of blocks: of kubo's own making, of any size, and of those that nobody should have made.
@Suite struct FileWalkTests {
    private func walk(
        _ file: ResultFile = .stdout,
        _ root: String,
        _ blocks: [String: [UInt8]],
        limit: Int = 1 << 20
    ) throws -> (content: ResultFileContent, read: [String]) {
        let id = try #require(ContentID(root), "\(root)")
        var read: [String] = []
        var walk = FileWalk(to: file, in: id, limit: limit)
        var step = try walk.next()
        while case .read(let id) = step {
            read.append(id.text)
            let block = try #require(blocks[id.text], "\(id.text)")
            step = try walk.take(block, sha256: sha256(block))
        }
        var found: ResultFileContent?
        if case .found(let content) = step { found = content }
        return (try #require(found), read)
    }

    private func walk(_ tree: PublishedTree, limit: Int = 1 << 20) throws -> ResultFileContent {
        try walk(.stdout, tree.cid, tree.blocks, limit: limit).content
    }

    /// What a recorded kubo added has the same CIDs here, and is read back.
    @Test(arguments: ["hello", "stdout-5000", "plain-return", "exit-3", "three-writes"]) func readsRecordedTrees(
        name: String
    ) throws {
        let step = try #require(try Self.recorded("ipfs-files-\(name)"))
        let contents = try #require(step["contents"]?.object)
        let files = Dictionary(uniqueKeysWithValues: contents.map { ($0.name, $0.value.string ?? "") })
        let tree = PublishedTree(files)
        #expect(tree.cid == step["cid"]?.string)
        for file in ResultFile.allCases {
            let found = try walk(file, tree.cid, tree.blocks)
            #expect(found.content == ResultFileContent(bytes: Array((files[file.rawValue] ?? "").utf8)))
            #expect(found.read.count == 2 && found.read.first == tree.cid)
        }
    }

    private static func recorded(_ name: String) throws -> JSONValue? {
        let path = "\(PackageRoot.path)/Tests/Devnet/fixtures/bacalhau/ipfs/\(name).json"
        return try JSONValue.parse([UInt8](Data(contentsOf: URL(filePath: path))))["steps"]?.array?.first
    }

    @Test(arguments: [(0, 10), (1, 10), (9, 10), (10, 10), (11, 10), (20, 10), (95, 10), (95, 1), (64, 64)])
    func readsFilesOfAnySize(size: Int, chunk: Int) throws {
        var random = SeededGenerator(seed: UInt64(size))
        let bytes = random.bytes(size)
        let tree = PublishedTree(bytes: ["stdout": bytes, "exitCode": [48]], chunk: chunk)
        for limit in Set([1, chunk, size - 1, size, size + 1, 1_000_000].filter { $0 > 0 }) where size <= 12 * chunk {
            let content = try walk(tree, limit: limit)
            #expect(content == ResultFileContent(bytes: Array(bytes.prefix(limit)), isCut: size > limit), "\(limit)")
        }
    }

    /// What is not wanted is not asked for.
    @Test func readsNoMoreThanItNeeds() throws {
        let bytes =
            Array(repeating: UInt8(1), count: 30) + Array(repeating: 2, count: 30) + Array(repeating: 3, count: 30)
        let tree = PublishedTree(bytes: ["stdout": bytes], chunk: 30)
        let found = try walk(.stdout, tree.cid, tree.blocks, limit: 29)
        // The directory, the file, and its first part.
        #expect(found.read.count == 3 && found.content.isCut)
        #expect(try walk(.stdout, tree.cid, tree.blocks, limit: 30).read.count == 4)
    }

    @Test func readsABlockThatComesTwice() throws {
        let tree = PublishedTree(bytes: ["stdout": Array(repeating: 7, count: 40)], chunk: 10)
        #expect(tree.blocks.count == 3)
        #expect(try walk(tree).bytes.count == 40)
    }

    // MARK: Other shapes

    /// Parts without a node of their own, as `--raw-leaves` adds them; parts within their names; a tree of three levels.
    @Test func readsOtherShapes() throws {
        var forge = BlockForge()
        let raw = forge.put(Array("raw ".utf8), codec: 0x55)
        let inline = forge.name([1, 0x55, 0, 5] + Array("name ".utf8))
        let old = forge.put(forge.node(kind: 0, data: "old "))
        let inner = forge.put(forge.node(kind: 2, data: "own ", links: [("", old), ("", inline)]))
        let file = forge.put(forge.node(kind: 2, links: [("", raw), ("", inner), ("", raw)]))
        let root = forge.put(forge.node(kind: 1, links: [("stderr", raw), ("stdout", file)]), codec: 0x70, version: 1)
        let found = try walk(.stdout, forge.text(root), forge.blocks).content
        #expect(String(decoding: found.bytes, as: UTF8.self) == "raw own old name raw ")
        #expect(try walk(.stderr, forge.text(root), forge.blocks).content.bytes == Array("raw ".utf8))
    }

    /// The order of a block's fields is the encoder's choice, and unknown ones are none of ours.
    @Test func readsFieldsInAnyOrder() throws {
        var forge = BlockForge()
        // Mode and time of a file, and a number that nobody knows.
        let unixFS =
            forge.field(2, Array("hi".utf8)) + [0x08, 2, 0x18, 2, 0x38, 0xa4, 3] + forge.field(8, [8, 1]) + [0x78, 1]
        let file = forge.put(forge.field(1, unixFS))
        let link = [0x18, 9] + forge.field(2, Array("stdout".utf8)) + forge.field(1, file)
        let root = forge.put(forge.field(1, [8, 1]) + forge.field(2, link))
        #expect(try walk(.stdout, forge.text(root), forge.blocks).content.bytes == Array("hi".utf8))
    }

    // MARK: Refusals

    private func fault(_ root: String, _ blocks: [String: [UInt8]], limit: Int = 1 << 20) -> FileWalk.Fault? {
        #expect(throws: FileWalk.Fault.self) { try walk(.stdout, root, blocks, limit: limit) }
    }

    @Test func tellsThatThereIsNoSuchFile() throws {
        for files in [[:], ["stderr": "no"], ["stdout2": "no", "Stdout": "no"]] {
            let tree = PublishedTree(files)
            #expect(fault(tree.cid, tree.blocks) == .notThere)
        }
    }

    @Test func takesNoOtherBytes() throws {
        let tree = PublishedTree(["stdout": "hello\n"])
        for cid in tree.blocks.keys {
            let longer = (tree.blocks[cid] ?? []) + [0]
            for forged in [Array("hello\n".utf8), [], longer] {
                var blocks = tree.blocks
                blocks[cid] = forged
                #expect(fault(tree.cid, blocks) == .otherBytes(try #require(ContentID(cid))))
            }
        }
    }

    @Test func refusesWhatIsNoFileInADirectory() throws {
        var forge = BlockForge()
        let raw = forge.put(Array("x".utf8), codec: 0x55)
        let cbor = forge.put(Array("x".utf8), codec: 0x71)
        let symlink = forge.put(forge.node(kind: 4, data: "/etc/passwd"))
        let directory = forge.put(forge.node(kind: 1))
        let sha1 = forge.name([1, 0x70, 0x11, 20] + Array(repeating: 9, count: 20))
        // Hashes that are too short, and names that are too long to be one.
        let short = forge.name([1, 0x70, 0x12, 2, 9, 9])
        let long = forge.name([1, 0x55, 0, 0xc8, 1] + Array(repeating: 9, count: 200))
        let metadata = forge.put(forge.node(kind: 3))
        let nothing = forge.put([])
        for (entry, words) in [
            (cbor, "is no file"), (symlink, "it is no file"), (directory, "it is no file"), (sha1, "is no SHA-256"),
            (short, "malformed"), (long, "malformed"), (metadata, "malformed"), (nothing, "malformed"),
        ] {
            let root = forge.put(forge.node(kind: 1, links: [("stdout", entry)]))
            guard case .unreadable(let text)? = fault(forge.text(root), forge.blocks) else {
                Issue.record("\(words)")
                continue
            }
            #expect(text.contains(words), "\(text)")
        }
        let file = forge.put(forge.node(kind: 2, data: "x"))
        let shard = forge.put(forge.node(kind: 5, links: [("AAstdout", raw)]))
        for (root, words) in [
            (raw, "is no directory"), (file, "what was published is no directory"), (symlink, "no directory"),
            (shard, "a directory of more than one block"), (sha1, "is no SHA-256"),
        ] {
            guard case .unreadable(let text)? = fault(forge.text(root), forge.blocks) else {
                Issue.record("\(words)")
                continue
            }
            #expect(text.contains(words), "\(text)")
        }
    }

    @Test(
        arguments: [
            // A length that is too large, a field that is cut off, and one of a fixed width.
            [0x0a, 0x7f, 0x08, 0x01], [0x0a], [0x09, 1, 2, 3, 4, 5, 6, 7, 8],
            // A number without end, and one of 65 bits whose last 64 would do.
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            [0x0a, 0x0b, 0x08, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
            // A link without a name for its content.
            [0x12, 0x08, 0x12, 0x06, 0x73, 0x74, 0x64, 0x6f, 0x75, 0x74, 0x0a, 0x02, 0x08, 0x01],
        ] as [[UInt8]]
    )
    func refusesMalformedBlocks(block: [UInt8]) {
        var forge = BlockForge()
        let root = forge.put(block)
        #expect(fault(forge.text(root), forge.blocks) == .unreadable("it is malformed"))
    }

    /// Blocks that say nothing, in a row or in one another, end.
    @Test func readsNoEndlessFile() throws {
        var forge = BlockForge()
        let nothing = forge.put(forge.node(kind: 2))
        let wide = forge.put(forge.node(kind: 2, links: Array(repeating: ("", nothing), count: 30_000)))
        var deep = nothing
        for _ in 0..<500 { deep = forge.put(forge.node(kind: 2, links: [("", deep)])) }
        var bushy = nothing
        for _ in 0..<20 { bushy = forge.put(forge.node(kind: 2, links: Array(repeating: ("", bushy), count: 50))) }
        for file in [wide, deep, bushy] {
            let root = forge.put(forge.node(kind: 1, links: [("stdout", file)]))
            #expect(fault(forge.text(root), forge.blocks, limit: 100) == .unreadable("it is in more than 16 blocks"))
            #expect(fault(forge.text(root), forge.blocks) == .unreadable("it is in more than 80 blocks"))
        }
    }
}

/// Blocks of any making.
private struct BlockForge {
    private(set) var blocks: [String: [UInt8]] = [:]

    /// Keeps a block; its name within links.
    mutating func put(_ block: [UInt8], codec: UInt8 = 0x70, version: Int = 0) -> [UInt8] {
        let isVersion0 = codec == 0x70 && version == 0
        let name = name((isVersion0 ? [] : [1, codec]) + [0x12, 0x20] + sha256(block))
        blocks[text(name)] = block
        return name
    }

    func name(_ bytes: [UInt8]) -> [UInt8] { bytes }
    func text(_ name: [UInt8]) -> String { ContentID(link: name[...])?.text ?? "" }

    func node(kind: UInt8, data: String? = nil, links: [(String, [UInt8])] = []) -> [UInt8] {
        links.flatMap { field(2, field(1, $0.1) + field(2, Array($0.0.utf8))) }
            + field(1, [8, kind] + (data.map { field(2, Array($0.utf8)) } ?? []))
    }

    func field(_ key: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var field = [key << 3 | 2]
        WireReader.append(UInt64(bytes.count), to: &field)
        return field + bytes
    }
}
