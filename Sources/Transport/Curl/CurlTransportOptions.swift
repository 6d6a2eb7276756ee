/// Limits and surroundings of a `CurlTransport`.
package struct CurlTransportOptions: Sendable {
    /// Connections to one host; further transfers wait for one.
    package var connectionsPerHost = 64
    /// Connections to all hosts together; further transfers wait for one.
    package var connectionsInAll = 256
    /// A kept connection older than this is not used again: servers and load balancers drop idle ones without a word.
    package var idleLimit: Duration = .seconds(60)
    /// A PEM file with the trusted certificates; `nil`: the system's.
    package var certificateFile: String?
    /// A proxy's URL; `nil`: what the environment (`https_proxy`, `no_proxy`) says; empty: none.
    package var proxy: String?
    /// The value of the header of this name (RFC 9110 §10.1.5).
    package var userAgent = "lilypad-relayer"

    package init() {}
}
