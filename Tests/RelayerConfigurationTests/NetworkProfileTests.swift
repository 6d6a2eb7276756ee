import FoundationEssentials
import RelayCore
import RelayTestSupport
import RelayerConfiguration
import Settings
import Testing

/// The starting points in `config/networks`: settings that lack only what nobody else can know.
@Suite struct NetworkProfileTests {
    /// Each file, its chain, and when a block is final there.
    static let profiles: [(file: String, chain: UInt64, settle: FinalityRule)] = [
        ("filecoin", 314, FinalityRule(tag: .finalized, blocks: 30)),
        ("filecoin-calibration", 314_159, FinalityRule(tag: .finalized, blocks: 30)),
        ("sepolia", 11_155_111, FinalityRule(tag: .finalized, blocks: 128)),
        ("polygon-amoy", 80_002, FinalityRule(blocks: 500)),
        ("mantle", 5_000, FinalityRule(tag: .finalized, seconds: 3_600)),
        ("mantle-sepolia", 5_003, FinalityRule(tag: .finalized, seconds: 3_600)),
        ("arbitrum-sepolia", 421_614, FinalityRule(tag: .finalized, seconds: 2_700)),
        ("optimism", 10, FinalityRule(tag: .finalized, seconds: 2_700)),
        ("optimism-sepolia", 11_155_420, FinalityRule(tag: .finalized, seconds: 2_700)),
        ("base", 8_453, FinalityRule(tag: .finalized, seconds: 2_700)),
        ("base-sepolia", 84_532, FinalityRule(tag: .finalized, seconds: 2_700)),
    ]

    private let folder = PackageRoot.path + "/config/networks"

    /// What a user has to fill in, and no more.
    private let missing = [
        "LILYPAD_CHAIN__RPC__0__URL": "https://rpc.example.org", "LILYPAD_CHAIN__START_BLOCK": "5",
        "LILYPAD_CONTRACTS__0__ADDRESS": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "LILYPAD_BACALHAU__API": "http://127.0.0.1:1234", "LILYPAD_ACCOUNT__KEY_FILE": "relayer.key",
    ]

    @Test func areAllOfTheFolder() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files == Self.profiles.map { $0.file + ".yaml" }.sorted())
    }

    @Test(arguments: profiles)
    func areAcceptedWithWhatAUserFillsIn(file: String, chain: UInt64, settle: FinalityRule) throws {
        let settings = try ConfigurationFile.read(
            "\(folder)/\(file).yaml",
            environment: missing,
            needsAccount: true
        )

        #expect(settings.chain.id == chain)
        #expect(settings.chain.confirmations.settle == settle)
        #expect(settings.chain.nodes.map(\.url) == ["https://rpc.example.org"])
        #expect(settings.contracts.map(\.startBlock) == [5])
    }

    /// Public gateways of Filecoin give no receipt that is more than 20 epochs old.
    @Test(arguments: ["filecoin", "filecoin-calibration"])
    func filecoinTakesAnAnswerAsFinalWhileItsReceiptIsToBeHad(file: String) throws {
        let settings = try ConfigurationFile.read("\(folder)/\(file).yaml", environment: missing, needsAccount: true)
        let rule = settings.chain.confirmations.receipt
        #expect(rule.tag == nil && rule.seconds == nil)
        #expect((1..<20).contains(rule.blocks ?? .max))
    }

    /// A copy in which nothing but the marks has been taken away is a whole settings file.
    @Test(arguments: profiles)
    func areAcceptedWithTheirCommentsTakenUp(file: String, chain: UInt64, settle: FinalityRule) throws {
        let settings = try ConfigurationFile.read(
            uncommented(try SettingsFile.bytes(of: "\(folder)/\(file).yaml")),
            path: "\(file).yaml",
            environment: [:],
            needsAccount: true
        )

        #expect(settings.chain.id == chain)
    }

    /// Whoever forgets what only they can know is told all of it.
    @Test(arguments: profiles)
    func areRefusedAsTheyAre(file: String, chain: UInt64, settle: FinalityRule) throws {
        let problems = #expect(throws: Problems.self) {
            try ConfigurationFile.read("\(folder)/\(file).yaml", environment: [:], needsAccount: true)
        }
        let text = problems.map { "\($0)" } ?? ""
        for key in ["chain.rpc", "chain.startBlock", "contracts", "bacalhau.api", "account"] {
            #expect(text.contains(key), "\(key): \(text)")
        }
    }

    @Test(arguments: profiles)
    func sayThatTheyAreAStartOnly(file: String, chain: UInt64, settle: FinalityRule) throws {
        let text = String(decoding: try SettingsFile.bytes(of: "\(folder)/\(file).yaml"), as: UTF8.self)
        #expect(text.contains("starting point") && text.contains("doctor"))
    }

    /// `#key: value` without its mark, also behind a list's dash.
    private func uncommented(_ bytes: [UInt8]) -> [UInt8] {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { line -> String in
            if let mark = line.firstRange(of: "- #") {
                return line[..<mark.lowerBound] + "- " + line[mark.upperBound...]
            }
            let indent = line.prefix { $0 == " " }
            let rest = line.dropFirst(indent.count)
            let isKey = rest.hasPrefix("#") && !rest.hasPrefix("# ")
            return isKey ? String(indent + rest.dropFirst()) : String(line)
        }
        return Array(text.joined(separator: "\n").utf8)
    }
}
