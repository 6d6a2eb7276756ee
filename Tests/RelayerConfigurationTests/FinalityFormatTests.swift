import Formats
import JSON
import RelayCore
import RelayerConfiguration
import Settings
import Testing

@Suite struct FinalityFormatTests {
    @Test(arguments: [
        ("12", FinalityRule(blocks: 12)), ("1", FinalityRule(blocks: 1)), ("100000", FinalityRule(blocks: 100_000)),
        ("safe", FinalityRule(tag: .safe)), ("finalized", FinalityRule(tag: .finalized)),
        ("1s", FinalityRule(seconds: 1)), ("15m", FinalityRule(seconds: 900)), ("2h", FinalityRule(seconds: 7_200)),
        ("30d", FinalityRule(seconds: 2_592_000)), ("3000ms", FinalityRule(seconds: 3)),
        ("finalized or 64", FinalityRule(tag: .finalized, blocks: 64)),
        ("64 or safe", FinalityRule(tag: .safe, blocks: 64)),
        ("15m or 64", FinalityRule(blocks: 64, seconds: 900)),
        ("finalized or 64 or 15m", FinalityRule(tag: .finalized, blocks: 64, seconds: 900)),
        ("15m or finalized or 64", FinalityRule(tag: .finalized, blocks: 64, seconds: 900)),
    ])
    func takesBlocksTimesAndTags(text: String, rule: FinalityRule) throws {
        #expect(try Format.finality.parse(text) == rule)
    }

    @Test(arguments: [
        "", " ", "0", "-1", "1.5", "012", "+3", "100001", "18446744073709551616", "٣", "latest", "Safe", "final",
        "pending", "0s", "500ms", "31d", "15 m", "m", "15M", "1e3", "12 ", " 12", "12 or", "or 12", "12 or ", "15m or ",
        " or ",
        "12 or  15m", "12or 15m", "12 OR 15m", "12 and 15m", "12, 15m", "12 or or 15m", "99999999999999999999s",
    ])
    func refusesWhatIsNone(text: String) {
        #expect(throws: Misfit.plain) { try Format.finality.parse(text) }
    }

    @Test(arguments: [
        ("safe or finalized", "one of safe and finalized is enough"),
        ("safe or safe", "one of safe and finalized is enough"),
        ("12 or 13", "two numbers of blocks"), ("12 or safe or 12", "two numbers of blocks"),
        ("1m or 60s", "two times"), ("1500ms", "blocks have no times below a second"),
    ])
    func saysWhatIsTooMuch(text: String, reason: String) {
        #expect(throws: Misfit(reason)) { try Format.finality.parse(text) }
    }

    @Test(arguments: [
        (FinalityRule(blocks: 12), "12"), (FinalityRule(tag: .safe), "safe"), (FinalityRule(seconds: 90), "90s"),
        (FinalityRule(seconds: 900), "15m"),
        (FinalityRule(tag: .finalized, blocks: 64, seconds: 86_400), "finalized or 64 or 1d"),
    ])
    func writesWhatReadsBack(rule: FinalityRule, text: String) throws {
        #expect(Format.finality.write(rule) == text)
        #expect(try Format.finality.parse(text) == rule)
    }

    /// Editors let a number stand without quotes.
    @Test func theSchemaTakesANumberOrAText() throws {
        guard case .numberOrText(let pattern) = Format.finality.schema else {
            Issue.record("\(Format.finality.schema)")
            return
        }
        let expression = try Regex(pattern)
        for text in ["12", "safe", "15m", "finalized or 64 or 15m", "64 or safe", "1d"] {
            #expect(text.contains(expression), "\(text)")
        }
        for text in ["", "latest", "12 or ", "15m or ", "safe,12", "safe or 1 or 2 or 3", "-1", "1.5", "Safe"] {
            #expect(!text.contains(expression), "\(text)")
        }
    }

    /// YAML's number is the text that it is written as.
    @Test func isReadFromANumberAndFromAText() throws {
        for (value, rule) in [
            ("12", FinalityRule(blocks: 12)), ("'12'", FinalityRule(blocks: 12)),
            ("finalized or 64", FinalityRule(tag: .finalized, blocks: 64)), ("15m", FinalityRule(seconds: 900)),
        ] {
            let settings = try ConfigurationFile.read(
                Array(
                    """
                    chain: {id: 1, rpc: [{url: 'http://n'}], startBlock: 0, confirmations: {settle: \(value), receipt: safe}}
                    contracts: [{address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'}]
                    bacalhau: {api: 'http://b'}
                    """.utf8
                ),
                path: "/etc/relayer.yaml",
                environment: [:],
                needsAccount: false
            )
            #expect(settings.chain.confirmations.settle == rule)
            #expect(settings.chain.confirmations.receipt == FinalityRule(tag: .safe))
        }
    }
}
