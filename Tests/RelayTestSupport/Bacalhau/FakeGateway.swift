import Synchronization
package import Transport

/// An IPFS gateway in memory, behind the HTTP seam: `GET /ipfs/CID/NAME`, as kubo answers it.
///
///     let gateway = FakeGateway(time: time)
///     gateway.publish(["stdout": "one\ntwo\n"])
///     gateway.failNext(with: .status(504))
package final class FakeGateway: HTTPTransport {
    fileprivate struct World {
        var trees: [String: [String: [UInt8]]] = [:]
        var faults = FaultPlan()
        var calls: [String] = []
    }

    private let time: any TimeSource
    private let world = Mutex(World())

    package init(time: any TimeSource) { self.time = time }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw .cancelled }
        let path = RequestTarget(url: request.url).path.joined(separator: "/")
        let (fault, answer) = world.withLock { world in
            world.calls.append(path)
            return (world.faults.next(for: path), world.answer(path, request))
        }
        if let fault { return try await fault.answer(answer, to: request, on: time) }
        return answer
    }

    // MARK: - What a test does to it

    /// Has files under a CID from now on: by default that of a `FakeRun`.
    package func publish(_ files: [String: String], as cid: String = FakeRun().cid) {
        publish(bytes: files.mapValues { Array($0.utf8) }, as: cid)
    }

    package func publish(bytes files: [String: [UInt8]], as cid: String = FakeRun().cid) {
        world.withLock { $0.trees[cid] = files }
    }

    /// The next calls meet a fault.
    package func failNext(with fault: Fault, count: Int = 1) {
        world.withLock { $0.faults.plan(fault, call: nil, count: count) }
    }

    /// Every call meets this fault from now on; nil ends it.
    package func setOutage(_ fault: Fault?) { world.withLock { $0.faults.outage = fault } }

    // MARK: - What a test reads

    /// The paths that were asked for, in order.
    package var calls: [String] { world.withLock { $0.calls } }
}

extension FakeGateway.World {
    fileprivate func answer(_ path: String, _ request: HTTPRequest) -> HTTPResponse {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count == 3, parts[0] == "ipfs", request.method == .get else {
            return Self.problem(400, "invalid path")
        }
        guard let tree = trees[parts[1]] else {
            return Self.problem(404, "failed to resolve /\(path): block was not found locally (offline)")
        }
        guard let file = tree[parts[2]] else {
            return Self.problem(404, "failed to resolve /\(path): no link named \"\(parts[2])\" under \(parts[1])")
        }
        return Self.part(of: file, request.headers.first { $0.name == "Range" }?.value)
    }

    private static func part(of file: [UInt8], _ range: String?) -> HTTPResponse {
        let type = HTTPRequest.Header("Content-Type", "text/plain; charset=utf-8")
        guard let last = range?.split(separator: "-").last.flatMap({ Int($0) }) else {
            return HTTPResponse(status: 200, headers: [type], body: file)
        }
        let total = HTTPRequest.Header("Content-Range", "bytes */\(file.count)")
        guard !file.isEmpty else { return HTTPResponse(status: 416, headers: [total]) }
        let part = Array(file.prefix(last + 1))
        let which = HTTPRequest.Header("Content-Range", "bytes 0-\(part.count - 1)/\(file.count)")
        return HTTPResponse(status: 206, headers: [type, which], body: part)
    }

    private static func problem(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [HTTPRequest.Header("Content-Type", "text/plain; charset=utf-8")],
            body: Array((text + "\n").utf8)
        )
    }
}
