internal import EthereumRPC
internal import RelayCore
internal import RelayStore
internal import Transport

/// Follows the chain until it is asked to stop: the driver of `Follower`.
///
/// A head that comes by WebSocket is only a reason to look earlier: polling is always on.
package struct FollowService: Sendable {
    let options: FollowOptions
    let environment: ServiceEnvironment
    let store: RelayStore
    let announcements: Announcements
    let wakeup: Wakeup

    /// Follows until it is asked to stop or is cancelled; throws what the store throws, and `ChainHalt`.
    func run(_ follower: Follower) async throws {
        environment.stop.wake(wakeup)
        // After a failure only the end of the program is a reason to look earlier: heads that come by WebSocket would make
        // of a pause none.
        let stopped = Wakeup()
        environment.stop.wake(stopped)
        var follower = follower
        var failures = 0
        while !environment.stop.isRequested {
            do {
                let outcome = try await follower.look()
                // One that wants another look and has come no further is no success yet.
                if outcome == .again, follower.isFutile { continue }
                failures = 0
                environment.outages.recovered("chain node")
                if outcome == .again { continue }
                follower.isBusy = try await store.hasOpenRequests()
                try await wakeup.next(within: pause(follower), of: environment.time)
            } catch let error as any Error & CustomStringConvertible where Self.isNodes(error) {
                failures += 1
                environment.outages.failed("chain node", error)
                let own = options.outageBackoff.delay(after: failures)
                var pause = max(own, min((error as? RPCError)?.retryAfter ?? .zero, options.longestRetryAfter))
                // Another node may do at once: after each pause all are tried, since the first would otherwise be the only
                // one that is ever asked.
                if !failures.isMultiple(of: follower.client.nodeCount) { pause = .milliseconds(50) }
                try await stopped.next(within: pause, of: environment.time)
            }
        }
    }

    private func pause(_ follower: Follower) -> Duration {
        let isBusy = follower.isBusy
        let next = follower.cursors.map(\.nextBlock).min() ?? 0
        let isAnnounced = announcements.looked(
            next: next,
            foundIn: follower.foundIn,
            isBusy: isBusy,
            at: environment.now
        )
        if let interval = options.pollInterval { return interval }
        let pace = follower.pace
        // A block whose logs seem to be missing is looked at again soon.
        guard follower.doubts == 0 else { return pace.pause(isAnnounced: false, isBusy: true) }
        return pace.pause(isAnnounced: isAnnounced, isBusy: isBusy)
    }

    /// Errors of the node, which pass; anything else (the store, a cancelled task, a halt) ends the service.
    private static func isNodes(_ error: any Error) -> Bool {
        error is RPCError || error is LogCheck.Fault || error is FollowFault
    }
}
