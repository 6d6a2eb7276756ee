import Glibc
import Synchronization

/// A process of the project's Python that prints a line once it is ready and ends when its stdin does.
final class TestServer: Sendable {
    enum Failure: Error, CustomStringConvertible {
        case noPython(String)
        case notStarted(String)

        var description: String {
            switch self {
            case .noPython(let path): "there is no \(path): run make setup first"
            case .notStarted(let script): "\(script) did not start"
            }
        }
    }

    /// What it printed: its port, or its ports.
    let ports: [Int]
    private let process: pid_t
    private let input: Mutex<Int32?>

    var port: Int { ports[0] }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts a script of `Servers/`.
    init(_ script: String, _ arguments: [String] = []) throws {
        let python = Self.root + "/.venv/bin/python"
        guard unsafe access(python, X_OK) == 0 else { throw Failure.noPython(python) }
        let child = try Child([python, "\(Self.root)/Tests/TransportTests/Servers/\(script)"] + arguments)
        process = child.process
        input = Mutex(child.input)
        ports = child.readLine().split(separator: " ").compactMap { Int($0) }
        Glibc.close(child.output)
        guard !ports.isEmpty else {
            stop()
            throw Failure.notStarted(script)
        }
    }

    deinit {
        stop()
    }

    /// Ends it and waits until it is gone.
    func stop() {
        input.withLock { input in
            guard let descriptor = input else { return }
            input = nil
            Glibc.close(descriptor)
            _ = waitpid(process, nil, 0)
        }
    }

    /// The package's folder.
    static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
}

/// Runs a program to its end; throws unless it exits with 0.
func run(_ arguments: [String]) throws {
    let child = try Child(["sh", "-c", "exec \"$@\" 2>/dev/null", "sh"] + arguments)
    Glibc.close(child.input)
    while !child.readLine().isEmpty {}
    Glibc.close(child.output)
    var status: Int32 = 0
    unsafe waitpid(child.process, &status, 0)
    guard status == 0 else { throw TestServer.Failure.notStarted(arguments.joined(separator: " ")) }
}

/// A child process with pipes at its stdin and stdout.
private struct Child {
    /// Held while descriptors exist that a child of another test would inherit, and so keep open.
    private static let spawning = Mutex(())

    let process: pid_t
    let input: Int32
    let output: Int32

    init(_ arguments: [String]) throws {
        self = try Self.spawning.withLock { _ in try Child(spawning: arguments) }
    }

    private init(spawning arguments: [String]) throws {
        let toChild = Self.pipe()
        let fromChild = Self.pipe()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, fromChild.write, 1)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        var process: pid_t = 0
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
        let status = unsafe posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ)
        Glibc.close(toChild.read)
        Glibc.close(fromChild.write)
        input = toChild.write
        output = fromChild.read
        self.process = process
        guard status == 0 else { throw TestServer.Failure.notStarted(arguments[0]) }
    }

    private static func pipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        unsafe Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func readLine() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
