import CCurl

extension HTTPError {
    /// What a libcurl status means for us: above all, whether the server may have seen the request.
    ///
    /// - Parameters:
    ///   - status: libcurl's own.
    ///   - text: libcurl's words for it.
    ///   - requestWasSent: whether a byte of the request has left.
    init(_ status: CURLcode, _ text: String, requestWasSent: Bool) {
        switch status {
        case CURLE_OPERATION_TIMEDOUT:
            self = requestWasSent ? .timedOut : .connectTimedOut
        // libcurl says "unsupported" also of an answer that is no HTTP/1.
        case CURLE_URL_MALFORMAT where !requestWasSent, CURLE_UNSUPPORTED_PROTOCOL where !requestWasSent:
            self = .badRequest(text)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PROXY,
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
            self = .connectFailed(text)
        default:
            self = requestWasSent ? .broken(text) : .connectFailed(text)
        }
    }
}
