import Bacalhau
import RelayTestSupport
import Synchronization
import Testing
import Transport

@testable import BacalhauAPI

/// A secret that is replaced while the relayer runs.
@Suite(.timeLimit(.minutes(1)))
struct CredentialsTests {
    /// A secret's file, and how often it was read.
    private final class SecretFile: Sendable {
        private let state: Mutex<(content: String?, readings: Int)>

        init(_ content: String?) { state = Mutex((content, 0)) }

        var readings: Int { state.withLock { $0.readings } }

        func write(_ content: String?) { state.withLock { $0.content = content } }

        func read() throws -> String {
            try state.withLock { state in
                state.readings += 1
                guard let content = state.content else { throw Unreadable() }
                return content
            }
        }

        struct Unreadable: Error, CustomStringConvertible {
            let description = "bacalhau.apiKeyFile: /run/key: no such file; it held old-key-0123 once"
        }
    }

    /// Takes one key and quotes every other that it is sent.
    private final class Door: HTTPTransport {
        let key: Mutex<String>
        let sent = Mutex<[String]>([])

        init(_ key: String) { self.key = Mutex(key) }

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let header = request.headers.first { $0.name == "Authorization" }?.value ?? "none"
            sent.withLock { $0.append(header) }
            guard header == key.withLock({ "Bearer \($0)" }) else {
                let words = "you sent \(header), and old-key-0123 and new-key-4567 are secrets"
                let body = #"{"Status":401,"Message":"\#(words)","Code":"Unauthorized"}"#
                return HTTPResponse(status: 401, body: Array(body.utf8))
            }
            return HTTPResponse(status: 200, body: Array(#"{"JobID":"j-1","Status":"OK"}"#.utf8))
        }
    }

    private let time = ManualTime()
    private let file = SecretFile("old-key-0123")
    private let door = Door("new-key-4567")

    private func client(_ file: SecretFile? = nil) -> BacalhauClient {
        let file = file ?? self.file
        return BacalhauClient(
            transport: door,
            endpoint: BacalhauEndpoint(url: "http://h:1234", authentication: .apiKey("old-key-0123")),
            source: CredentialSource(time: time) { .apiKey(try file.read()) }
        )
    }

    @Test func triesTheNewSecretAtOnce() async throws {
        file.write("new-key-4567")
        let client = client()
        #expect(try await client.submit(body: []) == .created(jobID: "j-1"))
        #expect(door.sent.withLock { $0 } == ["Bearer old-key-0123", "Bearer new-key-4567"])
        // And keeps it.
        #expect(try await client.alive())
        #expect(door.sent.withLock(\.count) == 3 && file.readings == 1)
    }

    @Test func asksOnceWithASecretThatHasNotChanged() async throws {
        let client = client()
        let error = await #expect(throws: BacalhauError.self) { try await client.alive() }
        #expect(error?.status == 401 && door.sent.withLock(\.count) == 1)
    }

    @Test func readsItOnceForManyCallsAndAgainLater() async throws {
        let client = client()
        for _ in 0..<5 { _ = try? await client.alive() }
        #expect(file.readings == 1)
        file.write("new-key-4567")
        time.advance(by: .milliseconds(Credentials.pause - 1))
        _ = try? await client.alive()
        #expect(file.readings == 1)
        time.advance(by: .milliseconds(1))
        #expect(try await client.alive())
        #expect(file.readings == 2)
    }

    /// Two calls in hand are refused, and the second comes back after the first has found the new secret.
    @Test func takesTheSecretThatAnotherCallHasFound() {
        file.write("new-key-4567")
        let old = BacalhauEndpoint(url: "http://h", authentication: .apiKey("old-key-0123"))
        let credentials = Credentials(old, source: CredentialSource(time: time) { .apiKey(try file.read()) })
        for _ in 0..<2 {
            guard case .changed(let endpoint) = credentials.renew(after: .apiKey("old-key-0123")) else {
                Issue.record("there is a new secret")
                continue
            }
            #expect(endpoint.authentication == .apiKey("new-key-4567"))
        }
        #expect(file.readings == 1)
    }

    @Test func namesTheSettingWhereItCannotBeRead() async throws {
        file.write(nil)
        let client = client()
        for _ in 0..<2 {
            let error = await #expect(throws: BacalhauError.self) { try await client.submit(body: []) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("bacalhau.apiKeyFile: /run/key: no such file") && !text.contains("old-key"))
            #expect(error?.status == 401 && error?.isTransient == true && error?.outcomeUnknown == false)
        }
        #expect(file.readings == 1)
    }

    @Test func showsNeitherTheOldNorTheNewSecret() async throws {
        file.write("new-key-4567")
        door.key.withLock { $0 = "another-key" }
        let client = client()
        let submission = try await client.submit(body: [])
        #expect(door.sent.withLock(\.count) == 2)
        #expect("\(submission)".contains("you sent") && !"\(submission)".contains("-key-"))
        let error = await #expect(throws: BacalhauError.self) { try await client.alive() }
        #expect(error.map { "\($0)".contains("you sent") && !"\($0)".contains("-key-") } == true)
    }

    @Test(arguments: [
        ("key-0123", true), ("with a blank and é", true), ("", false), ("two\nlines", false), ("key\r", false),
        ("\tkey", false), ("nothing\u{0}", false), ("\u{7f}", false), ("\u{85}", false),
    ])
    func knowsWhatARequestCanCarry(secret: String, can: Bool) {
        #expect(BacalhauEndpoint.Authentication.canSend(secret) == can)
    }

    @Test func leavesASecretAloneThatHasNoFile() async throws {
        let endpoint = BacalhauEndpoint(url: "http://h", authentication: .basic(user: "u", password: "password-1"))
        let client = BacalhauClient(transport: door, endpoint: endpoint)
        guard case .denied = try await client.submit(body: []) else {
            Issue.record("it is denied")
            return
        }
        #expect(door.sent.withLock(\.count) == 1)
    }
}
