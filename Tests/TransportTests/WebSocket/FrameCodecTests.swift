import RelayTestSupport
import Testing

@testable import Transport

/// The codec is private to the module: nothing else needs it, but its cases are too many to try over sockets.
struct FrameCodecTests {
    /// All that comes out of a codec fed with these pieces: events, then how it ended.
    private func run(_ pieces: [[UInt8]], limit: Int = 1 << 20) -> (events: [FrameCodec.Event], error: WebSocketError?)
    {
        var codec = FrameCodec(messageLimit: limit)
        var events: [FrameCodec.Event] = []
        do {
            for piece in pieces { try codec.receive(piece[...]) { events.append($0) } }
            return (events, nil)
        } catch {
            return (events, error as? WebSocketError)
        }
    }

    // MARK: RFC 6455 §5.7

    @Test
    func readsTheExamplesOfTheRFC() {
        let hello = FrameCodec.Event.message(.text(Array("Hello".utf8)))
        #expect(run([[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]]).events == [hello])
        #expect(run([[0x01, 0x03, 0x48, 0x65, 0x6c], [0x80, 0x02, 0x6c, 0x6f]]).events == [hello])
        let short = [UInt8](repeating: 7, count: 256)
        #expect(run([[0x82, 0x7e, 0x01, 0x00] + short]).events == [.message(.binary(short))])
        let long = [UInt8](repeating: 7, count: 65_536)
        #expect(run([[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0] + long]).events == [.message(.binary(long))])
    }

    @Test
    func answersThePingOfTheRFCMasked() throws {
        var codec = FrameCodec(messageLimit: 100)
        try codec.receive([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) { _ in }
        #expect(try unmasked(codec.takeOutput()) == [[0x8a] + Array("Hello".utf8)])
    }

    // MARK: Sending

    @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
    func masksWhatItSends(length: Int) throws {
        var codec = FrameCodec(messageLimit: 100)
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        try codec.send(.binary(bytes))
        try codec.send(.text(bytes))
        #expect(try unmasked(codec.takeOutput()) == [[0x82] + bytes, [0x81] + bytes])
        #expect(!codec.hasOutput)
    }

    @Test
    func sendsNothingBehindItsCloseFrame() throws {
        var codec = FrameCodec(messageLimit: 100)
        codec.sendClose(code: 1000)
        codec.sendClose(code: 1001)
        codec.sendPing()
        #expect(throws: WebSocketError.closed) { try codec.send(.text([])) }
        #expect(try unmasked(codec.takeOutput()) == [[0x88, 0x03, 0xe8]])
    }

    @Test
    func answersACloseFrameOnceWithItsCode() throws {
        var codec = FrameCodec(messageLimit: 100)
        var events: [FrameCodec.Event] = []
        try codec.receive([0x88, 0x04, 0x0f, 0xa1, 0x68, 0x69, 0x81, 0x01, 0x41]) { events.append($0) }
        #expect(events == [.closed(code: 4001, reason: "hi")])
        #expect(try unmasked(codec.takeOutput()) == [[0x88, 0x0f, 0xa1]])
    }

    // MARK: Limits

    @Test
    func refusesALengthBeforeItsBytesAreThere() {
        #expect(run([[0x82, 0x7f, 0, 0, 0, 0, 0, 0x10, 0, 1]], limit: 1 << 20).error == .messageTooLarge)
        #expect(run([[0x02, 0x01, 0], [0x80, 0x03]], limit: 3).error == .messageTooLarge)
        #expect(run([[0x02, 0x01, 0], [0x80, 0x02, 1, 2]], limit: 3).error == nil)
    }

    @Test
    func takesControlFramesEvenAtTheLimit() {
        #expect(
            run([[0x02, 0x01, 0], [0x89, 0x02, 1, 2], [0x80, 0x00]], limit: 1).events == [.message(.binary([0]))]
        )
    }

    @Test(arguments: [1000, 1003, 1007, 1014, 3000, 4999])
    func acceptsTheCloseCodesOfTheRegistry(code: Int) {
        let frame: [UInt8] = [0x88, 0x02, UInt8(code >> 8), UInt8(code & 0xff)]
        #expect(run([frame]).events == [.closed(code: code, reason: "")])
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])
    func refusesOtherCloseCodes(code: Int) {
        let frame: [UInt8] = [0x88, 0x02, UInt8(code >> 8), UInt8(code & 0xff)]
        #expect(run([frame]).error == .protocolViolation(code: 1002))
    }

    // MARK: Any stream

    /// However a stream is cut into pieces, the same comes out; and a changed one never traps.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func theCutDoesNotMatter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var stream = randomStream(using: &generator)
            for _ in 0..<Int.random(in: 0..<3, using: &generator) where !stream.isEmpty {
                let index = Int.random(in: 0..<stream.count, using: &generator)
                stream[index] = UInt8.random(in: 0...255, using: &generator)
            }
            let whole = run([stream], limit: 2000)
            let bytes = run(stream.map { [$0] }, limit: 2000)
            var pieces: [[UInt8]] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...60, using: &generator)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let cut = run(pieces, limit: 2000)

            #expect(whole.events == bytes.events && whole.events == cut.events, "seed \(seed)")
            #expect(whole.error == bytes.error && whole.error == cut.error, "seed \(seed)")
        }
    }

    /// Mostly sound frames, some of them not.
    private func randomStream(using generator: inout SeededGenerator) -> [UInt8] {
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let opcode: UInt8 = [0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8a, 0x88].randomElement(using: &generator) ?? 0
            let length = [0, 1, 2, 5, 125, 126, 300].randomElement(using: &generator) ?? 0
            stream.append(opcode)
            if length < 126 {
                stream.append(UInt8(length))
            } else {
                stream += [126, UInt8(length >> 8), UInt8(length & 0xff)]
            }
            stream += (0..<length).map { _ in UInt8.random(in: 0x20...0x7e, using: &generator) }
        }
        return stream
    }

    /// First byte and payload of each frame that a client wrote.
    private func unmasked(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let head = rest.prefix(2)
            try #require(head.count == 2)
            let (first, second) = (head[head.startIndex], head[head.startIndex + 1])
            rest = rest.dropFirst(2)
            #expect(second & 0x80 != 0)
            var length = Int(second & 0x7f)
            let more = length == 126 ? 2 : length == 127 ? 8 : 0
            if more > 0 {
                length = rest.prefix(more).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(more)
            }
            let key = Array(rest.prefix(4))
            let payload = rest.dropFirst(4).prefix(length)
            try #require(key.count == 4 && payload.count == length)
            frames.append([first] + payload.enumerated().map { $1 ^ key[$0 & 3] })
            rest = rest.dropFirst(4 + length)
        }
        return frames
    }
}
