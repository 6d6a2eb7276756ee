/// Each names its lane by literals, which is what makes the partial index fit.
enum AdmissionSQL {
    static let held = "SELECT party FROM request WHERE id = ? AND state = 'observed'"
    static let unknown = """
        SELECT \(requestColumns) FROM \(requestSource) WHERE r.state = 'observed' AND r.party IS NULL
          AND r.wake_at <= ? AND r.block_number <= ? ORDER BY r.id LIMIT ?
        """
    static let item = """
        SELECT \(requestColumns), (SELECT max(attempt) FROM job WHERE request_id = r.id) FROM \(requestSource)
        WHERE r.id = ?
        """

    static func nextParty(_ lane: AdmissionLane) -> String {
        "SELECT party FROM request WHERE \(condition(lane)) AND party > ? ORDER BY party LIMIT 1"
    }

    static func ids(_ lane: AdmissionLane) -> String {
        """
        SELECT id FROM request WHERE \(condition(lane)) AND party = ? AND wake_at <= ? AND block_number <= ?
        ORDER BY \(order(lane)) LIMIT ?
        """
    }

    static func overdue(_ lane: AdmissionLane) -> String {
        """
        SELECT \(requestColumns) FROM \(requestSource)
        WHERE r.\(condition(lane).replacing(" AND ", with: " AND r.")) AND r.party = ? AND r.changed_at <= ?
        ORDER BY \(order(lane, "r.")) LIMIT ?
        """
    }

    private static func condition(_ lane: AdmissionLane) -> String {
        switch lane {
        case .fresh: "state = 'observed' AND wake_at = 0"
        case .later: "state = 'observed' AND wake_at > 0"
        }
    }

    private static func order(_ lane: AdmissionLane, _ table: String = "") -> String {
        switch lane {
        case .fresh: "\(table)id"
        case .later: "\(table)wake_at, \(table)id"
        }
    }
}
