/// HTTP/1.1 by libcurl: any number of transfers on one thread, connections kept and reused.
///
/// HTTP/2 stays off: multiplexed transfers of Debian 12's libcurl 7.88.1 stall now and then. A kept connection that
/// the server has closed meanwhile makes libcurl send the request once more on a new one, so requests should bear that.
package final class CurlTransport: HTTPTransport {
    private let queue: TransferQueue
    private let ended = OneShot<Void>()

    /// Starts the thread; throws when the system refuses one.
    package init(_ options: CurlTransportOptions = CurlTransportOptions()) throws(ResourceError) {
        try CurlLibrary.start()
        let queue = TransferQueue(wake: try WakeEvent())
        let ended = ended
        self.queue = queue
        try startThread(named: "http") {
            TransferLoop.run(options, queue)
            ended.set(())
        }
    }

    deinit {
        queue.stop()
    }

    /// Hands the request to the transfer thread and waits for the whole answer.
    ///
    /// Redirects are not followed, a 3xx is an answer; gzip is decoded. Throws as `HTTPTransport` says, and `.shutDown`
    /// once `shutDown` has been called.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let ticket = queue.newTicket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.submit(TransferQueue.Submission(ticket: ticket, request: request, continuation: continuation))
            }
        } onCancel: {
            queue.cancel(ticket)
        }
        return try result.get()
    }

    /// Ends transfers in flight with `.shutDown`, as every later one; returns when the thread is done.
    package func shutDown() async {
        queue.stop()
        await ended.value()
    }
}
