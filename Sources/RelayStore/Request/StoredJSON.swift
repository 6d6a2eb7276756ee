internal import JSON

/// Reading a machine's column: what is missing or of another kind is damage.
extension JSONValue {
    static func stored(_ text: String) throws -> JSONValue {
        do {
            return try JSONValue.parse(Array(text.utf8))
        } catch {
            throw StoreError.damaged("a machine's column: \(error)")
        }
    }

    func int(_ name: String) throws -> Int64 {
        guard let value = self[name]?.int64 else {
            throw StoreError.damaged("a machine's column has no number \(name)")
        }
        return value
    }

    func text(_ name: String) throws -> String {
        guard let value = self[name]?.string else { throw StoreError.damaged("a machine's column has no text \(name)") }
        return value
    }

    /// As one line.
    var line: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}
