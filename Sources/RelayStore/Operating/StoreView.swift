package import Ethereum
package import RelayCore
internal import SQLite

/// The store as every other command sees it: reading beside a running relayer, and appending instructions (design D12).
package final class StoreView {
    private let path: String
    private let connection: Connection

    /// Opens an existing file without changing it.
    ///
    /// Throws `SQLiteError`.
    package init(path: String) throws {
        self.path = path
        connection = try Connection(path: path, options: ConnectionOptions(access: .readOnly))
        try connection.checkMigrations(Schema.migrations, applicationID: Schema.applicationID)
    }

    /// Appends an instruction for the running relayer, or for the next start.
    ///
    /// Returns its number.
    package func instruct(_ verb: String, arguments: String, at now: Timestamp) throws -> Int64 {
        let writing = try Connection(path: path, options: ConnectionOptions(access: .readWrite))
        return try writing.transaction { try $0.insertInstruction(verb, arguments: arguments, at: now) }
    }

    package func instruction(_ id: Int64) throws -> Instruction? {
        try connection.read { try $0.instruction(id) }
    }

    /// The instructions of this kind that have not ended, the oldest first.
    package func openInstructions(_ verb: String) throws -> [Instruction] {
        try connection.read { try $0.openInstructions(verb) }
    }

    package func overview() throws -> Overview {
        try connection.read { try $0.overview() }
    }

    /// Requests, the newest first.
    package func list(states: [RequestState], limit: Int) throws -> [Listed] {
        try connection.read { try $0.list(states: states, limit: limit) }
    }

    /// The state of the request of this hash; nil where there is none.
    package func state(of hash: Hash32) throws -> RequestState? {
        try connection.read { t in
            try t.prepare("SELECT state FROM request WHERE hash_key = ? AND hash = ?").binding(hash.key, hash.bytes)
                .first { try $0.requestState(0) }
        }
    }

    /// How many requests were found above this block, by state; orphans are above none.
    package func counts(above block: UInt64) throws -> [(state: RequestState, count: Int)] {
        try connection.read { t in
            try t.prepare(
                "SELECT state, count(*) FROM request WHERE block_number > ? AND state <> 'orphaned' GROUP BY state"
            ).binding(Int64(column: block)).all { (try $0.requestState(0), Int(clamping: try $0.int64(1))) }
        }
    }

    package func rejected(limit: Int) throws -> [RejectedLog] {
        try connection.read { try $0.rejected(limit: limit) }
    }

    /// The requests that `key` may mean.
    package func find(_ key: RequestKey, limit: Int = 10) throws -> [Listed] {
        try connection.read { try $0.find(key, limit: limit) }
    }

    /// Everything that happened to a request.
    package func dossier(_ request: Int64) throws -> Dossier? {
        try connection.read { try $0.dossier(request) }
    }
}

/// How a person names a request.
package enum RequestKey: Equatable, Sendable {
    case hash(Hash32)
    /// Lower-case hex digits, 8 at least.
    case hashPrefix(String)
    case job(contract: Address?, id: UInt256)

    /// `0x` and 64 digits, a prefix of 8 or more of them, or `[CONTRACT:]JOBID` in decimal.
    package init?(_ text: String) {
        if let colon = text.firstIndex(of: ":") {
            guard let contract = Address(hex: String(text[..<colon])),
                let id = UInt256(decimal: String(text[text.index(after: colon)...]))
            else { return nil }
            self = .job(contract: contract, id: id)
            return
        }
        let hasPrefix = text.hasPrefix("0x")
        let digits = (hasPrefix ? String(text.dropFirst(2)) : text).lowercased()
        if digits.count == 64, let hash = Hash32(hex: "0x" + digits) {
            self = .hash(hash)
        } else if !hasPrefix, let id = UInt256(decimal: text) {
            self = .job(contract: nil, id: id)
        } else if (8..<64).contains(digits.count), digits.utf8.allSatisfy(HashPrefix.isDigit) {
            self = .hashPrefix(digits)
        } else {
            return nil
        }
    }
}

/// A request in a list.
package struct Listed: Sendable {
    package let request: Request
    package let observedAt: Timestamp
    package let changedAt: Timestamp
    package let reason: String?
    package let answer: Answer?
}

/// What `status` shows.
package struct Overview: Sendable {
    package let chainID: String?
    package let genesisHash: Hash32?
    package let cursors: [ContractCursor]
    package let chain: StoredChain
    /// Blocks that no node would read.
    package let gaps: [Gap]
    package let counts: [(state: RequestState, count: Int)]
    /// Logs that were ever put into quarantine.
    package let rejected: Int
    package let openInstructions: Int
    /// The relayer's own report and when it was written.
    package let report: (at: Timestamp, json: String)?
    package let dead: [Listed]
    /// Requests that something keeps waiting, with the reason.
    package let held: [Listed]
}

/// Everything about one request.
package struct Dossier: Sendable {
    package struct Job: Sendable {
        package let attempt: Int
        package let name: String
        package let body: [UInt8]
        package let bacalhauID: String?
        /// The name of the orchestrator that it went to; nil: the first of the settings.
        package let orchestrator: String?
        package let createdAt: Timestamp
    }

    package struct Settlement: Sendable {
        package let nonce: UInt64
        package let state: String
        package let gasLimit: UInt64
        package let createdAt: Timestamp
        package let transactionHash: Hash32?
        package let blockNumber: UInt64?
        package let succeeded: Bool?
        package let gasUsed: UInt64?
        package let gasPrice: UInt256?
        package let callbackSucceeded: Bool?
        package let attempts: [Sent]
    }

    package struct Sent: Sendable {
        package let hash: Hash32
        package let fees: Fees
        package let createdAt: Timestamp
        package let lastSentAt: Timestamp?
        package let sends: Int
        package let lastOutcome: String?
    }

    package let listed: Listed
    package let jobs: [Job]
    /// The calls to the orchestrator that were made for it, in the order in which each outcome was first seen.
    package let calls: [JobCall]
    package let settlements: [Settlement]
    package let history: [AuditEntry]
}
