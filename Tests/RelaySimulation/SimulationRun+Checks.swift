import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import SQLite

/// What must hold once the dust has settled.
extension SimulationRun {
    /// What does not hold yet: requests that are missing, too many or elsewhere, cursors that are not there yet.
    func open(in connection: Connection) throws -> [String] {
        let (head, expected) = network.withWorld { ($0.chain.head, $0.expected) }
        let file = try connection.read { t in try StoredFollowing(t) }
        var open: [String] = []
        var missing = Dictionary(expected.map { ($0.contentHash, $0) }) { first, _ in first }
        if missing.count != expected.count { open.append("the simulation has made a request twice") }
        for request in file.requests {
            guard let log = missing.removeValue(forKey: request.hash) else {
                let isInChain = expected.contains { $0.contentHash == request.hash }
                let fault = isInChain ? "double" : "none of the chain's"
                open.append("request \(request.id) of block \(request.place.blockNumber) is \(fault)")
                continue
            }
            let place = Place(
                blockNumber: log.blockNumber,
                blockHash: log.blockHash,
                transactionHash: log.transactionHash,
                logIndex: log.logIndex
            )
            if request.place != place {
                open.append("request \(request.id) is placed at \(request.place), not at \(place)")
            }
        }
        for log in missing.values.sorted(by: { ($0.blockNumber, $0.logIndex) < ($1.blockNumber, $1.logIndex) }) {
            open.append("the request in block \(log.blockNumber) (log \(log.logIndex)) is missing")
        }
        for cursor in file.cursors {
            if cursor.next <= head.number { open.append("read up to block \(cursor.next) of \(head.number)") }
            if let final = file.final, cursor.second <= final {
                open.append("read for the second time up to block \(cursor.second) of \(final)")
            }
        }
        // By time alone only a block that ended a reading becomes final, and only when another one comes.
        let isByTime = plan.settle.tag == nil && plan.settle.blocks == nil
        if file.final == nil, head.number > 20, !isByTime { open.append("nothing is final") }
        return open
    }

    /// What must hold at all times: money is sent for no block that the chain's rule has not made final.
    func checkReleases(_ heads: HeadBoard) {
        guard let view = heads.view, let settle = view.settle else { return }
        let (bound, wentBeyond) = network.withWorld { ($0.finalBound, $0.wentBeyondFinality) }
        if settle.number > bound, !wentBeyond { fail("block \(settle.number) was released, and \(bound) is final") }
        if settle.number > view.head { fail("block \(settle.number) was released above the head, \(view.head)") }
    }

    /// What must hold in the file at the end.
    func check(_ connection: Connection) throws {
        for (what, query) in Self.violations {
            let count = try connection.integer("SELECT count(*) FROM (\(query))")
            if count != 0 { fail("\(count) times \(what)") }
        }
        let head = network.withWorld(\.chain.head)
        // What lies below the final block may be of another branch: nobody looks at it any more.
        let chain = try connection.read { t in
            try t.prepare("SELECT number, hash FROM header WHERE number >= (SELECT final_number FROM chain)").all {
                (try $0.int64(0), try $0.blob(1))
            }
        }
        for (number, hash) in chain {
            guard let number = UInt64(exactly: number), let hash = Hash32(hash) else { continue }
            if !head.contains(hash, at: number) { fail("the link at block \(number) is none of the chain's") }
        }
    }

    private static let violations: [(what: String, query: String)] = [
        ("a row that refers to nothing", "SELECT * FROM pragma_foreign_key_check"),
        ("a request twice", "SELECT hash FROM request GROUP BY hash HAVING count(*) > 1"),
        ("a halt that was accepted and stands", "SELECT id FROM chain WHERE halt IS NOT NULL"),
        ("a gap although nothing is too old", "SELECT id FROM gap"),
        (
            "a second reading ahead of the first",
            "SELECT id FROM contract WHERE second_block > next_block"
        ),
        (
            "a trail that ends elsewhere",
            """
            SELECT r.id FROM request r WHERE state <>
            (SELECT to_state FROM audit WHERE request_id = r.id ORDER BY id DESC LIMIT 1)
            """
        ),
    ]
}

/// What following has stored, read beside the store.
private struct StoredFollowing {
    struct StoredRequest {
        let id: Int64
        let hash: Hash32
        let place: Place
    }

    let requests: [StoredRequest]
    let cursors: [(next: UInt64, second: UInt64)]
    let final: UInt64?

    init(_ t: borrowing Transaction) throws {
        requests = try t.prepare(
            """
            SELECT id, hash, block_number, block_hash, transaction_hash, log_index FROM request
            WHERE state <> 'orphaned' ORDER BY id
            """
        ).all { row in
            StoredRequest(
                id: try row.int64(0),
                hash: Hash32(try row.blob(1)) ?? .zero,
                place: Place(
                    blockNumber: UInt64(clamping: try row.int64(2)),
                    blockHash: Hash32(try row.blob(3)) ?? .zero,
                    transactionHash: Hash32(try row.blob(4)) ?? .zero,
                    logIndex: UInt64(clamping: try row.int64(5))
                )
            )
        }
        cursors = try t.prepare("SELECT next_block, second_block FROM contract ORDER BY id").all { row in
            (UInt64(clamping: try row.int64(0)), UInt64(clamping: try row.int64(1)))
        }
        final = try t.prepare("SELECT final_number FROM chain").first { try $0.optionalInt64(0) }
            .flatMap { $0 }.map { UInt64(clamping: $0) }
    }
}
