/// The operating system or a C library refused a resource (a thread, a descriptor, memory).
package struct ResourceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was refused, as the call that failed.
    package let resource: String
    /// The `errno` of the call; 0 when it has none.
    package let code: Int32

    package init(_ resource: String, code: Int32 = 0) {
        self.resource = resource
        self.code = code
    }

    package var description: String {
        code == 0 ? "\(resource) failed: out of resources" : "\(resource) failed: errno \(code)"
    }
}
