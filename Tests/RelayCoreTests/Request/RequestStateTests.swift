import RelayCore
import Testing

@Suite struct RequestStateTests {
    @Test func leavesASettledRequestAlone() {
        #expect(RequestState.settled.successors.isEmpty)
    }

    @Test func leadsFromEveryOpenStateToTheEnd() {
        for start in RequestState.allCases {
            var reached: Set<RequestState> = [start]
            var border = reached
            while !border.isEmpty {
                border = Set(border.flatMap(\.successors)).subtracting(reached)
                reached.formUnion(border)
            }
            #expect(reached.contains(.settled), "\(start)")
        }
    }

    /// A settlement whose request is orphaned or dead has been signed; whoever settles has passed `settling`, or found it
    /// settled by others.
    @Test func signsOnlyWhatHasAnAnswer() {
        let before = RequestState.allCases.filter { $0.successors.contains(.settling) }
        #expect(Set(before) == [.answered, .orphaned])
    }

    @Test func sharesTheStatesAmongOpenAndTerminalOnes() {
        #expect(Set(RequestState.open).isDisjoint(with: [.settled, .dead]))
        #expect(RequestState.open.count == 5)
    }
}
