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

/// How many insertions, deletions and replacements turn `one` into `other` (Levenshtein).
private func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one.utf8.prefix(longestCompared))
    let other = Array(other.utf8.prefix(longestCompared))
    var row = Array(0...other.count)
    for (i, x) in one.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in other.enumerated() {
            let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = next
        }
    }
    return row[other.count]
}
