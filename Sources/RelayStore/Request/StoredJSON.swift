internal import JSON
internal import RelayCore

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

    /// A counter: what no machine counts to is damage, not a number that traps when it is raised.
    func count(_ name: String, from lowest: Int = 0) throws -> Int {
        guard let count = Int(exactly: try int(name)), (lowest...JobMachine.counterLimit).contains(count) else {
            throw StoreError.damaged("a machine's counter \(name) is out of range")
        }
        return count
    }

    func timestamp(_ name: String) throws -> Timestamp { Timestamp(milliseconds: try int(name)) }

    func text(_ name: String) throws -> String {
        guard let value = self[name]?.string else { throw StoreError.damaged("a machine's column has no text \(name)") }
        return value
    }

    /// As one line.
    var line: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}
