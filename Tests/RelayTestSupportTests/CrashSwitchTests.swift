import RelayTestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct CrashSwitchTests {
    @Test func passesEveryPointWithoutACrash() throws {
        let crashSwitch = CrashSwitch()

        for point in ["a", "b", "c"] { try crashSwitch.reach(point) }

        #expect(crashSwitch.passed == ["a", "b", "c"])
        #expect(crashSwitch.crash == nil)
    }

    @Test func diesAtTheGivenPointAndStaysDead() async throws {
        let crashSwitch = CrashSwitch(at: 1)
        try crashSwitch.reach("a")

        #expect(throws: Crash(point: "b")) { try crashSwitch.reach("b") }
        #expect(throws: Crash(point: "b")) { try crashSwitch.reach("c") }
        await crashSwitch.died()
        #expect(crashSwitch.passed == ["a", "b"])
    }

    @Test func keepsNobodyWaitingOnceTheRunIsOver() async {
        let crashSwitch = CrashSwitch()

        crashSwitch.finish()

        await crashSwitch.died()
        #expect(crashSwitch.crash == nil)
    }

    @Test func cancellingEndsWaitingForItsDeath() async {
        let crashSwitch = CrashSwitch()
        let watcher = Task { await crashSwitch.died() }

        watcher.cancel()

        await watcher.value
    }

    @Test func tellsThoseWhoWaitForItsDeath() async {
        let crashSwitch = CrashSwitch()
        async let death: Void = crashSwitch.died()

        crashSwitch.trip("here")
        await death

        #expect(crashSwitch.crash == Crash(point: "here"))
    }

    @Test func diesAtEachPointUntilALifeHasNoMore() async throws {
        let died = try await CrashSwitch.dieAtEachPoint(kinds: ["a"]) { crash in
            for point in ["a", "b", "a", "c"] { try? crash.reach(point) }
        }

        #expect(died.sorted() == ["a", "a", "b", "c"])
    }

    /// Its turn came when the points were in another order.
    @Test func diesByNameAtAKindThatWasMissed() async throws {
        let lives = Recorder<Int>()

        let died = try await CrashSwitch.dieAtEachPoint(kinds: ["a", "b"], atOnce: 1) { crash in
            lives.record(lives.count)
            for point in lives.count == 1 ? ["a", "b"] : ["b", "a"] { try? crash.reach(point) }
        }

        #expect(died == ["a", "a", "b"])
    }

    @Test func tellsThatNoLifeDies() async throws {
        let died = try await CrashSwitch.dieAtEachPoint(kinds: ["a"]) { _ in }

        #expect(died == [])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct CrashingTransportTests {
    /// A world that counts what reached it.
    private struct Counting: HTTPTransport {
        let seen: Recorder<String>

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            seen.record(request.url)
            return HTTPResponse(status: 200)
        }
    }

    private let world = Recorder<String>()

    private func transport(_ crashSwitch: CrashSwitch) -> CrashingTransport {
        CrashingTransport(Counting(seen: world), crashSwitch: crashSwitch) { $0.method == .put ? $0.url : nil }
    }

    @Test func diesBeforeTheCallWithoutEffect() async {
        let crashSwitch = CrashSwitch(at: 0)

        await #expect(throws: HTTPError.shutDown) { try await transport(crashSwitch).send(HTTPRequest(.put, "a")) }

        #expect(world.all == [])
        #expect(crashSwitch.crash == Crash(point: "before a"))
    }

    @Test func diesAfterTheCallWithItsEffect() async {
        let crashSwitch = CrashSwitch(at: 1)

        await #expect(throws: HTTPError.shutDown) { try await transport(crashSwitch).send(HTTPRequest(.put, "a")) }

        #expect(world.all == ["a"])
        #expect(crashSwitch.crash == Crash(point: "after a"))
    }

    @Test func deadProcessesReachNothing() async {
        let crashSwitch = CrashSwitch()
        crashSwitch.trip()

        await #expect(throws: HTTPError.shutDown) { try await transport(crashSwitch).send(HTTPRequest(.get, "a")) }

        #expect(world.all == [])
    }

    @Test func countsOnlyCallsThatHaveAName() async throws {
        let crashSwitch = CrashSwitch()

        _ = try await transport(crashSwitch).send(HTTPRequest(.get, "a"))
        _ = try await transport(crashSwitch).send(HTTPRequest(.put, "b"))

        #expect(crashSwitch.passed == ["before b", "after b"])
    }
}
