import CCurl

/// The transfer thread: takes orders, lets libcurl work, hands out results.
///
/// Not `Sendable`: it is born and dies on its thread.
@safe
final class TransferLoop {
    private let multi: UnsafeMutableRawPointer
    private let options: CurlTransportOptions
    private let queue: TransferQueue
    private var transfers: [TransferQueue.Ticket: Transfer] = [:]

    /// Runs until the queue is stopped.
    static func run(_ options: CurlTransportOptions, _ queue: TransferQueue) {
        guard let loop = TransferLoop(options, queue) else {
            return queue.close(.connectFailed("libcurl gave no multi handle"))
        }
        while loop.obey() {
            loop.perform()
            loop.wait()
        }
        loop.dropAll()
        queue.close(.shutDown)
    }

    private init?(_ options: CurlTransportOptions, _ queue: TransferQueue) {
        guard let multi = unsafe curl_multi_init() else { return nil }
        unsafe self.multi = multi
        self.options = options
        self.queue = queue
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.connectionsInAll)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.connectionsInAll)
    }

    deinit {
        unsafe curl_multi_cleanup(multi)
    }

    /// Carries out what has been asked for; returns false when the end has been.
    private func obey() -> Bool {
        let orders = queue.take()
        for submission in orders.submissions { begin(submission) }
        for ticket in orders.cancelled { finish(ticket, .failure(.cancelled)) }
        return !orders.isStopping
    }

    private func begin(_ submission: TransferQueue.Submission) {
        do throws(HTTPError) {
            let transfer = try Transfer(submission, options)
            let status = unsafe curl_multi_add_handle(multi, transfer.easy)
            guard status == CURLM_OK else {
                throw HTTPError.connectFailed(unsafe String(cString: curl_multi_strerror(status)))
            }
            transfers[submission.ticket] = transfer
        } catch {
            submission.continuation.resume(returning: .failure(error))
        }
    }

    private func perform() {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle,
                let transfer = unsafe Transfer.running(on: easy)
            else { continue }
            finish(transfer.ticket, transfer.outcome(of: unsafe ccurl_result(message)))
        }
    }

    /// Waits for a socket, one of libcurl's timers, or a new order.
    private func wait() {
        var wake = curl_waitfd(fd: queue.wake.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        unsafe curl_multi_poll(multi, &wake, 1, 60_000, nil)
        // Cleared before the orders are taken, so that none is missed.
        if wake.revents != 0 { queue.wake.clear() }
    }

    /// Ends a transfer; one that has ended before is no longer known, and a late cancel of it changes nothing.
    private func finish(_ ticket: TransferQueue.Ticket, _ outcome: TransferQueue.Outcome) {
        guard let transfer = transfers.removeValue(forKey: ticket) else { return }
        unsafe curl_multi_remove_handle(multi, transfer.easy)
        transfer.continuation.resume(returning: outcome)
    }

    private func dropAll() {
        for ticket in Array(transfers.keys) { finish(ticket, .failure(.shutDown)) }
    }
}
