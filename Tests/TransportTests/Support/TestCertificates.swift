import RelayTestSupport

/// A certificate authority, and a certificate of it for `localhost` and 127.0.0.1, made for one test.
final class TestCertificates: Sendable {
    private let directory: TemporaryDirectory
    var authority: String { directory.file("ca.pem") }
    var certificate: String { directory.file("server.pem") }
    var key: String { directory.file("server.key") }

    init() async throws {
        directory = try TemporaryDirectory()
        let authorityKey = directory.file("ca.key")
        let request = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        ]
        try await Self.openssl(
            request + ["-subj", "/CN=test authority", "-keyout", authorityKey, "-out", authority]
        )
        try await Self.openssl(
            request + ["-subj", "/CN=localhost", "-keyout", key, "-out", certificate]
                + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
                + ["-CA", authority, "-CAkey", authorityKey]
        )
    }

    struct Failed: Error {
        let text: String
    }

    private static func openssl(_ arguments: [String]) async throws {
        let process = try await ChildProcess.start("/usr/bin/openssl", arguments)
        let ending = await process.finished()
        guard ending == .exited(0) else {
            throw Failed(text: "\(ending): \(process.standardError)")
        }
    }
}
