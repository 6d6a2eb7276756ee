package import Ethereum
import JSON

/// Which logs are to be announced; empty lists mean any.
package struct LogSubject: Sendable, Equatable {
    package var addresses: [Address]
    /// For each position the topics that fit; an empty position fits any.
    package var topics: [[Hash32]]

    package init(addresses: [Address], topics: [[Hash32]]) {
        self.addresses = addresses
        self.topics = topics
    }

    func write(to writer: inout JSONWriter) {
        writer.object { LogFilter.write(addresses, topics, to: &$0) }
    }
}
