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
}
