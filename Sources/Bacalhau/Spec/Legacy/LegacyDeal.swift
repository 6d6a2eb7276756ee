internal import JSON

/// How many nodes run a task.
enum LegacyDeal {
    /// What a hostile number must not exceed; a policy may allow less.
    static let mostNodes: Int64 = 256

    /// The number of nodes, 1 where nothing is said.
    ///
    /// A confidence and a number of bids above 1 asked Bacalhau to compare nodes before it believed or chose one. It
    /// does so no longer: they are refused, since whoever wrote them would get less than they asked for.
    static func count(_ node: SpecNode?) throws(SpecRefusal) -> Int64 {
        guard let node else { return 1 }
        let deal = try LegacyObject(node, known: LegacyKeys.deal)
        for key in ["Confidence", "MinBids"] {
            guard let member = deal.optional(key), try !(0...1).contains(whole(member)) else { continue }
            throw member.refusal(.badValue, "has to be 0 or 1: Bacalhau no longer compares nodes")
        }
        if let targeting = deal.optional("TargetingMode"), try deal.flag("TargetingMode") {
            throw targeting.refusal(.badValue, "is refused: a request cannot run on all nodes at once")
        }
        guard let concurrency = deal.optional("Concurrency") else { return 1 }
        let count = try whole(concurrency)
        guard (0...mostNodes).contains(count) else {
            throw concurrency.refusal(.badValue, "has to be a number of nodes from 1 to \(mostNodes)")
        }
        return max(1, count)
    }

    private static func whole(_ node: SpecNode) throws(SpecRefusal) -> Int64 {
        guard let number = node.value.number else { throw node.wrongKind("a whole number") }
        guard let value = number.int64 else {
            throw node.refusal(.badValue, "\(SafeText.line(number.text, limit: 40)) has to be a whole number")
        }
        return value
    }
}
