/// What a simulation is to bring about: what is not met is not tested.
package enum SimulatedSituation: String, CaseIterable, Sendable {
    /// A reorganisation that takes no block, one, two.
    case depth0 = "reorganisation of depth 0"
    case depth1 = "depth 1"
    case depth2 = "depth 2"
    /// Where N confirmations are final: all that is not final, the final block too, and more.
    case belowFinality = "N−1"
    case atFinality = "N"
    case beyondFinality = "N+1"
    /// A block whose logs the node does not have yet, although some of them are asked for.
    case emptyFreshLogs = "empty fresh logs"
    /// A node shows a lower head than before.
    case headRegression = "head regression"
    /// Another node is asked for its head than before, just after a reorganisation.
    case failOverInReorg = "fail-over in a reorganisation"
    /// Logs are left out or put in by a node.
    case lie = "lie"
    case death = "death"
    case halt = "halt"
    case withdrawal = "withdrawal"
    /// A request that only the contract's count brought to light.
    case foundByCount = "found by count"
}
