internal import EthereumRPC
internal import JSON
internal import RelayCore
package import RelayStore
internal import Telemetry

/// Carries out what other commands have asked for, beside the live work: one instruction after the other, and the quick
/// ones in the middle of a long one.
package struct InstructionService: Sendable {
    let store: RelayStore
    let replay: ReplayRun
    let environment: ServiceEnvironment
    let heads: HeadBoard
    let wakeup: Wakeup
    /// Wakes computing and settling.
    let others: [Wakeup]

    package init(
        store: RelayStore,
        replay: ReplayRun,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        wakeup: Wakeup,
        others: [Wakeup]
    ) {
        self.store = store
        self.replay = replay
        self.environment = environment
        self.heads = heads
        self.wakeup = wakeup
        self.others = others
    }

    package func run() async throws {
        environment.stop.wake(wakeup)
        // Of the replay that is carried out: one at a time.
        var patience = ReplayPatience()
        while !environment.stop.isRequested {
            if let instruction = try await store.nextInstruction() {
                if instruction.verb == "replay" {
                    try await replay(instruction, &patience)
                } else {
                    try await carryOut(instruction)
                }
                for other in others { other.signal() }
            } else {
                try await wakeup.next(within: .seconds(1), of: environment.time)
            }
        }
    }

    /// In the middle of an instruction the relayer is asked to stop.
    private struct Stopped: Error {}

    private func carryOut(_ instruction: Instruction) async throws {
        let arguments = (try? JSONValue.parse(Array(instruction.arguments.utf8))) ?? .null
        switch instruction.verb {
        case "retry": try await retry(instruction, arguments)
        case "drop": try await drop(instruction, arguments)
        default: try await finish(instruction, failed: true, "unknown instruction \(instruction.verb)")
        }
    }

    private func finish(_ instruction: Instruction, failed: Bool = false, _ outcome: String) async throws {
        try await store.finish(instruction.id, failed: failed, outcome: outcome, at: environment.now)
        let fields: LogFields = ["instruction": instruction.verb, "outcome": outcome]
        if failed {
            environment.log.warning("instruction failed", fields)
        } else {
            environment.log.info("instruction done", fields)
        }
    }

    private func retry(_ instruction: Instruction, _ arguments: JSONValue) async throws {
        guard let request = arguments["request"]?.int64 else {
            return try await finish(instruction, failed: true, "the instruction names no request")
        }
        do {
            let state = try await store.revive(request, by: arguments["by"]?.string, at: environment.now)
            try await finish(instruction, "request \(request) is \(state.rawValue) again")
        } catch StoreError.outOfStep {
            try await finish(instruction, failed: true, "request \(request) is neither dead nor dropped")
        }
    }

    private func drop(_ instruction: Instruction, _ arguments: JSONValue) async throws {
        guard let request = arguments["request"]?.int64, let reason = arguments["reason"]?.string else {
            return try await finish(instruction, failed: true, "the instruction names no request, or no reason")
        }
        do {
            let who = arguments["by"]?.string ?? "nobody named"
            try await store.drop(request, reason: reason, by: who, at: environment.now)
            environment.counters.increment("requests.dropped")
            try await finish(instruction, "request \(request) is dropped")
        } catch StoreError.outOfStep {
            try await finish(instruction, failed: true, "request \(request) is not dead")
        }
    }

    private func replay(_ instruction: Instruction, _ patience: inout ReplayPatience) async throws {
        let arguments = (try? JSONValue.parse(Array(instruction.arguments.utf8))) ?? .null
        guard let from = arguments["from"]?.int64.flatMap(UInt64.init(exactly:)) else {
            return try await finish(instruction, failed: true, "the instruction names no first block")
        }
        guard let head = heads.head else { return try await wakeup.next(within: .seconds(1), of: environment.time) }
        let last = arguments["to"]?.int64.flatMap(UInt64.init(exactly:)) ?? head
        guard from <= last else {
            return try await finish(instruction, failed: true, "block \(from) is beyond \(last)")
        }
        let stored = instruction.progress.flatMap(ReplayRun.Progress.init(json:))
        var progress = stored ?? ReplayRun.Progress(from: from, to: min(last, head))
        do {
            var replay = replay
            if let rate = arguments["rate"]?.int64 { replay.callsPerSecond = Int(clamping: rate) }
            try await replay.run(&progress) { progress in
                patience.wentOn()
                environment.outages.recovered(Outages.replay)
                try await store.progress(instruction.id, progress.json, at: environment.now)
                for other in others { other.signal() }
                if environment.stop.isRequested { throw Stopped() }
                while let quick = try await store.nextInstruction(), quick.verb != "replay" {
                    try await carryOut(quick)
                }
            }
            patience = ReplayPatience()
            try await finish(
                instruction,
                "blocks \(progress.from) to \(progress.to): \(progress.found) new requests, \(progress.known) known,"
                    + " \(progress.rejected) logs rejected"
            )
        } catch is Stopped {
            // The next start goes on from the stored progress.
        } catch let fault as ReplayFault {
            try await note(fault, of: instruction, &patience)
        }
    }

    /// What passes is waited for, and the instruction goes on from its stored progress; what does not ends it, and those
    /// behind it have their turn.
    private func note(
        _ fault: ReplayFault,
        of instruction: Instruction,
        _ patience: inout ReplayPatience
    ) async throws {
        guard patience.isOver(fault, at: environment.now) else {
            environment.outages.failed(Outages.replay, fault)
            return try await wakeup.next(within: .seconds(2), of: environment.time)
        }
        patience = ReplayPatience()
        environment.outages.forget(Outages.replay)
        try await finish(instruction, failed: true, "\(fault)")
    }
}
