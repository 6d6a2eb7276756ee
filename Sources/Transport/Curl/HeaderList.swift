import CCurl

/// A request's headers as libcurl's list.
enum HeaderList {
    /// Makes the list, which the caller frees.
    ///
    /// Headers that would break the head apart are refused (RFC 9110 §5.5).
    @unsafe static func make(_ headers: [HTTPRequest.Header]) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
        var lines: [String] = []
        for header in headers {
            guard header.isSendable else {
                throw .badRequest("the header \(header.name.debugDescription) holds a forbidden character")
            }
            // libcurl takes "Name:" as "send no such header", and "Name;" as one without a value.
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        // No round trip for "100 Continue", and no form's content type for a body that has none.
        lines.append("Expect:")
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        return unsafe try makeList(lines)
    }

    @unsafe private static func makeList(_ lines: [String]) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw .badRequest("no memory for a header")
            }
            unsafe list = longer
        }
        return unsafe list
    }
}
