internal import Ethereum
internal import EthereumRPC

/// What the nodes say of one range, and whether enough of them say the same.
struct ReplayVote: Sendable {
    private enum Word {
        case logs(LogReader.Reading)
        case tooOld(String)
        case failed(String)
        /// Not asked at present.
        case away(String)
        /// Serves another chain, or a branch of its own.
        case expelled(String)
    }

    /// Nodes that must give the same logs.
    let quorum: Int
    let range: ClosedRange<UInt64>
    private var words: [(node: String, word: Word)] = []

    init(quorum: Int, range: ClosedRange<UInt64>) {
        self.quorum = max(1, quorum)
        self.range = range
    }

    mutating func answered(_ node: String, _ reading: LogReader.Reading) { words.append((node, .logs(reading))) }

    mutating func failed(_ node: String, _ error: any Error) {
        let isOld = (error as? RPCError)?.logRangeFailure == .tooOld
        words.append((node, isOld ? .tooOld("\(error)") : .failed("\(error)")))
    }

    /// The node was not asked: for this reason, or since it rests after a failure.
    mutating func leftOut(_ node: String, expulsion: String?) {
        words.append((node, expulsion.map { .expelled($0) } ?? .away("it rests after a failure")))
    }

    /// What enough nodes say, where they do.
    var agreed: LogReader.Reading? {
        readings.first { one in readings.count { Self.agree($0, one) } >= quorum }
    }

    /// Why nothing is agreed.
    var fault: ReplayFault {
        ReplayFault(kind: kind, range: range, words: texts)
    }

    private var kind: ReplayFault.Kind {
        let old = words.count { if case .tooOld = $0.word { true } else { false } }
        guard old > 0 else { return .passing }
        let lost = words.count { if case .expelled = $0.word { true } else { false } }
        if words.count - old - lost < quorum { return .pruned }
        return readings.count < quorum ? .scarce : .passing
    }

    private var readings: [LogReader.Reading] {
        words.compactMap { if case .logs(let reading) = $0.word { reading } else { nil } }
    }

    private var texts: [String] {
        let found = words.map { node, word in
            switch word {
            case .logs(let reading): "\(node): \(reading.logs.logs.count) logs"
            case .tooOld(let text), .failed(let text), .away(let text): text.contains(node) ? text : "\(node): \(text)"
            case .expelled(let text): "\(node) is left out: \(text)"
            }
        }
        return quorum > 1 ? ["\(quorum) nodes must give the same logs"] + found : found
    }

    /// The same logs, and on the same branch as far as both show it.
    private static func agree(_ left: LogReader.Reading, _ right: LogReader.Reading) -> Bool {
        if let one = left.last, let other = right.last, one.number == other.number, one.hash != other.hash {
            return false
        }
        return left.logs.logs.filter { !$0.removed } == right.logs.logs.filter { !$0.removed }
    }
}
