import RelayTestSupport

/// A script of `Servers/` in the project's Python, which prints its ports once it listens.
final class TestServer: Sendable {
    let ports: [Int]
    private let process: ChildProcess

    var port: Int { ports[0] }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: String, _ arguments: [String] = []) async throws {
        let path = "\(PackageRoot.path)/Tests/TransportTests/Servers/\(script)"
        process = try await ChildProcess.start(try PackageRoot.python(), [path] + arguments)
        let line = try await process.firstLine()
        ports = line.split(separator: " ").compactMap { Int($0) }
        guard !ports.isEmpty else { throw NoPort(line: line) }
    }

    /// Ends it and waits until it is gone.
    func stop() async {
        await process.end()
    }

    struct NoPort: Error {
        let line: String
    }
}
