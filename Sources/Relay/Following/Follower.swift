internal import Ethereum
package import EthereumRPC
package import RelayCore
package import RelayStore
internal import Telemetry
internal import Transport

/// Follows the chain, one look at a time: asks a node for its head, finds out what that means for what has been read,
/// reads on, and stores what it finds with the cursors in one transaction (design D4).
///
/// What it has read is in the store; what it keeps in memory beside a copy of that is who has been silent, behind or alone
/// for how long, which begins anew with each start.
package struct Follower: Sendable {
    /// What a look has come to.
    package enum Outcome: Equatable, Sendable {
        /// There is more to do now.
        case again
        /// All that there is has been read.
        case idle
    }

    /// What tells whether a look has come any further.
    private struct Progress: Equatable {
        let cursors: [ContractCursor]
        let tip: ChainLink?
        let windows: [UInt64]
        let logLag: UInt64
    }

    let client: EthereumClient
    let reader: LogReader
    let store: RelayStore
    let options: FollowOptions
    let environment: ServiceEnvironment
    let heads: HeadBoard

    var cursors: [ContractCursor]
    var chain: CanonicalChain
    /// What is final already, where a mined answer's rule looks further back by time.
    var past: PastLinks?
    var planner: LogRangePlanner
    /// Of the second reading, which is mostly done by another node.
    var secondPlanner: LogRangePlanner
    /// What each rule's tag names.
    var tags: [FinalityRule.Tag: TagWatch] = [:]
    var tagged: [FinalityRule.Tag: UInt64] = [:]
    var tagsAskedAt: Timestamp?
    /// Whether a request waits for the chain to go on.
    package var isBusy = true
    /// All nodes show less than has been read.
    var behind = Patience()
    /// The chain has been left below what was final.
    var halting = Patience()
    /// Blocks below are not read once more: no node has them any longer.
    var tailFloor: UInt64 = 0
    /// A node is silent about a block that the others do not keep.
    var gapping: (block: UInt64, patience: Patience) = (0, Patience())
    /// By node: it says nothing where it is put to the vote.
    var silent: [Int: Patience] = [:]
    /// As many nodes have another block than the one that would be final.
    var isTied = false
    /// Blocks at the head whose logs the nodes do not have yet.
    var logLag: UInt64 = 0
    /// Heights without a block, as the node says in this look.
    var absent: Set<UInt64> = []
    var secondReadAt: Timestamp?
    var audits: [SequenceAudit]
    var auditedAt: Timestamp?
    /// Contracts that do not say how many jobs they have.
    var uncounted: Set<Address> = []
    /// Which of the nodes is asked for the contracts' counts.
    var auditTurn = 0
    var finalisedAt: Timestamp?
    var lookedAt: Timestamp?
    /// When the nodes' heads were compared last.
    var comparedAt: Timestamp?
    /// The newest block in which a request was found.
    var foundIn: UInt64?
    /// Second readings in a row that came to nothing.
    var secondFaults = 0
    /// By node: how often it said of this range that it does not go back so far.
    var secondTooOld: [Int: Int] = [:]
    /// By node: it is on a branch that the others do not share.
    var apart: [Int: Patience] = [:]
    /// By node: it has a block to be final that most of the others do not have.
    var alone: [Int: Patience] = [:]
    /// The highest block that has been stored as read.
    var highest: UInt64 = 0
    /// Why each node is left out that is, as it was told.
    var expelled: [Int: String] = [:]
    /// The newest block that has been read, and since when it is that.
    var standing: (height: UInt64, since: Timestamp)?
    private var looks = 0
    /// Looks in a row that wanted another one and had come no further.
    private var futile = 0
    /// How often in a row the newest block was read as empty although its bloom says otherwise.
    var doubts = 0
    /// What was given as a log and is none, by its digest, and how often.
    var malformed: [Hash32: Int] = [:]
    /// The node that did so last.
    var malformedAt: Int?

    /// - Parameters:
    ///   - client: the nodes.
    ///   - reader: reads ranges.
    ///   - store: has the cursors and the links.
    ///   - options: how it follows.
    ///   - environment: time, voice, counters.
    ///   - heads: hears of each head.
    ///   - cursors: the contracts that are followed, as the store has them.
    ///   - chain: what has been read of it, as the store has it.
    ///   - past: links of it that may lie below what is final, ascending.
    package init(
        client: EthereumClient,
        reader: LogReader,
        store: RelayStore,
        options: FollowOptions,
        environment: ServiceEnvironment,
        heads: HeadBoard,
        cursors: [ContractCursor],
        chain: CanonicalChain,
        past: [ChainLink] = []
    ) {
        self.client = client
        self.reader = reader
        self.store = store
        self.options = options
        self.environment = environment
        self.heads = heads
        self.cursors = cursors
        self.chain = chain
        highest = chain.tip?.number ?? 0
        audits = cursors.map(SequenceAudit.init)
        if options.receipt != options.settle, let age = options.receipt.longestAge {
            self.past = PastLinks(seconds: age)
            self.past?.note(past.filter { $0.number <= chain.final?.number ?? 0 })
        }
        planner = LogRangePlanner(maximum: options.window)
        secondPlanner = LogRangePlanner(maximum: options.window)
    }

    /// Whether the last look wants another one, and has come no further.
    var isFutile: Bool { futile > 0 }

    /// How fast blocks come.
    package var pace: BlockPace { BlockPace(chain.links) }

    /// One look at the chain.
    ///
    /// Throws `RPCError`, `FollowFault` and `LogCheck.Fault` for a node's trouble, which passes; `ChainHalt` when a human
    /// has to look; and what the store throws.
    package mutating func look() async throws -> Outcome {
        let node = client.pin()
        defer { tellExpulsions() }
        let before = progress
        let outcome: Outcome
        do {
            outcome = try await look(at: node)
        } catch {
            // A refusal too: the pool does not count it, and would name the same node for ever.
            let isRefusal = (error as? RPCError).map { !$0.isOfTheNode } ?? false
            if isRefusal || error is LogCheck.Fault || (error as? FollowFault)?.isOfTheNode == true { node.noteFault() }
            throw error
        }
        guard outcome == .again, progress == before else {
            futile = 0
            return outcome
        }
        futile += 1
        guard futile > max(3, client.nodeCount) else { return .again }
        futile = 0
        throw FollowFault("the answers of the nodes do not fit together: nothing can be read", isOfTheNode: false)
    }

    private var progress: Progress {
        Progress(
            cursors: cursors,
            tip: chain.tip,
            windows: [planner.window, secondPlanner.window],
            logLag: logLag
        )
    }

    private mutating func look(at node: EthereumClient) async throws -> Outcome {
        let shown = try await show(at: node)
        guard var head = shown.head else { throw FollowFault("the node has no latest block") }
        node.note(head: head.number)
        beginLook(head)
        switch try await meet(&head, showing: shown.tip, at: node) {
        case .onTop:
            guard !isAhead(of: head) else { return try await fallBack(to: head, at: node) }
            behind.end()
            if let index = node.index { apart[index] = nil }
        case .below: return try await fallBack(to: head, at: node)
        case .changed: return .again
        case .apart: return client.nodeCount > 1 ? .again : .idle
        }
        try await askTags(at: head, node)
        let bound = releases(at: head).settle?.number
        if try await readOn(to: head, at: node, bound: bound) == .moved { return .again }
        let releases = releases(at: proven(head))
        let final = try await newFinal(releases.settle, below: head, node)
        guard final.isSound else { return .again }
        // Not before: a node on a fork of its own goes on from what was read, and others have left it.
        halting.end()
        if let link = final.link { try await finalise(link) }
        post(head, releases)
        if try await isLeftBehind(head, node) { return .again }
        try await readAgain(apartFrom: node)
        try await audit(apartFrom: node)
        // Last: whatever it meets holds up nobody else.
        return try await readBacklog(below: head, at: node, bound: bound)
    }

    private mutating func beginLook(_ head: BlockHeader) {
        let now = environment.now
        absent = []
        looks &+= 1
        // A node that was slow with its logs once need not be so for ever.
        if looks % 8 == 0, logLag > 0 { logLag -= 1 }
        environment.counters.set("chain.head", to: Int64(clamping: head.number))
        // What has been read to: a head that was told may be a lie, and no true one would ever be above it.
        let height = chain.tip?.number ?? head.number
        guard let standing, standing.height == height, now >= standing.since else {
            standing = (height, now)
            return environment.outages.recovered("chain head")
        }
        guard now - standing.since >= max(options.headPatience, pace.standstill) else { return }
        let seconds = (now - standing.since).components.seconds
        let fault = FollowFault("block \(height) has been the newest one for \(seconds) s: the chain stands still")
        environment.outages.failed("chain head", fault)
    }

    private func post(_ head: BlockHeader, _ releases: Releases) {
        // No further than what is stored as final: that is the bound of what a reorganisation may take back.
        let settle = releases.settle.flatMap { release in
            chain.final.map { Release(number: min($0.number, release.number), rule: release.rule) }
        }
        // An answer is mined for good no sooner than its request is there for good, unless the operator says so.
        let receipt = options.receipt == options.settle ? settle : isTied ? nil : releases.receipt
        heads.post(HeadBoard.View(head: head.number, timestamp: head.timestamp, settle: settle, receipt: receipt))
    }
}
