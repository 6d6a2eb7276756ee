import RelayCore
import Testing

/// Which orchestrator a try goes to.
@Suite struct OrchestratorChoiceTests {
    typealias Candidate = OrchestratorChoice.Candidate

    /// Each mark makes an orchestrator worse than all of those after it, and is one letter here.
    ///
    /// `c` can never hold the job, `a` away, `n` no compute node, `r` no room, `h` held.
    private static func candidates(_ words: [String]) -> [Candidate] {
        words.map { word in
            var candidate = Candidate()
            candidate.cannotHold = word.contains("c")
            candidate.isReachable = !word.contains("a")
            candidate.lacksNodes = word.contains("n")
            candidate.hasRoom = !word.contains("r")
            candidate.isHeld = word.contains("h")
            return candidate
        }
    }

    private static let table: [(OrchestratorChoice, [String], Int)] = [
        // The order of preference.
        (.first, ["", ""], 0),
        (.first, ["", "", "a"], 0),
        (.first, ["a", "", ""], 1),
        // Each mark alone, and against all that weigh less.
        (.first, ["c", ""], 1),
        (.first, ["c", "anrh"], 1),
        (.first, ["a", "nrh"], 1),
        (.first, ["n", "rh"], 1),
        (.first, ["rh", ""], 1),
        (.first, ["rh", "n"], 0),
        (.first, ["ca", "c"], 1),
        (.first, ["a", "a"], 0),
        (.first, ["c", "c"], 0),
        // One job goes to a held one to find out, where it is preferred.
        (.first, ["h", ""], 0),
        // But not one that has failed, and not one that has just been left.
        (.next(after: nil), ["h", ""], 1),
        (.move(from: 2), ["h", "", ""], 1),
        (.next(after: nil), ["h", "h"], 0),
        (.next(after: nil), ["h", "n"], 0),
        // Where the one before had no room, each in turn.
        (.next(after: 0), ["", ""], 1),
        (.next(after: 1), ["", ""], 0),
        (.next(after: 0), ["", "", ""], 1),
        (.next(after: 1), ["", "", ""], 2),
        (.next(after: 2), ["", "", ""], 0),
        (.next(after: 0), ["", "h"], 0),
        (.next(after: 0), ["", "a"], 0),
        (.next(after: 0), ["", "c", ""], 2),
        (.next(after: 0), [""], 0),
        (.next(after: 7), ["", ""], 0),
        // Never back to the one that is left.
        (.move(from: 0), ["", ""], 1),
        (.move(from: 0), ["", "canrh"], 1),
        (.move(from: 1), ["", "", ""], 0),
        (.move(from: 0), [""], 0),
    ]

    @Test(arguments: table.indices) func takesTheBest(row: Int) {
        let (choice, words, place) = Self.table[row]
        #expect(choice.place(among: Self.candidates(words)) == place, "\(choice) \(words)")
    }

    @Test func findsNoneAmongNone() {
        #expect(OrchestratorChoice.first.place(among: []) == nil)
    }
}
