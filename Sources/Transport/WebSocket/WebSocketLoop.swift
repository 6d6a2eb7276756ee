import Glibc

/// One connection on its own thread: connect, upgrade, then frames.
///
/// Not `Sendable`: it is born and dies on that thread.
final class WebSocketLoop {
    /// What the program and the thread exchange.
    struct Mail: Sendable {
        let inbox: Inbox
        let outbox: Outbox
        let wake: WakeEvent
    }

    private let upgrade: Upgrade
    private let configuration: WebSocketConfiguration
    private let inbox: Inbox
    private let outbox: Outbox
    private let wake: WakeEvent
    private let connection: SocketConnection
    private var codec: FrameCodec

    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// Bytes for the socket, with the place of the first unsent one.
    private var output: ArraySlice<UInt8> = []
    /// The server speaks frames by now.
    private var isUpgraded = false
    private var lastReceived = ContinuousClock.now
    private var pingSent = false
    /// We asked for the end; the server has until then to agree.
    private var closeDeadline: ContinuousClock.Instant?

    /// Runs a connection from its opening to its end, and returns why it ended.
    static func run(
        to url: WebSocketURL,
        _ upgrade: Upgrade,
        _ configuration: WebSocketConfiguration,
        _ mail: Mail,
        _ opened: OneShot<Result<Void, any Error>>
    ) -> any Error {
        do {
            let connection = try SocketConnection(to: url, configuration)
            return WebSocketLoop(connection, upgrade, configuration, mail).run(opened)
        } catch {
            return error
        }
    }

    private init(
        _ connection: SocketConnection,
        _ upgrade: Upgrade,
        _ configuration: WebSocketConfiguration,
        _ mail: Mail
    ) {
        self.connection = connection
        self.upgrade = upgrade
        self.configuration = configuration
        inbox = mail.inbox
        outbox = mail.outbox
        wake = mail.wake
        codec = FrameCodec(messageLimit: configuration.messageLimit)
    }

    private func run(_ opened: OneShot<Result<Void, any Error>>) -> any Error {
        do {
            let early = try open()
            opened.set(.success(()))
            try take(early)
            while true { try turn() }
        } catch {
            sendLastWords()
            return error
        }
    }

    // MARK: Opening

    /// Connects and upgrades; returns what came behind the answer's head: the first frames, perhaps.
    private func open() throws -> ArraySlice<UInt8> {
        let deadline = ContinuousClock.now + configuration.openTimeout
        try connection.open(wake: wake) {
            wake.clear()
            try checkOpening(deadline)
        }

        output = upgrade.request[...]
        var answer: [UInt8] = []
        while true {
            try checkOpening(deadline)
            try flush()
            switch try connection.receive(into: &buffer) {
            case .bytes(let count):
                let known = answer.count
                answer += buffer[..<count]
                if let end = Upgrade.endOfHead(in: answer, from: known) {
                    try upgrade.check(head: answer[..<end])
                    isUpgraded = true
                    noteLife()
                    return answer[end...]
                }
                guard answer.count <= Upgrade.headLimit else {
                    throw WebSocketError.upgradeInvalid("head too long")
                }
            case .endOfStream:
                throw WebSocketError.upgradeInvalid("no answer")
            case .nothingNow:
                let events = output.isEmpty ? POLLIN : POLLIN | POLLOUT
                connection.wait(for: events, wake: wake, timeout: deadline - .now)
            }
        }
    }

    private func checkOpening(_ deadline: ContinuousClock.Instant) throws {
        if outbox.isStopped { throw CancellationError() }
        if ContinuousClock.now >= deadline { throw WebSocketError.openTimedOut }
    }

    // MARK: Frames

    /// One round: obey, write, read, look at the clock, wait.
    private func turn() throws {
        try obey()
        try flush()
        let hasRoom = closeDeadline != nil || inbox.hasRoom()
        // While we do not read, silence says nothing of the server.
        if !hasRoom { noteLife() }
        // A server that takes none of our frames, pongs say, is not read from.
        let mayRead = hasRoom && output.count < configuration.sendBuffer
        let mayHaveMore = mayRead ? try readSome() : false
        let nextCheck = try checkClock()
        try flush()
        guard !mayHaveMore else { return }

        var events: Int32 = 0
        if mayRead { events |= POLLIN }
        if !output.isEmpty { events |= POLLOUT }
        connection.wait(for: events, wake: wake, timeout: nextCheck - .now)
    }

    /// Takes over what the program asks for.
    private func obey() throws {
        let orders = outbox.take(unsent: output.count)
        for message in orders.messages { try codec.send(message) }
        switch orders.stop {
        case nil:
            break
        case .atOnce:
            throw CancellationError()
        case .afterHandshake where closeDeadline == nil:
            codec.sendClose(code: 1000)
            closeDeadline = .now + configuration.closeTimeout
        case .afterHandshake:
            break
        }
    }

    /// Reads until nothing is there, or up to 1 MB.
    ///
    /// Returns whether there may
    /// be more: a wait would not show what TLS holds already.
    private func readSome() throws -> Bool {
        for _ in 0..<16 {
            switch try connection.receive(into: &buffer) {
            case .bytes(let count):
                noteLife()
                try take(buffer[..<count])
                try flush()
                guard output.count < configuration.sendBuffer else { return true }
                guard closeDeadline != nil || inbox.hasRoom() else { return true }
            case .nothingNow:
                return false
            case .endOfStream:
                throw WebSocketError.closedByServer(code: 1006, reason: "")
            }
        }
        return true
    }

    private func noteLife() {
        lastReceived = .now
        pingSent = false
    }

    private func take(_ bytes: ArraySlice<UInt8>) throws {
        try codec.receive(bytes) { event in
            switch event {
            case .message(let message):
                if closeDeadline == nil { inbox.add(message) }
            case .closed(let code, let reason):
                throw closeDeadline == nil
                    ? WebSocketError.closedByServer(code: code, reason: reason)
                    : WebSocketError.closed
            }
        }
    }

    /// Pings a silent server and gives up on a dead one.
    ///
    /// Returns when to look
    /// again.
    private func checkClock() throws -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        if let closeDeadline {
            if now >= closeDeadline { throw WebSocketError.closed }
            return closeDeadline
        }
        let pingTime = lastReceived + configuration.pingInterval
        guard now >= pingTime else { return pingTime }
        let giveUpTime = pingTime + configuration.pongTimeout
        if now >= giveUpTime { throw WebSocketError.silent }
        if !pingSent {
            pingSent = true
            codec.sendPing()
        }
        return giveUpTime
    }

    // MARK: Output

    /// Writes what the socket takes now.
    private func flush() throws {
        if codec.hasOutput { output += codec.takeOutput() }
        while !output.isEmpty {
            let count = try connection.send(output)
            if count == 0 { return }
            output = output.dropFirst(count)
        }
    }

    /// A close frame, if the connection still takes one without a wait.
    private func sendLastWords() {
        guard isUpgraded else { return }
        codec.sendClose(code: 1001)
        try? flush()
    }
}
