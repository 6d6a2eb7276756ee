import CCurl

/// The options of one of libcurl's handles, each call's status checked.
@safe
struct EasyHandle {
    private let easy: UnsafeMutableRawPointer

    init(_ easy: UnsafeMutableRawPointer) {
        unsafe self.easy = easy
    }

    // MARK: Groups of options

    func set(_ options: CurlTransportOptions) throws(HTTPError) {
        // Without signals, since threads and signals do not mix; QUICK_EXIT: else a hanging name lookup stalls the loop.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_ACCEPT_ENCODING, "gzip")
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_USERAGENT, options.userAgent)
        try set(CURLOPT_MAXAGE_CONN, max(1, options.idleLimit.wholeMilliseconds / 1000))
        if let file = options.certificateFile { try set(CURLOPT_CAINFO, file) }
        if let proxy = options.proxy { try set(CURLOPT_PROXY, proxy) }
    }

    func set(_ request: HTTPRequest) throws(HTTPError) {
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw .badRequest("the URL holds a space or a control character")
        }
        // libcurl would guess a missing scheme.
        let scheme = request.url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else { throw .badRequest("the URL is neither http: nor https:") }
        try set(CURLOPT_URL, request.url)
        // libcurl reads 0 as "no limit".
        try set(CURLOPT_TIMEOUT_MS, max(1, request.totalTimeout.wholeMilliseconds))
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.wholeMilliseconds))
        switch (request.method, request.body) {
        case (.get, nil): try set(CURLOPT_HTTPGET, 1)
        case (.delete, nil): try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case (_, let body): try set(body: body ?? [], method: request.method)
        }
    }

    /// The method POST with a body of known length, under whatever name: libcurl's own PUT would send chunks.
    private func set(body: [UInt8], method: HTTPRequest.Method) throws(HTTPError) {
        try set(CURLOPT_POST, 1)
        if method != .post { try set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
        // The size first: COPYPOSTFIELDS copies so many bytes, zero bytes too.
        try check(unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        let status = unsafe (body + [0]).withUnsafeBytes { bytes in
            unsafe ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
        }
        try check(status)
    }

    // MARK: Single options

    func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
        try check(unsafe ccurl_set_long(easy, option, value))
    }

    func set(_ option: CURLoption, _ value: String) throws(HTTPError) {
        try check(unsafe ccurl_set_string(easy, option, value))
    }

    @unsafe func set(_ option: CURLoption, pointer: UnsafeRawPointer?) throws(HTTPError) {
        try check(unsafe ccurl_set_pointer(easy, option, pointer))
    }

    @unsafe func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) throws(HTTPError) {
        try check(unsafe ccurl_set_list(easy, option, list))
    }

    @unsafe func set(_ option: CURLoption, _ callback: @escaping ccurl_data_callback) throws(HTTPError) {
        try check(unsafe ccurl_set_data_callback(easy, option, callback))
    }

    private func check(_ status: CURLcode) throws(HTTPError) {
        guard status != CURLE_OK else { return }
        throw .badRequest(unsafe String(cString: curl_easy_strerror(status)))
    }
}
