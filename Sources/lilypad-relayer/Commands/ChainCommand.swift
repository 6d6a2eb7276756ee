import Arguments
import Ethereum
import Formats
import JSON
import Relay
import RelayCore
import RelayStore
import Transport

/// `chain`: what has been read of the chain and what the nodes say of it, and going on after a halt.
struct ChainCommand: RunnableCommand {
    enum Task: Sendable {
        case show
        case accept(yes: Bool)
    }

    let configuration: String
    let json: Bool
    let task: Task

    static let command = Command<any RunnableCommand>(
        "chain",
        "Show what was read of the chain and what the nodes say of it, or go on after a halt.",
        examples: [
            Example("chain show", "Where the nodes still have what was read."),
            Example("chain accept", "Go on with the chain as the nodes have it now."),
        ],
        subcommands: [
            Command(
                "show",
                "Show what was read of the chain, and what each node says of it.",
                discussion: """
                    It asks each node for its head and for the newest block that it has as it was read. After a halt that \
                    tells how deep the reorganisation went, and which requests it would take back.
                    """,
                examples: [
                    Example("chain show", "For people."), Example("chain show --json", "For programs."),
                ]
            ) { arguments in
                ChainCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .show
                )
            },
            Command(
                "accept",
                "Go on with the chain as the nodes have it now, after a halt.",
                discussion: """
                    The relayer halts, with exit status 5, when its nodes have left the chain below what was final: answers \
                    may have been sent for requests that are in no chain any more. Look at 'chain show' first, and at another \
                    node than your own. Once accepted, the next run takes back what is no longer in the chain and reads on \
                    from there: requests that the chain has again go on, each answered once as its contract says.
                    """,
                examples: [
                    Example("chain accept", "Shows what it means, and asks."),
                    Example("chain accept --yes", "For scripts."),
                ]
            ) { arguments in
                ChainCommand(
                    configuration: arguments.configuration(),
                    json: arguments.flag("json", "As a JSON object."),
                    task: .accept(yes: arguments.flag("yes", short: "y", "Without asking."))
                )
            },
        ]
    )

    func run() async throws -> ExitCode {
        let wiring = try Wiring(configuration: configuration, needsAccount: false)
        let view = try wiring.storeView()
        let overview = try view.overview()
        if case .accept = task, overview.chain.halt == nil {
            throw CommandFailure("the relayer is not halted: there is nothing to accept")
        }
        let inspection = try await ChainInspection.of(overview.chain.links, at: wiring.client())
        let state = ChainState(
            overview: overview,
            inspection: inspection,
            affected: try inspection.common.map { try view.counts(above: $0.number) } ?? [],
            acceptance: try overview.chain.halt.flatMap { try Self.acceptance(of: $0, view) }
        )
        guard case .accept(let yes) = task else {
            if json { Output.line(state.json.line) } else { Output.write(state.text) }
            return .done
        }
        return try accept(state, view, yes: yes, at: Timestamp(milliseconds: wiring.time.now()))
    }

    /// The instruction that ends this halt at the next run, where it was given already.
    private static func acceptance(of halt: ChainHalt, _ view: StoreView) throws -> Int64? {
        try view.openInstructions(Relayer.acceptVerb).first { instruction in
            ChainAcceptance(arguments: instruction.arguments)?.isOf(halt) == true
        }?.id
    }

    private func accept(_ state: ChainState, _ view: StoreView, yes: Bool, at now: Timestamp) throws -> ExitCode {
        guard let halt = state.overview.chain.halt else { return .failed }
        if let given = state.acceptance {
            tell(given, "accepted already (instruction \(given)): waits for the next 'lilypad-relayer run'")
            return .done
        }
        if let silent = state.nodes.first(where: { $0.error != nil }), state.common == nil {
            throw CommandFailure("no node tells what it has: \(silent.error ?? "")")
        }
        if !json { Output.write(state.text) }
        guard yes || Confirmation.ask("Go on with the chain as the nodes have it?") else {
            throw CommandFailure("nothing was accepted")
        }
        let acceptance = ChainAcceptance(of: halt, state.common.map { .above($0.number) } ?? .any)
        let number = try view.instruct(Relayer.acceptVerb, arguments: acceptance.arguments, at: now)
        tell(number, "accepted: waits for the next 'lilypad-relayer run'")
        return .done
    }

    private func tell(_ instruction: Int64, _ text: String) {
        Output.line(json ? (["instruction": .number(JSONNumber(instruction))] as JSONValue).line : text)
    }
}

/// What `chain show` shows.
struct ChainState {
    let overview: Overview
    let inspection: ChainInspection
    /// Requests above the newest block that all nodes have as it was read.
    let affected: [(state: RequestState, count: Int)]
    /// The instruction that ends the halt at the next run.
    let acceptance: Int64?

    var nodes: [ChainInspection.Node] { inspection.nodes }
    var common: ChainLink? { inspection.common }

    private var chain: StoredChain { overview.chain }
    /// Whether the nodes have left what was read.
    private var isLeft: Bool { common != nil && common != chain.links.last }

    var text: String {
        var lines = ["chain      \(chain.identity?.description ?? "none yet")"]
        if let anchor = chain.anchor { lines.append("anchor     block \(anchor.number), \(anchor.hash.hex)") }
        if let tip = chain.links.last { lines.append("read       block \(tip.number), \(tip.hash.hex)") }
        if let final = chain.final { lines.append("final      block \(final.number), \(final.hash.hex)") }
        lines += nodes.map { "node       \($0.endpoint): \(Self.text(of: $0, tip: chain.links.last))" }
        if isLeft, let common {
            let requests = affected.filter { $0.count > 0 }.map { "\($0.count) \($0.state.rawValue)" }
            lines.append(
                "requests   above block \(common.number): \(requests.isEmpty ? "none" : requests.joined(separator: ", "))"
            )
        }
        lines += overview.gaps.map { "gap        \($0.text)" }
        if let halt = chain.halt {
            lines.append("halted     since \(TimeText.absolute(halt.at)): \(halt.reason.shown(limit: 1_024))")
            lines.append("           \(remedy)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var remedy: String {
        if let acceptance { return "accepted (instruction \(acceptance)): waits for the next 'lilypad-relayer run'" }
        if inspection.isAsRead { return ChainAcceptance.asRead }
        return "to go on with the chain as the nodes have it: lilypad-relayer chain accept"
    }

    private static func text(of node: ChainInspection.Node, tip: ChainLink?) -> String {
        if let error = node.error { return error.shown(limit: 1_024) }
        let head = node.head.map { "head block \($0)" } ?? "no head"
        guard let tip else { return head }
        guard let common = node.common else { return "\(head), has nothing of what was read" }
        if common == tip { return "\(head), has all that was read" }
        if let height = node.head, height < tip.number, common.number >= height { return "\(head), is behind" }
        return "\(head), has what was read up to block \(common.number)"
    }

    var json: JSONValue {
        [
            "chainId": chain.identity.map { .number(JSONNumber($0.chainID)) } ?? .null,
            "genesis": chain.identity.map { .string($0.genesisHash.hex) } ?? .null,
            "anchor": chain.anchor.map { Self.block($0.number, $0.hash) } ?? .null,
            "read": chain.links.last.map { Self.block($0.number, $0.hash) } ?? .null,
            "final": chain.final.map { Self.block($0.number, $0.hash) } ?? .null,
            "common": common.map { Self.block($0.number, $0.hash) } ?? .null,
            "requestsAbove": .object(affected.map { JSONMember($0.state.rawValue, .number(JSONNumber($0.count))) }),
            "nodes": .array(nodes.map(Self.json)),
            "gaps": .array(overview.gaps.map(\.json)),
            "halt": chain.halt.map(\.json) ?? .null,
            "asRead": .bool(inspection.isAsRead),
            "acceptedBy": acceptance.map { .number(JSONNumber($0)) } ?? .null,
        ]
    }

    private static func json(of node: ChainInspection.Node) -> JSONValue {
        [
            "node": .string(node.endpoint), "head": node.head.map { .number(JSONNumber($0)) } ?? .null,
            "common": node.common.map { block($0.number, $0.hash) } ?? .null,
            "error": node.error.map { .string($0) } ?? .null,
        ]
    }

    private static func block(_ number: UInt64, _ hash: Hash32) -> JSONValue {
        ["number": .number(JSONNumber(number)), "hash": .string(hash.hex)]
    }
}

extension ChainHalt {
    var json: JSONValue { ["at": .string(TimeText.absolute(at)), "reason": .string(reason)] }
}

extension Gap {
    var text: String {
        "\(contract.checksummed), blocks \(range.lowerBound) to \(range.upperBound): \(reason.shown())"
    }

    var json: JSONValue {
        [
            "contract": .string(contract.checksummed), "fromBlock": .number(JSONNumber(range.lowerBound)),
            "toBlock": .number(JSONNumber(range.upperBound)), "reason": .string(reason),
            "foundAt": .string(TimeText.absolute(foundAt)),
        ]
    }
}
