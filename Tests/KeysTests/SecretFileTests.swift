import Glibc
import RelayTestSupport
import Testing

@testable import Keys

@Suite struct SecretFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [
        ("one", "one"), ("one\n", "one"), ("one\r\n", "one"), ("one\n\n", "one\n"), (" one \n", " one "),
        ("\none", "\none"),
        ("one\r", "one\r"),
    ])
    func dropsOneLineEnd(content: String, held: String) throws {
        let secret = try Secret.file(directory.write("password", content))
        #expect(bytes(secret) == Array(held.utf8))
    }

    @Test(arguments: [0o604, 0o640, 0o644, 0o620, 0o601, 0o777] as [UInt32])
    func refusesAFileThatOthersMayRead(mode: UInt32) {
        let path = directory.write("password", "one", mode: mode)
        #expect(throws: KeyError.open(path: path, mode: mode)) { try Secret.file(path) }
        #expect("\(KeyError.open(path: path, mode: mode))".hasSuffix("run `chmod 600 \(path)`"))
    }

    @Test(arguments: [0o600, 0o400, 0o700] as [UInt32]) func readsAFileOfItsOwner(mode: UInt32) throws {
        #expect(try bytes(Secret.file(directory.write("password", "one", mode: mode))) == Array("one".utf8))
    }

    @Test(arguments: ["", "\n", "\r\n"]) func refusesAnEmptyFile(content: String) {
        let path = directory.write("password", content)
        #expect(throws: KeyError.file(path: path, reason: "the file is empty")) { try Secret.file(path) }
    }

    @Test func refusesALargeFile() throws {
        let most = directory.write("most", String(repeating: "a", count: 4_096))
        #expect(try Secret.file(most).count == 4_096)
        let more = directory.write("more", String(repeating: "a", count: 4_097))
        #expect(throws: KeyError.file(path: more, reason: "larger than 4096 bytes")) { try Secret.file(more) }
    }

    @Test func refusesWhatIsNoFile() {
        #expect(throws: KeyError.file(path: directory.path, reason: "not a regular file")) {
            try Secret.file(directory.path)
        }
        let pipe = directory.file("pipe")
        unsafe mkfifo(pipe, 0o600)
        #expect(throws: KeyError.file(path: pipe, reason: "not a regular file")) { try Secret.file(pipe) }
    }

    @Test func namesTheFileThatIsMissing() {
        let path = directory.file("none")
        #expect(throws: KeyError.file(path: path, reason: "No such file or directory")) { try Secret.file(path) }
    }
}
