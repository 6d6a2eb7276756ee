import Transport

extension HTTPError {
    /// The case without its words, which are libcurl's own and differ between versions.
    var kind: String { String("\(Mirror(reflecting: self).children.first?.label ?? String(reflecting: self))") }
}
