import CCurl

/// One request in flight: libcurl's handle for it, and what has come so far.
///
/// Not `Sendable`: it lives on the transfer thread.
@safe
final class Transfer {
    /// More than this is no answer's head.
    static let headLimit = 256 << 10

    let ticket: TransferQueue.Ticket
    let continuation: CheckedContinuation<TransferQueue.Outcome, Never>
    let easy: UnsafeMutableRawPointer
    private let bodyLimit: Int
    private let errorText: UnsafeMutableBufferPointer<CChar>
    /// libcurl reads the list while the transfer runs; it is freed after it.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var head = ResponseHead()
    private var body: [UInt8] = []
    /// Why we made libcurl stop.
    private var refusal: HTTPError?

    init(_ submission: TransferQueue.Submission, _ options: CurlTransportOptions) throws(HTTPError) {
        guard let easy = unsafe curl_easy_init() else { throw .connectFailed("libcurl gave no handle") }
        ticket = submission.ticket
        continuation = submission.continuation
        unsafe self.easy = easy
        bodyLimit = submission.request.bodyLimit
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)

        let handle = unsafe EasyHandle(easy)
        try handle.set(options)
        try handle.set(submission.request)
        unsafe headerList = try HeaderList.make(submission.request.headers)
        try unsafe handle.set(CURLOPT_HTTPHEADER, list: headerList)
        try unsafe handle.set(CURLOPT_ERRORBUFFER, pointer: UnsafeRawPointer(errorText.baseAddress))
        try receive(by: handle)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headerList)
        unsafe errorText.deallocate()
    }

    /// The transfer that runs on this handle.
    @unsafe static func running(on easy: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
        return unsafe pointer.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: Receiving

    private func receive(by handle: EasyHandle) throws(HTTPError) {
        // Not retained: the loop's table keeps this object for as long as libcurl has the handle.
        let this = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try unsafe handle.set(CURLOPT_PRIVATE, pointer: this)
        try unsafe handle.set(CURLOPT_WRITEDATA, pointer: this)
        try unsafe handle.set(CURLOPT_HEADERDATA, pointer: this)
        try unsafe handle.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            unsafe Transfer.of(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        try unsafe handle.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            unsafe Transfer.of(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
    }

    @unsafe private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Returns the bytes taken; any other number makes libcurl end the transfer.
    @unsafe private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        // Decoded bytes: a small gzip body may hold gigabytes, and a chunked one announces no length.
        guard bytes.count <= bodyLimit - body.count else {
            refusal = .tooLarge(limit: bodyLimit)
            return 0
        }
        if body.isEmpty { body.reserveCapacity(min(announcedLength, bodyLimit)) }
        unsafe body.append(contentsOf: bytes)
        return bytes.count
    }

    /// What the head says of the body's length, or 0: a claim, and of the bytes before they are decoded.
    private var announcedLength: Int {
        var length: curl_off_t = -1
        unsafe ccurl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        return max(0, length)
    }

    @unsafe private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let taken = bytes.count
        guard head.size + taken <= Self.headLimit else {
            refusal = .broken("the answer's head has more than \(Self.headLimit) bytes")
            return 0
        }
        unsafe head.take(line: Array(bytes))
        return taken
    }

    // MARK: The outcome

    func outcome(of result: CURLcode) -> TransferQueue.Outcome {
        guard result == CURLE_OK else { return .failure(refusal ?? error(of: result)) }
        var status = 0
        unsafe ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPResponse(status: status, headers: head.headers, body: body))
    }

    private func error(of result: CURLcode) -> HTTPError {
        let detail = unsafe errorText.baseAddress.map { unsafe String(cString: $0) } ?? ""
        let text = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(result)) : detail
        return HTTPError(result, text, requestWasSent: requestWasSent)
    }

    /// Whether a byte of the request itself may have left.
    ///
    /// A proxy that refuses our CONNECT has not seen it.
    private var requestWasSent: Bool {
        var sent = 0
        unsafe ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        var connectStatus = 0
        unsafe ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
        return sent > 0 && (connectStatus == 0 || connectStatus / 100 == 2)
    }
}
