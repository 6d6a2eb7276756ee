package import JSON
import Synchronization
import Transport

/// How one node of the fake chain differs from an honest one.
///
/// All nodes serve the same chain; what is sent to one reaches all. A node is named by the host of its URL.
package struct NodeManners: Sendable {
    /// What a tag names.
    package enum Tag: Sendable, Equatable {
        /// The node does not have it: an error, as of a geth without a consensus layer.
        case missing
        case null
        /// So many blocks behind the head, as far as there are that many.
        case behind(UInt64)
        /// Always this block.
        case stuck(UInt64)
    }

    /// How a height without a block is answered.
    package enum NullRound: Sendable, CaseIterable {
        /// Code 12, as Lotus does.
        case error
        case null
        /// The block before it, as Forest did.
        case previous
    }

    package enum Bloom: Sendable {
        case sound
        /// All ones, as Lotus' old ones are.
        case full
        case missing
    }

    package enum Socket: Sendable {
        case sound
        /// It takes subscriptions and never says anything.
        case silent
        /// It announces heads, and forgets the logs.
        case headsOnly
        case refused
    }

    /// Blocks behind the chain's head.
    package var lag = 0
    /// A balancer before several of different heights: each HTTP request meets the next of these lags, over and over.
    package var lags: [Int] = []
    /// A range that ends beyond its head is answered with what there is, without a word.
    package var clampsRanges = false
    /// What every call meets.
    package var fault: Fault?
    package var chainID: UInt64?
    package var safe = Tag.missing
    package var finalized = Tag.missing
    package var nullRound = NullRound.error
    package var bloom = Bloom.sound
    package var socket = Socket.sound
    /// Of its newest so many blocks `eth_getLogs` has none yet, while blooms and receipts have them.
    package var hiddenLogs: UInt64 = 0
    /// The logs of its newest so many blocks are refused as not yet there: deferred execution, as of Lotus.
    package var deferredLogs: UInt64 = 0
    /// Logs and blocks further behind the head are refused, as Filecoin's gateways do.
    package var lookback: UInt64?
    /// It has no receipt of what was mined further behind the head, as Filecoin's gateways.
    package var receiptLookback: UInt64?
    package var lookbackFailure = RPCFailure(
        code: 1,
        "bad tipset height: lookbacks of more than 24h0m0s are disallowed"
    )
    /// More logs than this in an answer to a range are refused; a block by its hash is not.
    package var mostLogs: Int?
    package var mostLogsFailure = RPCFailure(code: -32_005, "query returned more than 10000 results")
    /// More logs than this in an answer to a range are left out without a word.
    package var silentLimit: Int?
    package var refusesBlockHash = false
    /// Changes results: told the method, its parameters and the true result.
    package var lie: (@Sendable (String, [JSONValue], JSONValue) -> JSONValue)?

    package init() {}
}

extension FakeChain {
    /// Changes how the node of this host behaves.
    package func setManners(_ host: String, _ change: (inout NodeManners) -> Void) {
        let sockets = world.withLock { world -> [FakeHeadsSocket] in
            change(&world.manners[host, default: NodeManners()])
            guard world.manners[host]?.fault != nil else { return [] }
            let closed = world.subscribers.filter { $0.value.host == host }
            for id in closed.keys { world.subscribers[id] = nil }
            return Array(closed.values)
        }
        for socket in sockets { socket.close() }
    }

    /// The node of this host stays on the branch where it is, whatever the others do.
    package func fork(_ host: String) {
        world.withLock { world in
            var branch = world.branches[host] ?? world.chain
            branch.leaveTheOthers()
            world.branches[host] = branch
        }
    }

    /// Mines on the branch of a node's own; `emptying` so many of its last blocks first.
    package func mineFork(_ host: String, _ count: Int, replacing depth: Int = 0) {
        let seconds = UInt64(max(time.now(), 0)) / 1000
        world.withLock { world in
            guard var branch = world.branches[host] else { return }
            branch.rollBack(depth: depth, keeping: false)
            for _ in 0..<count { branch.mine(at: seconds, onlyEmpty: true) }
            world.branches[host] = branch
        }
    }

    /// The node of this host follows the others again.
    package func join(_ host: String) { world.withLock { $0.branches[host] = nil } }

    /// How many HTTP requests the node of this host had.
    package func requests(to host: String) -> Int { world.withLock { $0.requests[host, default: 0] } }

    /// How many calls of a method the node of this host had.
    package func callCount(_ method: String, at host: String) -> Int {
        world.withLock { $0.callsByHost[host, default: []].count { $0 == method } }
    }
}

extension FakeChain.World {
    /// The chain as the node of this host shows it.
    func view(of host: String) -> FakeChainWorld {
        var view = branches[host] ?? chain
        guard let manners = manners[host] else { return view }
        view.manners = manners
        let turn = manners.lags.isEmpty ? 0 : manners.lags[requests[host, default: 0] % manners.lags.count]
        if manners.lag + turn > 0 { view.fallBehind(manners.lag + turn) }
        return view
    }
}

/// The host of a URL.
func host(of url: String) -> String {
    let parts = url.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count > 2 ? String(parts[2]) : url
}
