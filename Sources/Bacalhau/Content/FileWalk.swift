/// Reads a file out of the blocks of what was published, each checked against the hash by which it is named.
///
///     var walk = FileWalk(to: .stdout, in: cid, limit: 1 << 20)
///     var step = try walk.next()
///     while case .read(let id) = step { step = try walk.take(block, sha256: hash(of: block)) }
package struct FileWalk: Sendable {
    package enum Step: Sendable, Equatable {
        /// The block of this name is wanted.
        case read(ContentID)
        case found(ResultFileContent)
    }

    package enum Fault: Error, Sendable, Equatable {
        /// The directory has no such file.
        case notThere
        /// The bytes are not those that were asked for.
        case otherBytes(ContentID)
        /// What was published is not made as it can be read here: why.
        case unreadable(String)
    }

    private let file: ResultFile
    private let limit: Int
    private let blockLimit: Int
    /// What is left to read, the next one last.
    private var pending: [ContentID]
    private var isInDirectory = true
    private var blocks = 0
    private var content: [UInt8] = []

    /// At most `limit` bytes of the file are found, of as many blocks as that takes in pieces of 16 KiB, and a few.
    package init(to file: ResultFile, in root: ContentID, limit: Int) {
        self.file = file
        self.limit = limit
        blockLimit = 16 + limit >> 14
        pending = [root]
    }

    /// What is wanted next.
    package mutating func next() throws(Fault) -> Step {
        while content.count <= limit, let id = pending.last {
            guard blocks < blockLimit else { throw .unreadable("it is in more than \(blockLimit) blocks") }
            switch id.hashFunction {
            case ContentID.Code.sha256: return .read(id)
            // Content that is its own name.
            case ContentID.Code.identity: try open(id.digest)
            default: throw .unreadable("\(id.text) is no SHA-256")
            }
        }
        return .found(ResultFileContent(bytes: Array(content.prefix(limit)), isCut: content.count > limit))
    }

    /// Takes the block that was wanted, with its SHA-256.
    package mutating func take(_ block: [UInt8], sha256: [UInt8]) throws(Fault) -> Step {
        guard let id = pending.last else { return try next() }
        guard id.digest == sha256 else { throw .otherBytes(id) }
        try open(block)
        return try next()
    }

    private mutating func open(_ block: [UInt8]) throws(Fault) {
        guard let id = pending.popLast() else { return }
        blocks += 1
        switch id.codec {
        case ContentID.Code.raw where !isInDirectory: append(block[...])
        case ContentID.Code.dagPB: try open(node(block))
        default: throw .unreadable("\(id.text) is no \(isInDirectory ? "directory" : "file")")
        }
    }

    private mutating func open(_ node: ContentNode) throws(Fault) {
        switch (node.kind, isInDirectory) {
        case (.directory, true):
            guard let link = try wellFormed({ () throws(WireReader.Fault) in try node.link(named: file.rawValue) })
            else { throw .notThere }
            pending = [link]
            isInDirectory = false
        case (.file, false), (.raw, false):
            append(node.data)
            // More than may be read need not be held.
            let most = blockLimit - blocks + 1
            pending += try wellFormed { () throws(WireReader.Fault) in try node.links(limit: most) }.reversed()
        case (.shard, true): throw .unreadable("it is in a directory of more than one block")
        case (_, true): throw .unreadable("what was published is no directory")
        case (_, false): throw .unreadable("it is no file")
        }
    }

    /// One byte more than is wanted shows that there is more.
    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        content += bytes.prefix(max(0, limit + 1 - content.count))
    }

    private func node(_ block: [UInt8]) throws(Fault) -> ContentNode {
        try wellFormed { () throws(WireReader.Fault) in try ContentNode(block) }
    }

    private func wellFormed<Value>(_ read: () throws(WireReader.Fault) -> Value) throws(Fault) -> Value {
        do throws(WireReader.Fault) { return try read() } catch {
            throw .unreadable("it is malformed")
        }
    }
}
