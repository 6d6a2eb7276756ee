package import Bacalhau
package import Transport

/// Reads the files of what a job has published, from an IPFS gateway or from kubo's RPC API.
///
/// A file is put together here from the blocks in which IPFS keeps it, each of which must have the hash by which it is
/// asked for. So the CID alone says what a file holds; a server can keep a file back, and never give another.
package struct ResultFiles: Sendable {
    /// Where blocks are read.
    package enum Source: Sendable, Equatable {
        /// The URL of a gateway: `GET /ipfs/CID?format=raw` (<https://specs.ipfs.tech/http-gateways/trustless-gateway>).
        case gateway(String)
        /// The URL of kubo's RPC API: `POST /api/v0/block/get?arg=CID`.
        case api(String)

        package var url: String {
            switch self {
            case .gateway(let url), .api(let url): url
            }
        }
    }

    /// IPFS hands round no larger ones.
    private static let blockLimit = 2 << 20

    package let source: Source
    /// Bytes of a file, at most.
    package let maxSize: Int
    /// Of each attempt to read a file, however many blocks it has.
    package let timeout: Duration
    private let transport: any HTTPTransport
    private let time: any TimeSource
    private var mask: SecretMask { SecretMask(url: source.url) }

    package init(
        transport: any HTTPTransport,
        time: any TimeSource,
        source: Source,
        maxSize: Int = 1 << 20,
        timeout: Duration = .seconds(10)
    ) {
        self.transport = transport
        self.time = time
        self.source = source
        self.maxSize = maxSize
        self.timeout = timeout
    }

    /// The file's first `maxSize` bytes.
    package func content(of file: ResultFile, in cid: String) async throws(ResultFilesError) -> ResultFileContent {
        guard let root = ContentID(cid) else { throw failure(file, .noCID) }
        let began = time.now()
        var walk = FileWalk(to: file, in: root, limit: maxSize)
        var step = try checked(file) { () throws(FileWalk.Fault) in try walk.next() }
        while true {
            switch step {
            case .found(let content): return content
            case .read(let id):
                // A server that takes its time for each block must not hold up the others for all of them.
                let left = timeout - .milliseconds(time.now() - began)
                guard left > .zero else { throw failure(file, .transport(.timedOut)) }
                let block = try await block(id, of: file, within: min(left, timeout))
                step = try checked(file) { () throws(FileWalk.Fault) in try walk.take(block, sha256: sha256(block)) }
            }
        }
    }

    private func block(
        _ id: ContentID,
        of file: ResultFile,
        within limit: Duration
    ) async throws(ResultFilesError) -> [UInt8] {
        let response: HTTPResponse
        do {
            response = try await transport.send(request(for: id, within: limit))
        } catch {
            throw failure(file, .transport(error.cleaned(by: mask)))
        }
        do throws(BlockAnswer.Fault) {
            return try BlockAnswer(response).block()
        } catch {
            switch error {
            case .refused(let text):
                throw failure(file, .refused(status: response.status, mask.clean(text, limit: 256)))
            case .failed(let text): throw failure(file, .failed(status: response.status, mask.clean(text, limit: 256)))
            }
        }
    }

    private func checked<Value>(
        _ file: ResultFile,
        _ step: () throws(FileWalk.Fault) -> Value
    ) throws(ResultFilesError) -> Value {
        do throws(FileWalk.Fault) {
            return try step()
        } catch {
            switch error {
            case .notThere: throw failure(file, .notThere)
            case .otherBytes(let id): throw failure(file, .otherBytes(cid: id.text))
            case .unreadable(let text): throw failure(file, .unreadable(text))
            }
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
        // Its block has no links.
        throw failure(.stdout, .unreadable("the empty directory is not empty"))
    }

    private func request(for id: ContentID, within limit: Duration) -> HTTPRequest {
        switch source {
        case .gateway(let url):
            return HTTPRequest(
                .get,
                Self.base(url, "/ipfs") + "/\(id.text)?format=raw",
                headers: [HTTPRequest.Header("Accept", "application/vnd.ipld.raw")],
                totalTimeout: limit,
                connectTimeout: min(limit, .seconds(5)),
                bodyLimit: Self.blockLimit
            )
        case .api(let url):
            return HTTPRequest(
                .post,
                Self.base(url, "/api/v0") + "/block/get?arg=\(id.text)",
                totalTimeout: limit,
                connectTimeout: min(limit, .seconds(5)),
                bodyLimit: Self.blockLimit
            )
        }
    }

    /// The URL with `path` at its end, whether or not it was written with it.
    private static func base(_ url: String, _ path: String) -> String {
        var base = Substring(url)
        while base.hasSuffix("/") { base.removeLast() }
        return base.hasSuffix(path) ? String(base) : base + path
    }

    private func failure(_ file: ResultFile, _ kind: ResultFilesError.Kind) -> ResultFilesError {
        ResultFilesError(endpoint: mask.url, file: file.rawValue, kind: kind)
    }
}
