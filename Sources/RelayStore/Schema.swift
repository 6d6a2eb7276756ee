internal import SQLite

/// The tables.
///
/// What a query filters on is a column with its own constraint; the rest of a machine's state is one JSON column with a
/// version. A migration that has been released is never edited.
enum Schema {
    /// "lily": marks a database file as this program's.
    static let applicationID: Int32 = 0x6c69_6c79

    static let migrations = [
        Migration("first", chain + request + job + settlement + audit + operating),
        Migration("changing chain", changingChain),
        Migration("mined settlements", minedSettlements),
        Migration("any contract", anyContract),
        Migration("dropped requests", droppedRequests),
        Migration("calls to the orchestrator", exchange),
        Migration("fair shares", fairShares),
        Migration("orchestrators", orchestrators),
    ]

    private static let chain = """
        CREATE TABLE chain (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          chain_id TEXT NOT NULL,
          genesis_hash BLOB NOT NULL CHECK (length(genesis_hash) = 32)
        ) STRICT;
        CREATE TABLE contract (
          id INTEGER PRIMARY KEY,
          address BLOB NOT NULL UNIQUE CHECK (length(address) = 20),
          start_block INTEGER NOT NULL CHECK (start_block >= 0),
          next_block INTEGER NOT NULL CHECK (next_block >= 0)
        ) STRICT;
        CREATE TABLE header (
          number INTEGER PRIMARY KEY,
          hash BLOB NOT NULL CHECK (length(hash) = 32),
          parent_hash BLOB NOT NULL CHECK (length(parent_hash) = 32),
          timestamp INTEGER NOT NULL
        ) STRICT;

        """

    /// An 8-byte key of the hash is indexed, not the hash: a unique index on random 32 bytes is the dearest thing in
    /// ingest, and 8 bytes can be ground to collide, so the key is not unique and the whole hash is compared.
    private static let request = """
        CREATE TABLE request (
          id INTEGER PRIMARY KEY,
          hash_key INTEGER NOT NULL,
          hash BLOB NOT NULL CHECK (length(hash) = 32),
          contract_id INTEGER NOT NULL REFERENCES contract,
          job_id BLOB NOT NULL CHECK (length(job_id) = 32),
          requester BLOB NOT NULL CHECK (length(requester) = 20),
          spec BLOB NOT NULL,
          result_type INTEGER,
          damage TEXT,
          block_number INTEGER NOT NULL CHECK (block_number >= 0),
          block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
          transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
          log_index INTEGER NOT NULL CHECK (log_index >= 0),
          state TEXT NOT NULL CHECK (state IN ('observed', 'accepted', 'submitted', 'answered', 'settling', 'settled',
            'orphaned', 'dead')),
          wake_at INTEGER NOT NULL,
          reason TEXT,
          computing TEXT,
          settling TEXT,
          observed_at INTEGER NOT NULL,
          changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX request_hash_key ON request (hash_key);
        CREATE INDEX request_observed ON request (wake_at) WHERE state = 'observed';
        CREATE INDEX request_computing ON request (wake_at) WHERE state IN ('accepted', 'submitted');
        CREATE INDEX request_answered ON request (wake_at) WHERE state = 'answered';
        CREATE INDEX request_settling ON request (wake_at) WHERE state = 'settling';
        CREATE INDEX request_dead ON request (id) WHERE state = 'dead';
        CREATE TABLE rejected_log (
          id INTEGER PRIMARY KEY,
          digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
          reason TEXT NOT NULL,
          block_number INTEGER,
          log_index INTEGER,
          transaction_hash BLOB,
          bytes BLOB NOT NULL,
          size INTEGER NOT NULL,
          seen_at INTEGER NOT NULL
        ) STRICT;

        """

    private static let job = """
        CREATE TABLE job (
          id INTEGER PRIMARY KEY,
          request_id INTEGER NOT NULL REFERENCES request,
          attempt INTEGER NOT NULL CHECK (attempt >= 1),
          name TEXT NOT NULL UNIQUE,
          body BLOB NOT NULL,
          bacalhau_id TEXT,
          created_at INTEGER NOT NULL,
          UNIQUE (request_id, attempt)
        ) STRICT;
        CREATE TABLE answer (
          request_id INTEGER PRIMARY KEY REFERENCES request,
          kind TEXT NOT NULL CHECK (kind IN ('result', 'failure')),
          text TEXT NOT NULL,
          source TEXT NOT NULL,
          truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
          created_at INTEGER NOT NULL
        ) STRICT;

        """

    private static let settlement = """
        CREATE TABLE settlement (
          id INTEGER PRIMARY KEY,
          request_id INTEGER NOT NULL REFERENCES request,
          account BLOB NOT NULL CHECK (length(account) = 20),
          nonce INTEGER NOT NULL CHECK (nonce >= 0),
          state TEXT NOT NULL CHECK (state IN ('live', 'final', 'lost')),
          gas_limit INTEGER NOT NULL,
          created_at INTEGER NOT NULL,
          transaction_hash BLOB,
          block_number INTEGER,
          block_hash BLOB,
          succeeded INTEGER,
          gas_used INTEGER,
          gas_price TEXT,
          callback_succeeded INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX settlement_nonce ON settlement (account, nonce) WHERE state <> 'lost';
        CREATE UNIQUE INDEX settlement_live ON settlement (request_id) WHERE state = 'live';
        CREATE INDEX settlement_request ON settlement (request_id);
        CREATE TABLE attempt (
          id INTEGER PRIMARY KEY,
          settlement_id INTEGER NOT NULL REFERENCES settlement,
          hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
          raw BLOB NOT NULL,
          max_fee TEXT NOT NULL,
          max_priority_fee TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          last_sent_at INTEGER,
          sends INTEGER NOT NULL DEFAULT 0,
          last_outcome TEXT
        ) STRICT;
        CREATE INDEX attempt_settlement ON attempt (settlement_id);

        """

    private static let audit = """
        CREATE TABLE audit (
          id INTEGER PRIMARY KEY,
          request_id INTEGER NOT NULL REFERENCES request,
          at INTEGER NOT NULL,
          from_state TEXT,
          to_state TEXT NOT NULL,
          event TEXT NOT NULL,
          detail TEXT
        ) STRICT;
        CREATE INDEX audit_request ON audit (request_id);

        """

    /// What following a chain needs that may change: the final block, the anchor, the halt, the second reading's cursor,
    /// gaps, and where an orphan came from.
    private static let changingChain = """
        ALTER TABLE chain ADD COLUMN anchor_number INTEGER;
        ALTER TABLE chain ADD COLUMN anchor_hash BLOB CHECK (length(anchor_hash) = 32);
        ALTER TABLE chain ADD COLUMN final_number INTEGER;
        ALTER TABLE chain ADD COLUMN halted_at INTEGER;
        ALTER TABLE chain ADD COLUMN halt TEXT;
        ALTER TABLE contract ADD COLUMN second_block INTEGER NOT NULL DEFAULT 0 CHECK (second_block >= 0);
        UPDATE contract SET second_block = start_block;
        ALTER TABLE request ADD COLUMN orphaned_from TEXT;
        CREATE INDEX request_orphaned ON request (wake_at) WHERE state = 'orphaned';
        CREATE INDEX request_block ON request (block_number);
        CREATE TABLE gap (
          id INTEGER PRIMARY KEY,
          contract_id INTEGER NOT NULL REFERENCES contract,
          from_block INTEGER NOT NULL CHECK (from_block >= 0),
          to_block INTEGER NOT NULL CHECK (to_block >= from_block),
          reason TEXT NOT NULL,
          found_at INTEGER NOT NULL
        ) STRICT;

        """

    /// A live settlement's `block_number` is where it was seen mined last: what becomes final is found by it.
    private static let minedSettlements = """
        CREATE INDEX settlement_mined ON settlement (block_number) WHERE state = 'live';
        """

    /// What contracts of other shapes than the reference's need: fields that go back as they came, and what their events
    /// tell of jobs that are closed.
    private static let anyContract = """
        ALTER TABLE contract ADD COLUMN reading TEXT;
        ALTER TABLE request ADD COLUMN echo BLOB;
        ALTER TABLE answer ADD COLUMN bytes BLOB;
        CREATE TABLE outcome (
          id INTEGER PRIMARY KEY,
          contract_id INTEGER NOT NULL REFERENCES contract,
          job_id BLOB NOT NULL CHECK (length(job_id) = 32),
          requester BLOB CHECK (length(requester) = 20),
          closing TEXT NOT NULL CHECK (closing IN ('fulfilled', 'failed', 'cancelled')),
          block_number INTEGER NOT NULL CHECK (block_number >= 0),
          block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
          transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
          log_index INTEGER NOT NULL CHECK (log_index >= 0),
          confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
          seen_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX outcome_place ON outcome (contract_id, block_number, log_index);
        CREATE INDEX outcome_block ON outcome (block_number);
        CREATE INDEX outcome_job ON outcome (contract_id, job_id);

        """

    private static let operating = """
        CREATE TABLE instruction (
          id INTEGER PRIMARY KEY,
          verb TEXT NOT NULL,
          arguments TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
          progress TEXT,
          outcome TEXT,
          created_at INTEGER NOT NULL,
          changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX instruction_open ON instruction (id) WHERE state IN ('waiting', 'running');
        CREATE TABLE report (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          at INTEGER NOT NULL,
          json TEXT NOT NULL
        ) STRICT;
        """
}
