/// RFC 6455 framing for a client, without any input or output of its own: the
/// server's bytes in, events out; messages in, bytes for the server out.
///
/// Checks what comes (masks, reserved bits, lengths, fragments, UTF-8), answers
/// pings, and answers a close frame.
struct FrameCodec {
    enum Event: Sendable, Equatable {
        case message(WebSocketMessage)
        case closed(code: Int, reason: String)
    }

    private enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// What the server may do wrong, as the close code that says so.
    private enum Violation: UInt16, Error {
        case framing = 1002
        case text = 1007
        case tooLarge = 1009
    }

    private struct Header {
        var isFinal: Bool
        var opcode: Opcode
        /// Bytes of the header itself.
        var size: Int
        var payload: Int
    }

    private let messageLimit: Int
    private var output: [UInt8] = []
    /// Received bytes of a frame that is not whole.
    private var partial: [UInt8] = []
    /// The message whose fragments come in: its opcode and its bytes so far.
    private var opcode: Opcode?
    private var message: [UInt8] = []
    private var closeSent = false
    /// The server's close frame came.
    private var isClosed = false

    init(messageLimit: Int) {
        self.messageLimit = messageLimit
    }

    /// Frames for the server that have not been taken yet.
    var hasOutput: Bool { !output.isEmpty }

    mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    // MARK: Receiving

    /// Takes bytes of the server and hands on what they complete.
    ///
    /// After a throw the connection is to be ended; a close frame with the
    /// reason is then in the output.
    mutating func receive(_ bytes: ArraySlice<UInt8>, handle: (Event) throws -> Void) throws {
        // What stands behind a close frame means nothing (RFC 6455 §5.5.1).
        guard !isClosed else { return }
        do {
            guard !partial.isEmpty else { return try takeFrames(bytes, handle) }
            partial += bytes
            // A long frame is taken once, when its last piece is there.
            let limit = messageLimit - message.count
            guard let header = try Self.header(of: partial[...], limit: limit),
                partial.count >= header.size + header.payload
            else { return }
            let whole = partial
            partial = []
            try takeFrames(whole[...], handle)
        } catch let violation as Violation {
            sendClose(code: violation.rawValue)
            throw violation == .tooLarge
                ? WebSocketError.messageTooLarge
                : WebSocketError.protocolViolation(code: Int(violation.rawValue))
        }
    }

    private mutating func takeFrames(_ bytes: ArraySlice<UInt8>, _ handle: (Event) throws -> Void) throws {
        var rest = bytes
        while let header = try Self.header(of: rest, limit: messageLimit - message.count),
            rest.count >= header.size + header.payload
        {
            let payload = rest.dropFirst(header.size).prefix(header.payload)
            rest = rest.dropFirst(header.size + header.payload)
            if let event = try take(header, payload) { try handle(event) }
            if isClosed { return }
        }
        partial = Array(rest)
    }

    /// The header at the start of `bytes`; `nil` while it is not whole.
    private static func header(of bytes: ArraySlice<UInt8>, limit: Int) throws -> Header? {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[bytes.startIndex]
        let second = bytes[bytes.startIndex + 1]
        // Reserved bits, and the mask, which is for clients only.
        guard first & 0x70 == 0, second & 0x80 == 0, let opcode = Opcode(rawValue: first & 0x0f) else {
            throw Violation.framing
        }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7f)
        guard !opcode.isControl || (isFinal && short <= 125) else {
            throw Violation.framing
        }
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        guard bytes.count >= 2 + lengthBytes else { return nil }
        var length = UInt64(short)
        if lengthBytes > 0 {
            length = bytes.dropFirst(2).prefix(lengthBytes).reduce(0) { $0 << 8 | UInt64($1) }
            // The shortest form is the only one allowed.
            guard length >= (lengthBytes == 2 ? 126 : 1 << 16), length < 1 << 63 else {
                throw Violation.framing
            }
        }
        guard length <= UInt64(max(0, limit)) || opcode.isControl else {
            throw Violation.tooLarge
        }
        return Header(isFinal: isFinal, opcode: opcode, size: 2 + lengthBytes, payload: Int(length))
    }

    private mutating func take(_ header: Header, _ payload: ArraySlice<UInt8>) throws -> Event? {
        switch header.opcode {
        case .pong:
            return nil
        case .ping:
            write(.pong, payload)
            return nil
        case .close:
            return try close(payload)
        case .continuation:
            guard opcode != nil else { throw Violation.framing }
        case .text, .binary:
            guard opcode == nil else { throw Violation.framing }
            opcode = header.opcode
        }
        if message.isEmpty, header.isFinal { message = Array(payload) } else { message += payload }
        guard header.isFinal else { return nil }
        defer {
            opcode = nil
            message = []
        }
        guard opcode == .text else { return .message(.binary(message)) }
        try Self.checkUTF8(message[...])
        return .message(.text(message))
    }

    private mutating func close(_ payload: ArraySlice<UInt8>) throws -> Event {
        guard payload.count != 1 else { throw Violation.framing }
        let code = payload.isEmpty ? 1005 : payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        switch code {
        case 1005 where payload.isEmpty, 1000...1003, 1007...1014, 3000...4999: break
        default: throw Violation.framing
        }
        try Self.checkUTF8(payload.dropFirst(2))
        isClosed = true
        if !closeSent {
            closeSent = true
            write(.close, payload.prefix(2))
        }
        return .closed(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self))
    }

    private static func checkUTF8(_ bytes: ArraySlice<UInt8>) throws {
        do { _ = try UTF8Span(validating: bytes.span) } catch {
            throw Violation.text
        }
    }

    // MARK: Sending

    mutating func send(_ message: WebSocketMessage) throws {
        guard !closeSent else { throw WebSocketError.closed }
        switch message {
        case .text(let bytes): write(.text, bytes[...])
        case .binary(let bytes): write(.binary, bytes[...])
        }
    }

    mutating func sendPing() {
        if !closeSent { write(.ping, []) }
    }

    /// Sends a close frame; nothing can be sent after it.
    mutating func sendClose(code: UInt16) {
        guard !closeSent else { return }
        closeSent = true
        write(.close, [UInt8(code >> 8), UInt8(code & 0xff)])
    }

    /// One whole frame, masked as a client's has to be.
    private mutating func write(_ opcode: Opcode, _ payload: ArraySlice<UInt8>) {
        let masked: UInt8 = 0x80
        output.append(0x80 | opcode.rawValue)
        switch payload.count {
        case ..<126:
            output.append(masked | UInt8(payload.count))
        case ..<(1 << 16):
            output.append(masked | 126)
            output += [UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        default:
            output.append(masked | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                output.append(UInt8(truncatingIfNeeded: payload.count >> shift))
            }
        }
        let mask = UInt32.random(in: .min ... .max)
        let key = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: mask >> $0) }
        output += key
        output.reserveCapacity(output.count + payload.count)
        for (index, byte) in payload.enumerated() { output.append(byte ^ key[index & 3]) }
    }
}
