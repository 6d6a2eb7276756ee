import Ethereum
import JSON
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Transport

/// `jobs retry` and `jobs drop`: each appends an instruction, which the running relayer or the next one carries out.
extension JobsCommand {
    func retry(_ listed: Listed, _ view: StoreView, _ wiring: Wiring) async throws -> ExitCode {
        let state = listed.request.state
        guard state == .dead || state == .dropped else {
            throw CommandFailure("\(listed.shortHash) is \(state.rawValue), not dead or dropped: nothing to take up")
        }
        let errand = Errand(verb: "retry", reason: nil, future: "takes it up", past: "taken up again")
        return try await give(errand, for: listed, view, wiring)
    }

    func drop(_ listed: Listed, _ reason: String, _ view: StoreView, _ wiring: Wiring) async throws -> ExitCode {
        guard listed.request.state == .dead else {
            throw CommandFailure(
                "\(listed.shortHash) is \(listed.request.state.rawValue), not dead: only a dead request can be dropped"
            )
        }
        let errand = Errand(verb: "drop", reason: reason, future: "drops it", past: "closed for good")
        return try await give(errand, for: listed, view, wiring)
    }

    /// What is asked for, and how to tell of it.
    private struct Errand {
        let verb: String
        let reason: String?
        let future: String
        let past: String

        func arguments(for request: Int64) -> JSONValue {
            var members = [
                JSONMember("request", .number(JSONNumber(request))),
                JSONMember("by", .string(ProcessEnvironment.user)),
            ]
            if let reason { members.append(JSONMember("reason", .string(reason))) }
            return .object(members)
        }
    }

    /// Appends the instruction and waits for the running relayer to carry it out; without one nobody waits.
    private func give(
        _ errand: Errand,
        for listed: Listed,
        _ view: StoreView,
        _ wiring: Wiring
    ) async throws -> ExitCode {
        let request = listed.request.id
        // Given twice it is done once.
        let open = try view.openInstructions(errand.verb).first { instruction in
            (try? JSONValue.parse(Array(instruction.arguments.utf8)))?["request"]?.int64 == request
        }
        let number =
            try open?.id
            ?? view.instruct(
                errand.verb,
                arguments: errand.arguments(for: request).line,
                at: Timestamp(milliseconds: wiring.time.now())
            )
        var isDone = try isCarriedOut(number, listed, view)
        var looks = 0
        while !isDone, looks < 100, FileLock.isHeld(path: wiring.settings.database) {
            looks += 1
            try await wiring.time.sleep(for: .milliseconds(100))
            isDone = try isCarriedOut(number, listed, view)
        }
        try tell(errand, listed, number, isDone: isDone, wiring, view)
        return .done
    }

    /// Throws with the relayer's own words where it could not be done.
    private func isCarriedOut(_ number: Int64, _ listed: Listed, _ view: StoreView) throws -> Bool {
        guard let instruction = try view.instruction(number), let outcome = instruction.outcome else { return false }
        guard instruction.state == .done else { throw CommandFailure("\(listed.shortHash): \(outcome)") }
        return true
    }

    private func tell(
        _ errand: Errand,
        _ listed: Listed,
        _ number: Int64,
        isDone: Bool,
        _ wiring: Wiring,
        _ view: StoreView
    ) throws {
        let isRunning = FileLock.isHeld(path: wiring.settings.database)
        let state = try view.find(.hash(listed.request.observed.hash)).first?.request.state ?? listed.request.state
        if json {
            let outcome: JSONValue = [
                "hash": .string(listed.request.observed.hash.hex),
                "jobId": .string(listed.request.observed.jobID.description),
                "instruction": .number(JSONNumber(number)), "done": .bool(isDone), "running": .bool(isRunning),
                "state": .string(state.rawValue),
            ]
            return Output.line(outcome.line)
        }
        let id = "\(listed.shortHash) (job \(listed.request.observed.jobID))"
        guard !isDone else { return Output.line("\(id) is \(errand.past): \(state.rawValue)") }
        Output.line(
            isRunning
                ? "noted for \(id) (instruction \(number)): the running relayer is busy and \(errand.future) as soon as it can"
                : "noted for \(id) (instruction \(number)): no relayer is running, the next 'lilypad-relayer run'"
                    + " \(errand.future)"
        )
    }
}
