package import RelayCore
internal import SQLite

/// Something that another command wants of the relayer: it appends a row, the relayer carries it out (design D12).
package struct Instruction: Equatable, Sendable {
    package enum State: String, Sendable {
        case waiting
        case running
        case done
        case failed
    }

    package let id: Int64
    /// `replay`, `retry`, `drop` or `accept-chain`.
    package let verb: String
    /// A JSON object.
    package let arguments: String
    package let state: State
    /// A JSON object, for long work: it is resumed from here after a crash.
    package let progress: String?
    /// A sentence for whoever gave it.
    package let outcome: String?
}

let instructionColumns = "id, verb, arguments, state, progress, outcome"

extension Row {
    borrowing func instruction() throws -> Instruction {
        let text = try text(3)
        guard let state = Instruction.State(rawValue: text) else {
            throw StoreError.damaged("instruction state \(text)")
        }
        return Instruction(
            id: try int64(0),
            verb: try self.text(1),
            arguments: try self.text(2),
            state: state,
            progress: try optionalText(4),
            outcome: try optionalText(5)
        )
    }
}

extension Transaction {
    borrowing func insertInstruction(_ verb: String, arguments: String, at now: Timestamp) throws -> Int64 {
        try prepare(
            "INSERT INTO instruction (verb, arguments, state, created_at, changed_at) VALUES (?, ?, 'waiting', ?, ?)"
        ).binding(verb, arguments, now.milliseconds, now.milliseconds).run()
        return lastInsertRowID
    }
}

extension Transaction {
    borrowing func openInstructions(_ verb: String) throws -> [Instruction] {
        try prepare(
            """
            SELECT \(instructionColumns) FROM instruction WHERE state IN ('waiting', 'running') AND verb = ?
            ORDER BY id LIMIT 100
            """
        ).binding(verb).all { try $0.instruction() }
    }
}

extension RelayStore {
    /// Ended instructions that are kept.
    private static let instructionLimit: Int64 = 1_000

    package func instruct(_ verb: String, arguments: String, at now: Timestamp) async throws -> Int64 {
        try await writer.write { try $0.insertInstruction(verb, arguments: arguments, at: now) }
    }

    /// The oldest instruction that has not ended; one that takes long comes after those that do not.
    package func nextInstruction() async throws -> Instruction? {
        try await readers.read { t in
            try t.prepare(
                """
                SELECT \(instructionColumns) FROM instruction WHERE state IN ('waiting', 'running')
                ORDER BY verb = 'replay', id LIMIT 1
                """
            ).first { try $0.instruction() }
        }
    }

    /// The instructions of this kind that have not ended, the oldest first.
    package func openInstructions(_ verb: String) async throws -> [Instruction] {
        try await readers.read { try $0.openInstructions(verb) }
    }

    package func progress(_ id: Int64, _ json: String, at now: Timestamp) async throws {
        _ = try await writer.write { t in
            try t.prepare("UPDATE instruction SET state = 'running', progress = ?, changed_at = ? WHERE id = ?")
                .binding(json, now.milliseconds, id).run()
        }
    }

    package func finish(_ id: Int64, failed: Bool, outcome: String, at now: Timestamp) async throws {
        _ = try await writer.write { t in
            try t.prepare("UPDATE instruction SET state = ?, outcome = ?, changed_at = ? WHERE id = ?")
                .binding(failed ? "failed" : "done", outcome.cut(toBytes: 4_096), now.milliseconds, id).run()
            try t.prepare("DELETE FROM instruction WHERE id <= ? AND state IN ('done', 'failed')")
                .binding(id - Self.instructionLimit).run()
        }
    }

    /// When a relayer of this database gave its last sign of life; nil for a new one.
    package func lastReport() async throws -> Timestamp? {
        try await readers.read { t in try t.prepare("SELECT at FROM report").first { try $0.timestamp(0) } }
    }

    /// The running relayer's own account of itself, for `status`.
    package func report(_ json: String, at now: Timestamp) async throws {
        _ = try await writer.write { t in
            try t.prepare(
                """
                INSERT INTO report (id, at, json) VALUES (1, ?, ?)
                ON CONFLICT (id) DO UPDATE SET at = excluded.at, json = excluded.json
                """
            ).binding(now.milliseconds, json).run()
        }
    }
}
