import Formats
import Settings

/// Settings that use every accessor once.
struct SampleSettings: Equatable {
    enum Level: String, CaseIterable, Sendable {
        case debug
        case info
    }

    struct Node: Equatable {
        let url: String
        let weight: UInt64

        init(_ section: Section) {
            url = section.value("url", .url(schemes: ["http", "https"]), "Where it answers.")
            weight = section.value("weight", .whole(1...UInt64.max), default: 1, "How often it is asked.")
        }
    }

    let id: Int
    let nodes: [Node]
    let pollInterval: Duration
    let limit: ByteSize
    let password: SecretSource?
    let database: String
    let keystore: String?
    let proxy: String?
    let dryRun: Bool
    let level: Level
    let labels: [String]
    let colours: [String]
    let shapes: [String]?

    init(_ section: Section) {
        let chain = section.section("chain", "The chain.") { chain in
            let times = Format.duration(.milliseconds(100)...(.seconds(3600)))
            return (
                chain.value("id", .whole(1...100), "Its number."),
                chain.list("rpc", 1...3, "The nodes.", Node.init),
                chain.value("pollInterval", times, default: .seconds(4), "Between two looks.")
            )
        }
        (id, nodes, pollInterval) = chain
        let account = section.section("account", "The account.") { account in
            (account.optionalPath("keystore", "A key's file."), account.secret("password", "The password."))
        }
        (keystore, password) = account
        limit = section.value(
            "limit",
            .byteSize(ByteSize(bytes: 1)...(.kibibytes(1024))),
            default: .kibibytes(256),
            "Size."
        )
        database = section.path("database", default: "sample.sqlite", "The file.")
        proxy = section.optionalSection("proxy", "A proxy.") { $0.value("url", .text, "Its address.") }
        dryRun = section.value("dryRun", .flag, default: false, "Nothing is sent | nothing is paid.")
        level = section.value("level", .choice(standIn: .info), default: .info, "What is told.")
        labels = section.list("labels", 0...2, .text, "Labels.")
        colours = section.list("colours", 1...2, .text, default: ["red", "light blue"], "Colours.")
        shapes = section.optionalList("shapes", 0...2, .text, "Shapes.")
        if dryRun && proxy != nil { section.refuse("dryRun", "a dry run needs no proxy: remove one of them") }
    }

    static let minimum = "chain: {id: 1, rpc: [{url: 'http://node'}]}\n"

    static func read(_ yaml: String, _ environment: [String: String] = [:]) throws(Problems) -> SampleSettings {
        try Settings.read(
            Array(yaml.utf8),
            file: "sample.yaml",
            directory: "/etc/sample",
            environment: EnvironmentOverrides(environment, prefix: "SAMPLE", reserved: ["SAMPLE_CONFIG"]),
            SampleSettings.init
        )
    }

    /// Every problem, one a line; empty if there is none.
    static func problems(_ yaml: String, _ environment: [String: String] = [:]) -> String {
        do throws(Problems) {
            _ = try read(yaml, environment)
            return ""
        } catch {
            return error.description
        }
    }
}
