internal import JSON
internal import Transport

/// What a gateway or an API answered to the question for a file.
struct FileAnswer {
    enum Fault: Error {
        case notThere
        case refused(String)
        case failed(String)
        case badAnswer(String)
    }

    private let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    /// The file's bytes, as far as they were asked for.
    func content(limit: Int) throws(Fault) -> [UInt8] {
        switch response.status {
        case 200: return try whole()
        case 206: return try part(limit)
        // No part of a file without bytes can be given (RFC 9110 §15.5.17).
        case 416 where response.header("Content-Range") == "bytes */0": return []
        case 300..<400: throw redirected
        case 404 where saysNoSuchFile, 500 where saysNoSuchFile: throw .notThere
        case 500 where words.contains("is a directory"): throw .notThere
        // Just published, it may not be found yet.
        case 404, 408, 425, 429, 500...: throw .failed(words)
        default: throw .refused(words)
        }
    }

    private func whole() throws(Fault) -> [UInt8] {
        // What kubo's API says when it fails in the midst of an answer.
        if let text = response.header("X-Stream-Error") { throw .failed(text) }
        guard response.header("ETag")?.contains("DirIndex") != true else { throw .notThere }
        // A file may well be HTML; what a proxy or a hotel's network says instead is not from IPFS.
        let type = response.header("Content-Type")?.lowercased() ?? ""
        let isFromIPFS = response.header("X-Ipfs-Path") != nil || response.header("X-Ipfs-Roots") != nil
        guard !type.hasPrefix("text/html") || isFromIPFS else {
            throw .badAnswer("the answer is a web page, and not IPFS's")
        }
        return response.body
    }

    private func part(_ limit: Int) throws(Fault) -> [UInt8] {
        let bytes = try whole()
        guard let range = response.header("Content-Range").map({ ContentRange($0) }) else { return bytes }
        guard let range, range.first == 0, range.last + 1 == bytes.count else {
            throw .badAnswer("the answer is another part of the file than the one that was asked for")
        }
        guard range.total.map({ min($0, limit) == bytes.count }) ?? true else {
            throw .badAnswer("the answer is less of the file than was asked for")
        }
        return bytes
    }

    private var redirected: Fault {
        let place = response.header("Location").map { " to \($0)" } ?? ""
        return .refused(
            "it redirects\(place), which is not followed: name a gateway that answers under its own address, such as "
                + "http://127.0.0.1:8080 in place of http://localhost:8080"
        )
    }

    private var saysNoSuchFile: Bool { words.contains("no link named") }

    /// The error's own: plain text, or the message of the API's JSON.
    private var words: String {
        let start = response.body.prefix(4_096)
        let message = (try? JSONValue.parse(Array(start)))?["Message"]?.string
        return message ?? String(decoding: start, as: UTF8.self)
    }
}

/// The header `Content-Range` (RFC 9110 §14.4): `bytes 0-9/10`, or `bytes 0-9/*`.
private struct ContentRange {
    let first: Int
    let last: Int
    /// nil where the server does not tell.
    let total: Int?

    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[0] == "bytes" else { return nil }
        let sides = parts[1].split(separator: "/")
        let ends = sides.first?.split(separator: "-").map { Int($0) } ?? []
        guard sides.count == 2, ends.count == 2, let first = ends[0], let last = ends[1], last < Int.max else {
            return nil
        }
        let total = Int(sides[1])
        guard first <= last, total != nil || sides[1] == "*" else { return nil }
        (self.first, self.last, self.total) = (first, last, total)
    }
}
