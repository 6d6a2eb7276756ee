import Synchronization
import Transport

/// What a node has been found not to do, so that it is not asked for in vain each time.
final class NodeHabits: Sendable {
    /// After so long it is tried again: the node may have been replaced, and refused for another reason than it said.
    static let memory: Int64 = 3_600_000

    private let time: any TimeSource
    /// No batches before then, in milliseconds since 1970.
    private let batchesFrom = Atomic<Int64>(.min)

    init(time: any TimeSource) {
        self.time = time
    }

    var takesBatches: Bool { time.now() >= batchesFrom.load(ordering: .relaxed) }

    func noteRefusedBatch() {
        batchesFrom.store(time.now().addingReportingOverflow(Self.memory).partialValue, ordering: .relaxed)
    }
}
