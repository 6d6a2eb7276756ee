internal import JSON

/// The body of an answer that is no success: `{"Status","Message","Code","Component","Details":{"reason"}}`, or plain text.
package struct ServerFailure: Sendable, Equatable {
    /// At most 2,000 bytes, one line.
    package var message: String
    /// Bacalhau's own code; for most 400s it is "InternalError".
    package var code: String
    /// Which part of Bacalhau answered.
    package var component: String

    /// Makes each text one clean line: the message of 2,000 bytes at most, code and component of 64.
    package init(message: String, code: String = "", component: String = "") {
        self.message = SafeText.line(message, limit: 2_000)
        self.code = SafeText.line(code, limit: 64)
        self.component = SafeText.line(component, limit: 64)
    }

    /// Reads what can be read: a body that is not Bacalhau's (a proxy's page, `Server Timeout!`) is its own message.
    package static func read(_ body: [UInt8]) -> ServerFailure {
        guard let value = try? JSONValue.parse(body, limits: JSONLimits(bytes: 1 << 20)), value.object != nil else {
            return ServerFailure(message: String(decoding: body.prefix(2_000), as: UTF8.self))
        }
        let message = value["Message"]?.string ?? value["Error"]?.string ?? value["error"]?.string ?? ""
        let reason = value["Details"]?["reason"]?.string.map { " (\($0))" } ?? ""
        return ServerFailure(
            message: message + reason,
            code: value["Code"]?.string ?? "",
            component: value["Component"]?.string ?? ""
        )
    }

    /// A job that is not known, and not a path or a proxy that is not.
    package func isUnknownJob(status: Int) -> Bool { status == 404 && component == "JobStore" }
}
