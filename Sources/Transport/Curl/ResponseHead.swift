/// The head of an answer, line by line, as libcurl hands it over.
struct ResponseHead {
    /// Bytes of all lines so far.
    private(set) var size = 0
    private(set) var headers: [HTTPRequest.Header] = []

    mutating func take(line: [UInt8]) {
        size += line.count
        // A new status line (after a 1xx, or after a proxy's answer) begins another head.
        guard !line.starts(with: "HTTP/".utf8) else { return headers.removeAll() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        headers.append(HTTPRequest.Header(name, Self.trimmed(line[(colon + 1)...])))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
        let start = bytes.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }
}
