import Arguments
import Ethereum
import EthereumRPC
import Formats
import JSON
import Relay
import RelayCore
import RelayStore
import RelayerConfiguration
import SQLite
import Transport

/// `replay`: reads past blocks once more, by the running relayer or, without one, by itself.
struct ReplayCommand: RunnableCommand {
    let configuration: String
    let from: UInt64
    let to: UInt64?
    let rate: Int
    let isDryRun: Bool
    let json: Bool

    static let command = Command<any RunnableCommand>(
        "replay",
        "Read past blocks once more and take up the requests that were missed.",
        discussion: """
            Nothing is done twice: requests that are known, or that the contract has settled, are left as they are. \
            A running relayer carries it out beside its work; without one the range is read here, and what is found is \
            worked on at the next run. It can be interrupted: the next run, or the same replay once more, goes on where it \
            was, also after a crash. Requests that are fresh on the chain come before those that it finds.
            """,
        examples: [
            Example("replay --from-block 5000000 --dry-run", "What it would find and do, and what that would cost."),
            Example("replay --from-block 5000000", "From that block to the head."),
            Example("replay --from-block 5000000 --to-block 5001000", "Those 1,001 blocks."),
        ]
    ) { arguments in
        let configuration = arguments.configuration()
        let from = arguments.option("from-block", "N", .whole(0...UInt64(Int64.max)), "The first block.")
        let to = arguments.optional(
            "to-block",
            "M",
            .whole(0...UInt64(Int64.max)),
            "The last block; without it, the head."
        )
        if let to, to < from { arguments.refuse("--to-block \(to) is below --from-block \(from)") }
        return ReplayCommand(
            configuration: configuration,
            from: from,
            to: to,
            rate: arguments.option("rate", "N", .whole(1...1_000), default: 10, "Calls a second, at most."),
            isDryRun: arguments.flag("dry-run", "Only tell what it would find, do and skip, and what that would cost."),
            json: arguments.flag("json", "The outcome as a JSON object.")
        )
    }

    func run() async throws -> ExitCode {
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        tellOfEarlyBlocks(wiring.settings.contracts)
        if isDryRun { return try await plan(wiring) }
        let store: RelayStore
        do {
            store = try RelayStore(path: wiring.settings.database)
        } catch let error as SQLiteError where error.kind == .inUse {
            return try await instruct(wiring)
        }
        return try await readHere(wiring, store)
    }

    // MARK: By the running relayer

    private func instruct(_ wiring: Wiring) async throws -> ExitCode {
        let view = try wiring.storeView()
        let head = try view.overview().report.flatMap { try? JSONValue.parse(Array($0.json.utf8)) }?["head"]?.int64
        if let head = head.flatMap(UInt64.init(exactly:)) { try check(head: head) }
        let last = to.map { JSONValue.number(JSONNumber($0)) } ?? .null
        let arguments: JSONValue = [
            "from": .number(JSONNumber(from)), "to": last, "rate": .number(JSONNumber(rate)),
        ]
        let number = try view.instruct(
            "replay",
            arguments: arguments.line,
            at: Timestamp(milliseconds: wiring.time.now())
        )
        Output.error("the running relayer carries it out (instruction \(number))")
        var progress = Progress()
        while true {
            guard let instruction = try view.instruction(number) else {
                throw CommandFailure("the instruction is gone")
            }
            switch instruction.state {
            case .waiting, .running:
                guard FileLock.isHeld(path: wiring.settings.database) else {
                    progress.close()
                    throw CommandFailure(
                        "the relayer has stopped: its next run goes on with the replay (instruction \(number))",
                        .noAnswer
                    )
                }
                if let done = instruction.progress.flatMap(ReplayRun.Progress.init(json:)) {
                    progress.show(done.text, fraction: done.fraction)
                }
                try await wiring.time.sleep(for: .milliseconds(200))
            case .failed:
                progress.close()
                throw CommandFailure(instruction.outcome ?? "the replay failed")
            case .done:
                progress.close()
                guard let done = instruction.progress.flatMap(ReplayRun.Progress.init(json:)) else {
                    throw CommandFailure("the outcome of the replay is damaged: \(instruction.outcome ?? "none")")
                }
                Output.line(json ? done.json : done.text)
                return .done
            }
        }
    }

    func check(head: UInt64) throws {
        guard from <= head else {
            throw CommandFailure("block \(from) is beyond the head, which is block \(head)", .usage)
        }
        if let to, to > head { Output.error("block \(to) is beyond the head: it is read up to block \(head)") }
    }

    /// What is found there is worked on and paid for.
    private func tellOfEarlyBlocks(_ contracts: [ContractSettings]) {
        for contract in contracts where from < contract.startBlock {
            Output.error(
                "note: \(contract.address) is followed from block \(contract.startBlock) on;"
                    + " requests found before that are taken up too"
            )
        }
    }

    // MARK: Here

    private func readHere(_ wiring: Wiring, _ store: RelayStore) async throws -> ExitCode {
        let stored = try await store.chain()
        if let halt = stored.halt { throw halt }
        let (client, identity) = try await chain(wiring, known: stored)
        try await store.claim(identity)
        let contracts = wiring.settings.contracts
        _ = try await store.register(contracts.map { (address: $0.address, startBlock: $0.startBlock) })
        let head = try await client.blockNumber()
        try check(head: head)
        var replay = ReplayRun(
            client: client,
            reader: LogReader(book: wiring.book),
            store: store,
            contracts: contracts.map(\.address),
            reach: wiring.reach,
            time: wiring.time
        )
        replay.callsPerSecond = rate
        var (instruction, done) = try await note(store, head: head, at: Timestamp(milliseconds: wiring.time.now()))
        var progress = Progress()
        do {
            try await read(replay, &done, wiring.time) { done in
                try await store.progress(instruction, done.json, at: Timestamp(milliseconds: wiring.time.now()))
                progress.show(done.text, fraction: done.fraction)
            }
        } catch let fault as ReplayFault {
            progress.close()
            let now = Timestamp(milliseconds: wiring.time.now())
            let isOver = fault.kind == .pruned
            if isOver { try await store.finish(instruction, failed: true, outcome: "\(fault)", at: now) }
            await store.close()
            throw CommandFailure("\(fault)" + (isOver ? "" : "\nThe same command, or the next run, goes on with it."))
        }
        let now = Timestamp(milliseconds: wiring.time.now())
        try await store.finish(instruction, failed: false, outcome: done.text, at: now)
        progress.close()
        await store.close()
        Output.line(json ? done.json : done.text)
        if done.found > 0, !json { Output.error("they are worked on when the relayer runs next") }
        return .done
    }

    /// Tries a few times where the nodes do not give a range: they may be a moment behind.
    private func read(
        _ replay: ReplayRun,
        _ done: inout ReplayRun.Progress,
        _ time: SystemTime,
        report: (ReplayRun.Progress) async throws -> Void
    ) async throws {
        var tries = 0
        while true {
            do {
                return try await replay.run(&done) { done in
                    tries = 0
                    try await report(done)
                }
            } catch let fault as ReplayFault {
                tries += 1
                guard tries < 3 else { throw fault }
                try await time.sleep(for: .seconds(2))
            }
        }
    }

    /// Kept as an instruction, so that whoever comes next goes on with it if this process dies.
    private func note(
        _ store: RelayStore,
        head: UInt64,
        at now: Timestamp
    ) async throws -> (Int64, ReplayRun.Progress) {
        let last = min(to ?? head, head)
        for open in try await store.openInstructions("replay") {
            guard let progress = open.progress.flatMap(ReplayRun.Progress.init(json:)), progress.from == from,
                to.map({ $0 == progress.to }) ?? true
            else { continue }
            Output.error("going on with instruction \(open.id), from block \(progress.next)")
            return (open.id, progress)
        }
        let progress = ReplayRun.Progress(from: from, to: last)
        let arguments: JSONValue = [
            "from": .number(JSONNumber(from)), "to": .number(JSONNumber(last)), "rate": .number(JSONNumber(rate)),
        ]
        let number = try await store.instruct("replay", arguments: arguments.line, at: now)
        try await store.progress(number, progress.json, at: now)
        return (number, progress)
    }

    /// The nodes of the settings that serve the chain that this database belongs to, and that chain.
    func chain(_ wiring: Wiring, known: StoredChain?) async throws -> (client: EthereumClient, identity: ChainIdentity)
    {
        let client = wiring.client()
        let identity = try await ChainSurvey(
            client: client,
            chainID: wiring.settings.chain.id,
            known: known?.identity.map { ($0, known?.anchor) }
        ).run()
        return (client, identity)
    }
}

extension ReplayRun.Progress {
    /// How much of it is done, from 0 to 1.
    var fraction: Double { to >= from ? Double(next - from) / Double(to - from + 1) : 1 }

    var text: String {
        let read = next > to ? "blocks \(from) to \(to)" : "block \(next) of \(from) to \(to)"
        return "\(read): \(found) new requests, \(known) known, \(rejected) logs rejected"
    }
}
