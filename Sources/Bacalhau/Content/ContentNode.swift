/// A block of a file or a directory: <https://specs.ipfs.tech/unixfs>.
struct ContentNode {
    /// UnixFS's `DataType`; what stands in none of these is not read.
    enum Kind: UInt64 {
        case raw = 0
        case directory = 1
        case file = 2
        case symlink = 4
        /// A directory that is too large for one block.
        case shard = 5
    }

    let kind: Kind
    /// Of a file: its own first bytes, before those of its links.
    let data: ArraySlice<UInt8>
    private let block: ArraySlice<UInt8>

    /// Reads a block of the codec dag-pb: <https://ipld.io/specs/codecs/dag-pb/spec>.
    init(_ block: [UInt8]) throws(WireReader.Fault) {
        self.block = block[...]
        var reader = WireReader(block[...])
        var unixFS: ArraySlice<UInt8> = []
        while let field = try reader.field() {
            if case (1, .bytes(let bytes)) = field { unixFS = bytes }
        }
        var kind: Kind?
        var data: ArraySlice<UInt8> = []
        reader = WireReader(unixFS)
        while let field = try reader.field() {
            switch field {
            case (1, .number(let number)): kind = Kind(rawValue: number)
            case (2, .bytes(let bytes)): data = bytes
            default: continue
            }
        }
        guard let kind else { throw .malformed }
        (self.kind, self.data) = (kind, data)
    }

    /// What a directory has under a name.
    func link(named name: String) throws(WireReader.Fault) -> ContentID? {
        try links(limit: 1) { $0.elementsEqual(name.utf8) }.first
    }

    /// The first links, in order: a block may have more of them than one wants to hold.
    func links(
        limit: Int,
        where isWanted: (_ name: ArraySlice<UInt8>) -> Bool = { _ in true }
    ) throws(WireReader.Fault) -> [ContentID] {
        var links: [ContentID] = []
        var reader = WireReader(block)
        while links.count < limit, let field = try reader.field() {
            guard case (2, .bytes(let link)) = field else { continue }
            let (hash, name) = try Self.parts(of: link)
            guard isWanted(name) else { continue }
            guard let id = ContentID(link: hash) else { throw .malformed }
            links.append(id)
        }
        return links
    }

    private static func parts(
        of link: ArraySlice<UInt8>
    ) throws(WireReader.Fault) -> (hash: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
        var hash: ArraySlice<UInt8> = []
        var name: ArraySlice<UInt8> = []
        var reader = WireReader(link)
        while let field = try reader.field() {
            switch field {
            case (1, .bytes(let bytes)): hash = bytes
            case (2, .bytes(let bytes)): name = bytes
            default: continue
            }
        }
        return (hash, name)
    }
}
