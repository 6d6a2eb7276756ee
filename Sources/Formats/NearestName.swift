/// The known name that `name` is most likely a slip for; nil if none is near.
///
/// Near is a third of the name's letters at most, and always one letter. Names are compared without case.
package func nearestName(to name: String, among known: [String]) -> String? {
    let near = known.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
        .min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, min(name.utf8.count, longestCompared) / 3) else { return nil }
    return near.name
}

/// Bytes of a name that are compared: the work is bounded whatever somebody writes.
private let longestCompared = 64

/// How many insertions, deletions, replacements and swaps of neighbours turn `one` into `other` (optimal string alignment).
private func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one.utf8.prefix(longestCompared))
    let other = Array(other.utf8.prefix(longestCompared))
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for i in one.indices {
        var row = [i + 1]
        for j in other.indices {
            var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
            if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[other.count]
}
