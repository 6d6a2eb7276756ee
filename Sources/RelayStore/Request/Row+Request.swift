internal import Ethereum
internal import RelayCore
internal import SQLite

/// The columns of a request, in the order that `Row.request` reads them.
let requestColumns = """
    r.id, r.hash, c.address, r.job_id, r.requester, r.spec, r.result_type, r.damage, r.block_number, r.block_hash,
    r.transaction_hash, r.log_index, r.state, r.changed_at, r.echo, r.party
    """
/// How many columns these are: a query's own begin here.
let requestColumnCount = 16
let requestSource = "request r JOIN contract c ON c.id = r.contract_id"

extension Row {
    /// The request of a query that begins with `requestColumns`.
    borrowing func request() throws -> Request {
        let place = Place(
            blockNumber: try unsigned(8),
            blockHash: try hash(9),
            transactionHash: try hash(10),
            logIndex: try unsigned(11)
        )
        let observed = ObservedRequest(
            hash: try hash(1),
            contract: try address(2),
            jobID: try wide(3),
            requester: try address(4),
            party: isNull(15) ? nil : try address(15),
            spec: try blob(5),
            resultType: try optionalInt64(6).map { number throws(StoreError) in
                guard let type = UInt8(exactly: number) else { throw .damaged("result type \(number)") }
                return type
            },
            echo: isNull(14) ? [] : try blob(14),
            damage: try optionalText(7),
            place: place
        )
        return Request(
            id: try int64(0),
            observed: observed,
            state: try requestState(12),
            since: try timestamp(13)
        )
    }

    borrowing func requestState(_ column: Int) throws -> RequestState {
        let text = try text(column)
        guard let state = RequestState(rawValue: text) else { throw StoreError.damaged("request state \(text)") }
        return state
    }

    borrowing func hash(_ column: Int) throws -> Hash32 {
        guard let hash = Hash32(try blob(column)) else { throw StoreError.damaged("column \(column) is no hash") }
        return hash
    }

    borrowing func optionalHash(_ column: Int) throws -> Hash32? {
        isNull(column) ? nil : try hash(column)
    }

    borrowing func address(_ column: Int) throws -> Address {
        guard let address = Address(try blob(column)) else {
            throw StoreError.damaged("column \(column) is no address")
        }
        return address
    }

    borrowing func wide(_ column: Int) throws -> UInt256 {
        guard let value = UInt256(bigEndian: try blob(column)) else {
            throw StoreError.damaged("column \(column) is no 256-bit number")
        }
        return value
    }

    /// A 256-bit number as decimal text.
    borrowing func decimal(_ column: Int) throws -> UInt256 {
        let text = try text(column)
        guard let value = UInt256(decimal: text) else { throw StoreError.damaged("column \(column) is no number") }
        return value
    }

    borrowing func unsigned(_ column: Int) throws -> UInt64 {
        guard let value = UInt64(exactly: try int64(column)) else {
            throw StoreError.damaged("column \(column) is negative")
        }
        return value
    }

    borrowing func timestamp(_ column: Int) throws -> Timestamp { Timestamp(milliseconds: try int64(column)) }

    borrowing func optionalTimestamp(_ column: Int) throws -> Timestamp? {
        try optionalInt64(column).map { Timestamp(milliseconds: $0) }
    }
}

extension Int64 {
    /// A height, index or nonce as a column; what does not fit is as good as the largest.
    init(column value: UInt64) { self.init(clamping: value) }
}
