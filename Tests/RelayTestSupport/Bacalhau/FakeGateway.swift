import Synchronization
package import Transport

/// An IPFS gateway in memory, behind the HTTP seam: `GET /ipfs/CID?format=raw`, as kubo answers it.
///
///     let gateway = FakeGateway(time: time)
///     let cid = gateway.publish(["stdout": "one\ntwo\n"])
///     gateway.failNext(with: .status(504))
package final class FakeGateway: HTTPTransport {
    fileprivate struct World {
        var blocks: [String: [UInt8]] = [:]
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

    /// Has a directory of these files from now on; its CID.
    @discardableResult
    package func publish(_ files: [String: String]) -> String {
        publish(PublishedTree(files))
    }

    @discardableResult
    package func publish(_ tree: PublishedTree) -> String {
        world.withLock { $0.blocks.merge(tree.blocks) { $1 } }
        return tree.cid
    }

    /// Gives other bytes for a CID from now on.
    package func forge(_ cid: String, with block: [UInt8]) { world.withLock { $0.blocks[cid] = block } }

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
        guard parts.count == 2, parts[0] == "ipfs", request.method == .get, request.url.hasSuffix("?format=raw") else {
            return Self.problem(400, "invalid path")
        }
        guard let block = blocks[parts[1]] else {
            return Self.problem(404, "failed to resolve /\(path): block was not found locally (offline)")
        }
        let type = HTTPRequest.Header("Content-Type", "application/vnd.ipld.raw")
        return HTTPResponse(status: 200, headers: [type], body: block)
    }

    private static func problem(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [HTTPRequest.Header("Content-Type", "text/plain; charset=utf-8")],
            body: Array((text + "\n").utf8)
        )
    }
}
