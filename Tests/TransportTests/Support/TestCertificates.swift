import Glibc

/// A certificate authority and a certificate for `localhost` and 127.0.0.1, made for one test.
final class TestCertificates: Sendable {
    private let directory: String
    var authority: String { directory + "/ca.pem" }
    var certificate: String { directory + "/server.pem" }
    var key: String { directory + "/server.key" }

    init() throws {
        directory = try temporaryDirectory()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try run(
            ["openssl", "req", "-x509", "-subj", "/CN=test authority"] + key
                + ["-keyout", directory + "/ca.key", "-out", authority]
        )
        try run(
            ["openssl", "req", "-x509", "-subj", "/CN=localhost"] + key
                + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
                + ["-CA", authority, "-CAkey", directory + "/ca.key", "-keyout", self.key, "-out", certificate]
        )
    }

    deinit {
        for file in ["ca.key", "ca.pem", "server.key", "server.pem"] { unsafe unlink(directory + "/" + file) }
        unsafe rmdir(directory)
    }
}

/// A new directory that only this user can read.
private func temporaryDirectory() throws -> String {
    var template = Array("/tmp/transport-tests-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw TestServer.Failure.notStarted("mkdtemp") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
