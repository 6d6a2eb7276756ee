extension HTTPRequest.Header {
    /// Whether name and value hold nothing that would break a request's head apart (RFC 9110 §5.5).
    var isSendable: Bool {
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a && $0 != 0x3b }
        return isName && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }
}
