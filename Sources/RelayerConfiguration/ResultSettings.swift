package import Formats
import Settings

/// Where the published files of results are read.
package struct ResultSettings: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// The URL of an IPFS gateway.
        case gateway(String)
        /// The URL of kubo's RPC API.
        case api(String)
    }

    /// Nil: they are not, and results are what Bacalhau's run output has of them.
    package let source: Source?
    /// Of one attempt to read a file.
    package let timeout: Duration
    /// Of a file: 1 KiB to 16 MiB.
    package let maxSize: ByteSize
    /// From the first failure on, after which the run output is taken.
    package let patience: Duration

    init(_ section: Section) {
        let gateway = section.optional(
            "gateway",
            .url(schemes: ["http", "https"]),
            "An IPFS gateway to read published output from, such as http://127.0.0.1:8080. It gives raw blocks, each of which is "
                + "checked against its hash: it may keep output back and cannot change it. Best is the compute nodes' own "
                + "daemon, which has it at once. Without it (and without api) results are Bacalhau's run output: 2,048 bytes "
                + "at most, and the first write only of a WASM program. With it, jobs whose output is wanted and that name "
                + "no publisher are published to IPFS, where the policy allows that."
        )
        let api = section.optional(
            "api",
            .url(schemes: ["http", "https"]),
            "The RPC API of kubo in place of a gateway, such as http://127.0.0.1:5001."
        )
        timeout = section.value(
            "timeout",
            .duration(.milliseconds(100)...(.seconds(120))),
            default: .seconds(10),
            "How long one attempt to read a file may take."
        )
        maxSize = section.value(
            "maxSize",
            .byteSize(.kibibytes(1)...(.kibibytes(16 << 10))),
            default: .kibibytes(1 << 10),
            "How much of a file is read at most. A result that is longer is marked as cut."
        )
        patience = section.value(
            "patience",
            .duration(.zero...(.seconds(86_400))),
            default: .seconds(60),
            "How long a file that cannot be read is tried before the run output is answered in its place."
        )
        for (key, url) in [("gateway", gateway), ("api", api)] where url?.contains(where: { "?#".contains($0) }) == true
        {
            section.refuse(key, "the path of a file is put at its end, so it can have neither ? nor #: remove them")
        }
        if gateway != nil, api != nil {
            section.refuse("api", "gateway is named too, and files are read in one place: remove one of them")
        }
        source = gateway.map { .gateway($0) } ?? api.map { .api($0) }
    }
}
