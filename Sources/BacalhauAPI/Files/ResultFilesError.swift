package import Transport

/// Why a published file could not be read.
package struct ResultFilesError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// There is no answer.
        case transport(HTTPError)
        /// What was published has no such file.
        case notThere
        /// The server does not do this, and will not: its status and words.
        case refused(status: Int, String)
        /// The server fails, has too much to do, or does not find the content: its status and words.
        case failed(status: Int, String)
        /// What it gave for a CID has another hash.
        case otherBytes(cid: String)
        /// What was published is not made as it can be read: why.
        case unreadable(String)
        /// What it was asked for is no CID: nothing has been sent.
        case noCID
    }

    /// The gateway or the API, without its secrets.
    package let endpoint: String
    /// As `stdout`.
    package let file: String
    package let kind: Kind

    /// Whether it would be the same at any other time.
    package var isLasting: Bool {
        switch kind {
        // The content of a CID never changes: what cannot be read once cannot be read ever.
        case .notThere, .unreadable, .refused, .noCID: true
        case .transport(.tooLarge), .transport(.badRequest): true
        case .transport, .failed, .otherBytes: false
        }
    }

    /// Whether it says that the server is not well, rather than something about one file.
    package var isOutage: Bool {
        switch kind {
        case .transport(.cancelled), .transport(.tooLarge): false
        case .failed(let status, _): status != 404
        case .transport, .refused, .otherBytes: true
        case .notThere, .unreadable, .noCID: false
        }
    }

    /// Whether the server has given the blocks that it was asked for, and the matter lies in them.
    package var showsBlocks: Bool {
        switch kind {
        case .notThere, .unreadable: true
        case .transport, .refused, .failed, .otherBytes, .noCID: false
        }
    }

    package var description: String {
        let what =
            switch kind {
            case .transport(.tooLarge(let limit)):
                "its answer has more than \(limit) bytes, which no block of IPFS has"
            case .transport(let error): "no answer: \(error)"
            case .notThere: "there is no such file"
            case .refused(let status, let text), .failed(let status, let text): "HTTP \(status): \(text)"
            case .otherBytes(let cid):
                "what it gives for \(cid) has another hash: name a server that gives raw blocks (?format=raw, block/get), "
                    + "as kubo does"
            case .unreadable(let text): text
            case .noCID: "there is no CID to read it from"
            }
        return "\(file) at \(endpoint): \(what)"
    }
}
