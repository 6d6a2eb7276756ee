import CCurl
import Glibc

/// libcurl's global state.
///
/// This folder is HTTP over libcurl: `CurlTransport` is the face, `TransferQueue` carries orders to the one thread,
/// `TransferLoop` runs there, and a `Transfer` is one request in flight. Every libcurl handle stays on that thread.
enum CurlLibrary {
    /// Sets libcurl up, once a process; throws when it cannot be.
    static func start() throws(ResourceError) {
        guard status == CURLE_OK else {
            throw ResourceError("curl_global_init", code: Int32(clamping: status.rawValue))
        }
    }

    /// SIGPIPE: with `CURLOPT_NOSIGNAL` libcurl no longer guards against it, OpenSSL writes without MSG_NOSIGNAL, and a
    /// peer that is gone must not end this program.
    private static let status: CURLcode = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(ccurl_global_all)
    }()
}
