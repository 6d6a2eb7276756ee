package import Bacalhau
package import Transport

/// Reads the files of what a job has published, from an IPFS gateway or from kubo's RPC API.
///
/// One request a call, of which no path is a stranger's: the file's name is one of three, and the CID has the form of one.
/// Whether the bytes are those of the CID is the server's word, so it has to be one that the operator trusts.
package struct ResultFiles: Sendable {
    /// Where files are read.
    package enum Source: Sendable, Equatable {
        /// The URL of a gateway: `GET /ipfs/CID/stdout`.
        case gateway(String)
        /// The URL of kubo's RPC API: `POST /api/v0/cat?arg=CID/stdout`.
        case api(String)

        package var url: String {
            switch self {
            case .gateway(let url), .api(let url): url
            }
        }
    }

    package let source: Source
    /// Bytes of a file, at most.
    package let maxSize: Int
    /// Of each call.
    package let timeout: Duration
    private let transport: any HTTPTransport
    private var mask: SecretMask { SecretMask(url: source.url) }

    package init(
        transport: any HTTPTransport,
        source: Source,
        maxSize: Int = 1 << 20,
        timeout: Duration = .seconds(10)
    ) {
        self.transport = transport
        self.source = source
        self.maxSize = maxSize
        self.timeout = timeout
    }

    /// The file's first `maxSize` bytes.
    package func content(of file: ResultFile, in cid: String) async throws(ResultFilesError) -> ResultFileContent {
        guard ContentID.isPlausible(cid) else { throw failure(file, .noCID) }
        let response: HTTPResponse
        do {
            response = try await transport.send(request(for: file, in: cid))
        } catch {
            throw failure(file, .transport(error.cleaned(by: mask)))
        }
        do throws(FileAnswer.Fault) {
            let bytes = try FileAnswer(response).content(limit: maxSize + 1)
            return ResultFileContent(bytes: Array(bytes.prefix(maxSize)), isCut: bytes.count > maxSize)
        } catch {
            throw failure(file, kind(of: error, response.status))
        }
    }

    /// Throws where files could not be read: asks for one of the empty directory, which every IPFS daemon knows.
    package func check() async throws(ResultFilesError) {
        do throws(ResultFilesError) {
            _ = try await content(of: .stdout, in: "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")
        } catch {
            guard error.kind == .notThere else { throw error }
            return
        }
        throw failure(.stdout, .badAnswer("it found a file in the empty directory: it is no IPFS gateway or API"))
    }

    /// One byte more than is wanted shows whether there are more.
    private func request(for file: ResultFile, in cid: String) -> HTTPRequest {
        let path = "\(cid)/\(file.rawValue)"
        // An error's page is read too, for its words.
        let bodyLimit = max(maxSize + 1, 64 << 10)
        switch source {
        case .gateway(let url):
            return HTTPRequest(
                .get,
                Self.base(url, "/ipfs") + "/" + path,
                // A part of a compressed answer could not be read.
                headers: [
                    HTTPRequest.Header("Range", "bytes=0-\(maxSize)"),
                    HTTPRequest.Header("Accept-Encoding", "identity"),
                ],
                totalTimeout: timeout,
                connectTimeout: min(timeout, .seconds(5)),
                bodyLimit: bodyLimit
            )
        case .api(let url):
            return HTTPRequest(
                .post,
                Self.base(url, "/api/v0") + "/cat?arg=\(PercentEncoding.encode(path))&length=\(maxSize + 1)",
                totalTimeout: timeout,
                connectTimeout: min(timeout, .seconds(5)),
                bodyLimit: bodyLimit
            )
        }
    }

    /// The URL with `path` at its end, whether or not it was written with it.
    private static func base(_ url: String, _ path: String) -> String {
        var base = Substring(url)
        while base.hasSuffix("/") { base.removeLast() }
        return base.hasSuffix(path) ? String(base) : base + path
    }

    private func kind(of fault: FileAnswer.Fault, _ status: Int) -> ResultFilesError.Kind {
        switch fault {
        case .notThere: .notThere
        case .refused(let text): .refused(status: status, mask.clean(text, limit: 256))
        case .failed(let text): .failed(status: status, mask.clean(text, limit: 256))
        case .badAnswer(let text): .badAnswer(mask.clean(text, limit: 256))
        }
    }

    private func failure(_ file: ResultFile, _ kind: ResultFilesError.Kind) -> ResultFilesError {
        ResultFilesError(endpoint: mask.url, file: file.rawValue, kind: kind)
    }
}
