import CCurl

/// A `ws:` or `wss:` address in the parts the upgrade needs, read by libcurl.
struct WebSocketURL: Sendable {
    /// The same address as `http:` or `https:`, without user and password.
    let connectURL: String
    /// The value of the `Host` header.
    let host: String
    /// Path and query: the request's target.
    let target: String
    /// `user:password` of the address, for an `Authorization` header.
    let credentials: String?

    init(_ address: String) throws(WebSocketError) {
        guard let url = unsafe curl_url() else { throw .resourceFailed(ResourceError("curl_url")) }
        defer { unsafe curl_url_cleanup(url) }

        // This libcurl may not know ws: and wss: as protocols of its own.
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        guard unsafe curl_url_set(url, CURLUPART_URL, address, flags) == CURLUE_OK,
            let host = unsafe Self.part(CURLUPART_HOST, of: url)
        else { throw .invalidURL(maskedURL(address)) }

        let scheme: String
        switch unsafe Self.part(CURLUPART_SCHEME, of: url) {
        case "ws": scheme = "http"
        case "wss": scheme = "https"
        default: throw .invalidURL(maskedURL(address))
        }
        unsafe curl_url_set(url, CURLUPART_SCHEME, scheme, 0)

        let decode = UInt32(CURLU_URLDECODE)
        if let user = unsafe Self.part(CURLUPART_USER, of: url, flags: decode) {
            let password = unsafe Self.part(CURLUPART_PASSWORD, of: url, flags: decode) ?? ""
            credentials = "\(user):\(password)"
        } else {
            credentials = nil
        }
        for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT] {
            unsafe curl_url_set(url, part, nil, 0)
        }

        let port = unsafe Self.part(CURLUPART_PORT, of: url)
        self.host = port.map { "\(host):\($0)" } ?? host
        let path = unsafe Self.part(CURLUPART_PATH, of: url) ?? "/"
        target = unsafe Self.part(CURLUPART_QUERY, of: url).map { "\(path)?\($0)" } ?? path
        guard let connectURL = unsafe Self.part(CURLUPART_URL, of: url) else {
            throw .invalidURL(maskedURL(address))
        }
        self.connectURL = connectURL
    }

    /// One part as a Swift string; `nil` when the address has none.
    @unsafe private static func part(
        _ part: CURLUPart,
        of url: OpaquePointer,
        flags: UInt32 = 0
    ) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, part, &text, flags) == CURLUE_OK, let text = unsafe text else {
            return nil
        }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
