/// What came to the tables later.
extension Schema {
    /// One more word that a request's state may be.
    ///
    /// SQLite cannot alter a CHECK, and a table that others refer to cannot be made anew under foreign keys; so the column
    /// is made anew. Each row is written twice for that, which takes a minute where there are hundreds of thousands.
    static let droppedRequests = """
        ALTER TABLE request ADD COLUMN place TEXT NOT NULL DEFAULT 'observed' CHECK (place IN ('observed', 'accepted',
          'submitted', 'answered', 'settling', 'settled', 'orphaned', 'dead', 'dropped'));
        UPDATE request SET place = state;
        DROP INDEX request_observed;
        DROP INDEX request_computing;
        DROP INDEX request_answered;
        DROP INDEX request_settling;
        DROP INDEX request_dead;
        DROP INDEX request_orphaned;
        ALTER TABLE request DROP COLUMN state;
        ALTER TABLE request RENAME COLUMN place TO state;
        CREATE INDEX request_observed ON request (wake_at) WHERE state = 'observed';
        CREATE INDEX request_computing ON request (wake_at) WHERE state IN ('accepted', 'submitted');
        CREATE INDEX request_answered ON request (wake_at) WHERE state = 'answered';
        CREATE INDEX request_settling ON request (wake_at) WHERE state = 'settling';
        CREATE INDEX request_orphaned ON request (wake_at) WHERE state = 'orphaned';
        CREATE INDEX request_dead ON request (id) WHERE state = 'dead';
        CREATE INDEX request_dropped ON request (id) WHERE state = 'dropped';

        """

    /// Each row is a call that came to something else than the one of its kind before it, and how often.
    static let exchange = """
        CREATE TABLE exchange (
          id INTEGER PRIMARY KEY,
          request_id INTEGER NOT NULL REFERENCES request,
          attempt INTEGER NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('look-up', 'submit', 'stop', 'fetch', 'omitted')),
          outcome TEXT NOT NULL,
          detail TEXT,
          first_at INTEGER NOT NULL,
          last_at INTEGER NOT NULL,
          count INTEGER NOT NULL CHECK (count >= 1)
        ) STRICT;
        CREATE INDEX exchange_request ON exchange (request_id, attempt, kind);

        """

    /// Whose turn it is to get a job, and what each has used of its quotas.
    ///
    /// Requests wait in one of two lanes, live ones and replayed ones; those whose party is not known yet are in neither. All
    /// that a look asks of them stands in the index, its own condition too, for it must not read the rows: their specs may
    /// be long.
    static let fairShares = """
        ALTER TABLE request ADD COLUMN party BLOB CHECK (length(party) = 20);
        ALTER TABLE request ADD COLUMN replayed INTEGER NOT NULL DEFAULT 0 CHECK (replayed IN (0, 1));
        UPDATE request SET party = requester WHERE state IN ('observed', 'accepted', 'submitted', 'orphaned', 'dead');
        UPDATE request SET replayed = 1 WHERE state = 'observed' AND wake_at > 0;
        DROP INDEX request_observed;
        CREATE INDEX request_live ON request (party, wake_at, id, block_number, state, replayed)
          WHERE state = 'observed' AND replayed = 0;
        CREATE INDEX request_replayed ON request (party, wake_at, id, block_number, state, replayed)
          WHERE state = 'observed' AND replayed = 1;
        CREATE INDEX request_later_due ON request (wake_at) WHERE state = 'observed' AND wake_at > 0;
        CREATE INDEX request_party_unknown ON request (wake_at, id, block_number, party, state)
          WHERE state = 'observed' AND party IS NULL;
        CREATE INDEX request_party_of_transaction ON request (transaction_hash)
          WHERE state = 'observed' AND party IS NULL;
        CREATE INDEX request_party_running ON request (party, state, orphaned_from) WHERE \(UsageSQL.isRunning);
        CREATE TABLE usage (
          request_id INTEGER PRIMARY KEY REFERENCES request,
          party BLOB NOT NULL CHECK (length(party) = 20),
          admitted_at INTEGER NOT NULL,
          seconds INTEGER NOT NULL CHECK (seconds >= spent),
          spent INTEGER NOT NULL CHECK (spent >= 0),
          began_at INTEGER NOT NULL,
          nodes INTEGER NOT NULL CHECK (nodes >= 0)
        ) STRICT;
        CREATE INDEX usage_party ON usage (party, admitted_at, seconds);
        CREATE INDEX usage_time ON usage (admitted_at, seconds);

        """

    /// Which orchestrator a try went to, by its name; NULL is the first of the settings.
    static let orchestrators = """
        ALTER TABLE job ADD COLUMN orchestrator TEXT;

        """
}
