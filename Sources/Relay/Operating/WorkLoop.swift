internal import RelayCore
internal import Transport

/// Takes due rows from the store and works on several of them at a time, each row by one task only.
///
/// A slow one delays nobody but itself: as soon as any ends the next one begins.
struct WorkLoop<Item: Sendable>: Sendable {
    struct Batch: Sendable {
        var items: [Item]
        /// When something becomes due that is not yet; nil: only a signal brings work.
        var nextWake: Timestamp?
    }

    let limit: Int
    /// The longest time between two looks, signals or not.
    let longestWait: Duration
    let time: any TimeSource
    let wakeup: Wakeup
    let stop: StopRequest
    let id: @Sendable (Item) -> Int64
    /// Fetches due rows, at most `count` and those in hand among them or not.
    let fetch: @Sendable (_ count: Int, _ inHand: Set<Int64>) async throws -> Batch
    let work: @Sendable (Item) async throws -> Void

    private enum Event {
        case ended(Int64)
        case signalled
        case rang(Timestamp)
    }

    /// Runs until it is asked to stop or is cancelled; throws what `fetch` or `work` throws.
    ///
    /// The children of the group are: one task for each row in hand, one that listens for a signal, and a timer for the
    /// next due time (a second one where an earlier time has become known; an old one that rings only makes us look).
    func run() async throws {
        stop.wake(wakeup)
        try await withThrowingTaskGroup(of: Event.self) { group in
            var inHand: Set<Int64> = []
            var ready: [Item] = []
            var nextWake: Timestamp?
            var armed: Timestamp?
            var listening = false
            var look = true
            while !stop.isRequested || !inHand.isEmpty {
                if look, !stop.isRequested {
                    let batch = try await fetch(limit + inHand.count, inHand)
                    ready = batch.items.filter { !inHand.contains(id($0)) }.reversed()
                    nextWake = batch.nextWake
                    look = false
                }
                while !stop.isRequested, inHand.count < limit, let item = ready.popLast() {
                    inHand.insert(id(item))
                    group.addTask {
                        try await work(item)
                        return .ended(id(item))
                    }
                }
                if !listening {
                    listening = true
                    group.addTask {
                        await wakeup.next()
                        try Task.checkCancellation()
                        return .signalled
                    }
                }
                let due = min(nextWake ?? .distantFuture, now + longestWait)
                if armed.map({ due < $0 }) ?? true {
                    armed = due
                    let pause = max(due - now, .zero)
                    group.addTask {
                        try await time.sleep(for: pause)
                        return .rang(due)
                    }
                }
                switch try await group.next() {
                case .ended(let id)?:
                    inHand.remove(id)
                    if ready.isEmpty { look = true }
                case .signalled?:
                    listening = false
                    look = true
                case .rang(let due)?:
                    if armed == due { armed = nil }
                    look = true
                case nil: return
                }
            }
            group.cancelAll()
        }
    }

    private var now: Timestamp { Timestamp(milliseconds: time.now()) }
}
