/// Each names its lane by literals, which is what makes the partial index fit; what decides is read from the index alone,
/// since a flood may have very many rows.
enum AdmissionSQL {
    static let held = "SELECT party FROM request WHERE id = ? AND state = 'observed'"
    static let unknown = """
        SELECT id FROM request WHERE state = 'observed' AND party IS NULL AND wake_at <= ? AND block_number <= ?
        ORDER BY wake_at, id LIMIT ?
        """
    static let item = """
        SELECT \(requestColumns), (SELECT max(attempt) FROM job WHERE request_id = r.id) FROM \(requestSource)
        WHERE r.id = ?
        """

    static func nextParty(_ lane: AdmissionLane) -> String {
        "SELECT party FROM request WHERE \(condition(lane)) AND party > ? ORDER BY party LIMIT 1"
    }

    /// Of a party, those that nobody has looked at.
    static func fresh(_ lane: AdmissionLane) -> String {
        """
        SELECT id FROM request WHERE \(condition(lane)) AND party = ? AND wake_at = 0 AND block_number <= ?
        ORDER BY id LIMIT ?
        """
    }

    /// Of a party, those that were put off and are due.
    static func due(_ lane: AdmissionLane) -> String {
        """
        SELECT id FROM request WHERE \(condition(lane)) AND party = ? AND wake_at > 0 AND wake_at <= ?
          AND block_number <= ? ORDER BY wake_at, id LIMIT ?
        """
    }

    /// Of these ids, the requests that have waited since before a time.
    static let overdue = "SELECT \(requestColumns) FROM \(requestSource) WHERE r.id = ? AND r.changed_at <= ?"

    private static func condition(_ lane: AdmissionLane) -> String {
        switch lane {
        case .live: "state = 'observed' AND replayed = 0"
        case .replayed: "state = 'observed' AND replayed = 1"
        }
    }
}
