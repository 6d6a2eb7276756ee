/// What is said of nodes that agree, and of nodes that do not.
extension Agreement {
    /// For the history of an answer.
    func words(_ ballot: Ballot) -> String {
        "\(ballot.votes.first?.nodes.count ?? 0) of \(ballot.nodes) nodes agree, \(agree) of \(runs) had to"
    }

    /// For the contract: short, without anything that a node chose.
    func refusal(_ ballot: Ballot) -> String {
        let nodes = ballot.nodes == 1 ? "1 compute node" : "\(ballot.nodes) compute nodes"
        return "the job ran on \(nodes), and fewer than \(agree) of them agree on the result"
    }

    /// For the history: which node said what, at most `disagreementLimit` bytes in a line.
    func disagreement(_ ballot: Ballot) -> String {
        let shown = ballot.votes.prefix(Self.votesShown)
        let start = Self.firstDifference(of: shown.compactMap(\.value.output))
        var parts = shown.map { vote in
            "\(Self.nodes(vote.nodes)) gave \(Self.words(vote.value, from: start))"
        }
        let more = ballot.votes.count - shown.count
        if more > 0 { parts.append("\(more) more answers") }
        if !ballot.undecided.isEmpty { parts.append("\(Self.nodes(ballot.undecided)) gave different ones") }
        return SafeText.line(parts.joined(separator: "; "), limit: Self.disagreementLimit)
    }

    private static let disagreementLimit = 2_048
    private static let votesShown = 6
    private static let nodesShown = 4
    private static let excerpt = 48

    private static func nodes(_ names: [String]) -> String {
        let shown = names.prefix(nodesShown).map { SafeText.line($0, limit: 40) }.joined(separator: ", ")
        let more = names.count > nodesShown ? ", …" : ""
        return "\(names.count) \(names.count == 1 ? "node" : "nodes") (\(shown)\(more))"
    }

    private static func words(_ value: Value, from start: Int) -> String {
        var parts: [String] = []
        if let output = value.output {
            let end = min(output.count, start + excerpt)
            let text = SafeText.quoted(String(decoding: output[min(start, end)..<end], as: UTF8.self), limit: excerpt)
            let place = start > 0 ? " from byte \(start) on" : ""
            parts.append("\(output.count) bytes\(value.isTruncated ? ", cut" : "")\(place) \(text)")
        }
        if let code = value.exitCode { parts.append("exit code \(code)") }
        if let cid = value.cid { parts.append("CID \(cid)") }
        return parts.isEmpty ? "no CID" : parts.joined(separator: ", ")
    }

    /// Where long values begin to differ, so that what is shown of them does; 0 where all is shown.
    private static func firstDifference(of values: [[UInt8]]) -> Int {
        // Output that was lost differs from the first byte on, which tells nothing of the others.
        let values = values.filter { !$0.isEmpty }
        guard let first = values.first, values.contains(where: { $0.count > excerpt }) else { return 0 }
        let common = values.dropFirst().reduce(first.count) { common, value in
            zip(first.prefix(common), value).prefix { $0 == $1 }.count
        }
        return max(0, common - 8)
    }
}
