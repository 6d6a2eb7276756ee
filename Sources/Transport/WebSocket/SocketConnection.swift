import CCurl
import CLinux
import Glibc

/// A TCP or TLS connection that libcurl opened, and that we read and write.
///
/// Not `Sendable`: it lives on its connection's thread.
@safe final class SocketConnection {
    enum Received {
        case bytes(Int)
        case nothingNow
        case endOfStream
    }

    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private(set) var descriptor: Int32 = -1

    init(to url: WebSocketURL, _ configuration: WebSocketConfiguration) throws(WebSocketError) {
        guard let easy = unsafe curl_easy_init() else {
            throw .resourceFailed(ResourceError("curl_easy_init"))
        }
        guard let multi = unsafe curl_multi_init() else {
            unsafe curl_easy_cleanup(easy)
            throw .resourceFailed(ResourceError("curl_multi_init"))
        }
        unsafe self.easy = easy
        unsafe self.multi = multi
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)

        unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress)
        unsafe ccurl_set_string(easy, CURLOPT_URL, url.connectURL)
        unsafe ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        // Connect and do TLS, then leave the bytes to us.
        unsafe ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        // An upgrade is HTTP/1.1: TLS must not agree on h2.
        unsafe ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Through an HTTP proxy by CONNECT, for ws: too.
        unsafe ccurl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        unsafe ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        unsafe ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Do not wait for a name lookup that hangs.
        unsafe ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        unsafe ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        unsafe ccurl_set_long(
            easy,
            CURLOPT_CONNECTTIMEOUT_MS,
            max(1, configuration.openTimeout.wholeMilliseconds)
        )
        if let file = configuration.certificateFile {
            unsafe ccurl_set_string(easy, CURLOPT_CAINFO, file)
        }
        if let proxy = configuration.proxy {
            unsafe ccurl_set_string(easy, CURLOPT_PROXY, proxy)
        }
        unsafe curl_multi_add_handle(multi, easy)
    }

    deinit {
        unsafe curl_multi_remove_handle(multi, easy)
        unsafe curl_easy_cleanup(easy)
        unsafe curl_multi_cleanup(multi)
        unsafe errorText.deallocate()
    }

    /// Opens the connection; `mayGoOn` is asked after each of `wake`'s signals.
    ///
    /// The easy handle stays in the multi handle, whose connection it uses.
    func open(wake: WakeEvent, mayGoOn: () throws -> Void) throws {
        var running: Int32 = 1
        while true {
            unsafe curl_multi_perform(multi, &running)
            if running == 0 { break }
            var extra = curl_waitfd(
                fd: wake.descriptor,
                events: Int16(CURL_WAIT_POLLIN),
                revents: 0
            )
            unsafe curl_multi_poll(multi, &extra, 1, 1000, nil)
            try mayGoOn()
        }
        var left: Int32 = 0
        guard let message = unsafe curl_multi_info_read(multi, &left) else {
            throw WebSocketError.connectFailed("libcurl gave no result")
        }
        let result = unsafe ccurl_result(message)
        if result == CURLE_OPERATION_TIMEDOUT { throw WebSocketError.openTimedOut }
        guard result == CURLE_OK else {
            throw WebSocketError.connectFailed(describe(result))
        }
        guard unsafe ccurl_active_socket(easy, &descriptor) == CURLE_OK, descriptor >= 0 else {
            throw WebSocketError.connectFailed("libcurl gave no socket")
        }
    }

    /// Reads what is there.
    ///
    /// TLS may hold bytes that `poll(2)` does not see:
    /// wait only after `nothingNow`.
    func receive(into buffer: inout [UInt8]) throws -> Received {
        var count = 0
        let result = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe curl_easy_recv(easy, buffer.baseAddress, buffer.count, &count)
        }
        switch result {
        case CURLE_OK: return count > 0 ? .bytes(count) : .endOfStream
        case CURLE_AGAIN: return .nothingNow
        default: throw WebSocketError.ioFailed(describe(result))
        }
    }

    /// Writes as much as the socket takes; returns how much.
    func send(_ bytes: ArraySlice<UInt8>) throws -> Int {
        var count = 0
        let result = unsafe bytes.withUnsafeBytes { bytes in
            unsafe curl_easy_send(easy, bytes.baseAddress, bytes.count, &count)
        }
        switch result {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: throw WebSocketError.ioFailed(describe(result))
        }
    }

    /// Waits for the socket (`events` of `poll(2)`; 0: leave it alone), for
    /// `wake`, or for `timeout`.
    func wait(for events: Int32, wake: WakeEvent, timeout: Duration) {
        // A hung-up socket would end every wait at once, even one for no
        // events: a negative descriptor is not looked at.
        var descriptors = [
            pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0),
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        unsafe poll(&descriptors, 2, Int32(clamping: timeout.wholeMilliseconds))
        if descriptors[1].revents != 0 { wake.clear() }
    }

    private func describe(_ result: CURLcode) -> String {
        if let detail = unsafe errorText.baseAddress, unsafe detail.pointee != 0 {
            return unsafe String(cString: detail)
        }
        return unsafe String(cString: curl_easy_strerror(result))
    }
}
