extension CrashSwitch {
    /// Lives a life for each point of death, until one lives on for want of more points; returns where they died.
    ///
    ///     life 0 ── dies at its first point
    ///     life 1 ── passes one, dies at its second
    ///     life n ── passes n, and no other comes: that was the last
    ///
    /// Nothing is taken from a run before: two lives differ in the number and the order of their points, by the pace of
    /// the machine. So each kind at which nobody has died in the end gets a life that dies at its first occurrence.
    package static func dieAtEachPoint(
        kinds: Set<String>,
        atOnce: Int = 8,
        live: @escaping @Sendable (CrashSwitch) async throws -> Void
    ) async throws -> [String] {
        var died: [String] = []
        try await withThrowingTaskGroup(of: String?.self) { group in
            for index in 0... {
                if index >= atOnce {
                    guard let point = try await group.next() ?? nil else { break }
                    died.append(point)
                }
                group.addTask { try await end(of: CrashSwitch(at: index), live) }
            }
            for try await point in group { died += [point].compactMap { $0 } }
            for kind in kinds.subtracting(died) {
                group.addTask { try await end(of: CrashSwitch(at: kind, occurrence: 1), live) }
            }
            for try await point in group { died += [point].compactMap { $0 } }
        }
        return died
    }

    /// Where this life died, nil where it lived on.
    private static func end(
        of crash: CrashSwitch,
        _ live: @Sendable (CrashSwitch) async throws -> Void
    ) async throws -> String? {
        try await live(crash)
        return crash.crash?.point
    }

    /// For the comments of checks: where it died and after how many points.
    package var account: String {
        let (crash, passed) = (crash, passed)
        guard let crash else { return "lived on after \(passed.count) points" }
        return "died at point \(passed.count), \(crash.point)"
    }
}
