internal import RelayStore

/// The database, and what it says of the relayer.
extension Judge {
    var database: [Finding] {
        switch seen.database {
        case .missing(let problem?):
            return [
                Finding(
                    .error,
                    "database",
                    "file",
                    "there is none at \(subject.database), and none can be made: \(problem)",
                    remedy: "correct database, or who may write into its folder"
                )
            ]
        case .missing(nil):
            return [
                Finding(
                    .warning,
                    "database",
                    "file",
                    "there is none at \(subject.database) yet",
                    remedy: "the first run makes it; if a relayer has run already, correct database"
                )
            ]
        case .unusable(let reason):
            return [
                Finding(.error, "database", "file", "\(subject.database): \(reason)", remedy: "correct database")
            ]
        case .older:
            return [
                Finding(
                    .warning,
                    "database",
                    "file",
                    "\(subject.database) is an older version's",
                    remedy: "make a copy; the next run migrates it"
                )
            ]
        case .open(let state): return [file(state), identity(state), halt(state), disk(state)].compactMap { $0 }
        }
    }

    private func file(_ state: DatabaseSight.State) -> Finding {
        let runs = state.isHeld ? "a relayer runs on it" : "no relayer runs on it"
        let next = state.cursors.map(\.nextBlock).min().map { $0 == 0 ? "" : ", read up to block \($0 - 1)" } ?? ""
        let text = "\(subject.database): \(runs)\(next)"
        var troubles: [String] = []
        if state.dead > 0 { troubles.append(counted(state.dead, "dead request")) }
        if state.gaps > 0 { troubles.append("\(counted(state.gaps, "gap")) of blocks that no node would read") }
        guard !troubles.isEmpty else { return Finding(.ok, "database", "file", text) }
        return Finding(
            .warning,
            "database",
            "file",
            "\(text); \(troubles.joined(separator: ", "))",
            remedy: "see 'lilypad-relayer status'"
        )
    }

    private func identity(_ state: DatabaseSight.State) -> Finding? {
        guard let identity = state.identity else { return nil }
        guard identity.chainID == options.chainID else {
            return Finding(
                .error,
                "database",
                "chain",
                "it belongs to chain \(identity.chainID), and chain.id is \(options.chainID)",
                remedy: "name another file by database, or correct chain.id"
            )
        }
        return Finding(.ok, "database", "chain", "it belongs to \(identity)")
    }

    private func halt(_ state: DatabaseSight.State) -> Finding? {
        guard let halt = state.halt else { return nil }
        return Finding(
            .error,
            "database",
            "halt",
            "the relayer is halted: \(halt)",
            remedy: "see 'lilypad-relayer chain show'"
        )
    }

    private func disk(_ state: DatabaseSight.State) -> Finding? {
        guard let free = state.free else { return nil }
        let mebibytes = free >> 20
        let text = mebibytes < 10_240 ? "\(mebibytes) MiB free" : "\(mebibytes >> 10) GiB free"
        guard mebibytes < 1_024 else { return Finding(.ok, "database", "disk", text) }
        return Finding(
            mebibytes < 64 ? .error : .warning,
            "database",
            "disk",
            text,
            remedy: "make room on its disk, or name a file on another one by database"
        )
    }
}
