package import Formats
package import RelayCore

extension Format<FinalityRule> {
    /// When a block is final: `12`, `15m`, `finalized`, or several, as `finalized or 64 or 15m`, of which the first that
    /// comes true counts.
    package static var finality: Format<FinalityRule> {
        Self(
            "a number of blocks, a time, safe or finalized, or several of them, such as 12, finalized or 64 or 15m",
            schema: .numberOrText(pattern: "^\(term)( or \(term)){0,2}$"),
            standIn: FinalityRule(blocks: 1),
            write: write
        ) { (text) throws(Misfit) in
            var rule = FinalityRule()
            for term in text.split(separator: " or ", omittingEmptySubsequences: false) {
                try add(String(term), to: &rule)
            }
            return rule
        }
    }

    private static let term = "(safe|finalized|[0-9]+(s|m|h|d)?)"
    private static let blocks = Format<UInt64>.whole(1...100_000)
    private static let time = Format<Duration>.duration(.seconds(1)...(.seconds(30 * 86_400)))

    private static func add(_ term: String, to rule: inout FinalityRule) throws(Misfit) {
        guard !term.isEmpty else { throw .plain }
        if let tag = FinalityRule.Tag(rawValue: term) {
            guard rule.tag == nil else { throw Misfit("one of safe and finalized is enough") }
            rule.tag = tag
        } else if term.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            guard rule.blocks == nil else { throw Misfit("two numbers of blocks") }
            rule.blocks = try blocks.parse(term)
        } else {
            guard rule.seconds == nil else { throw Misfit("two times") }
            let (seconds, rest) = try time.parse(term).components
            guard seconds > 0, rest == 0 else { throw Misfit("blocks have no times below a second") }
            rule.seconds = UInt64(seconds)
        }
    }

    @Sendable private static func write(_ rule: FinalityRule) -> String {
        let terms = [
            rule.tag?.rawValue, rule.blocks.map(String.init),
            rule.seconds.map { time.write(.seconds(Int64(clamping: $0))) },
        ]
        return terms.compactMap { $0 }.joined(separator: " or ")
    }
}
