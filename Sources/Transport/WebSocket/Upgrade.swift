/// The HTTP half of RFC 6455: the request text, and the check of the answer.
struct Upgrade {
    /// More than this is no answer to an upgrade.
    static let headLimit = 16 << 10

    private let key: String
    let request: [UInt8]

    init(to url: WebSocketURL, headers: [HTTPRequest.Header]) throws(WebSocketError) {
        key = base64((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        var lines = [
            "GET \(url.target) HTTP/1.1",
            "Host: \(url.host)",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)",
            "Sec-WebSocket-Version: 13",
        ]
        if let credentials = url.credentials {
            lines.append("Authorization: Basic \(base64(Array(credentials.utf8)))")
        }
        for header in headers {
            guard header.isSendable else { throw .invalidHeader(header.name) }
            lines.append("\(header.name): \(header.value)")
        }
        request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Where the answer's head ends in `bytes`, of which the first `known` have been looked at before; `nil` while it is
    /// not whole.
    static func endOfHead(in bytes: [UInt8], from known: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in max(4, known)...bytes.count where bytes[(end - 4)..<end].elementsEqual("\r\n\r\n".utf8) {
            return end
        }
        return nil
    }

    /// Throws unless this head is a 101 that answers our key.
    func check(head: ArraySlice<UInt8>) throws(WebSocketError) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw .upgradeInvalid("no HTTP status line")
        }
        guard status == 101 else { throw .upgradeRefused(status: status) }

        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].trimmingSpaces()
            headers[name] = headers[name].map { "\($0), \(value)" } ?? value
        }
        guard headers["upgrade"]?.lowercased() == "websocket" else {
            throw .upgradeInvalid("Upgrade")
        }
        let tokens = headers["connection"]?.lowercased().split(separator: ",") ?? []
        guard tokens.contains(where: { $0.trimmingSpaces() == "upgrade" }) else {
            throw .upgradeInvalid("Connection")
        }
        // We offered neither an extension nor a subprotocol.
        for name in ["sec-websocket-extensions", "sec-websocket-protocol"]
        where headers[name] != nil {
            throw .upgradeInvalid(name)
        }
        let answer = base64(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        guard headers["sec-websocket-accept"] == answer else {
            throw .upgradeInvalid("Sec-WebSocket-Accept")
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isSpace)
        guard let last = start.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(start[...last])
    }
}
