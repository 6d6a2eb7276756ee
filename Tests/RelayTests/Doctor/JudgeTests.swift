import Bacalhau
import BacalhauAPI
import Ethereum
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing

/// What a doctor makes of what it saw: one thing is spoilt at a time.
@Suite struct JudgeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let level: Finding.Level
        let subject: String
        let check: String
        /// In what was seen.
        let seen: String
        /// In the remedy; nil where there is none.
        let remedy: String?
        let spoil: @Sendable (Patient) -> Patient

        init(
            _ name: String,
            _ level: Finding.Level,
            _ subject: String,
            _ check: String,
            _ seen: String,
            remedy: String?,
            _ spoil: @escaping @Sendable (Patient) -> Patient
        ) {
            self.name = name
            self.level = level
            self.subject = subject
            self.check = check
            self.seen = seen
            self.remedy = remedy
            self.spoil = spoil
        }

        var testDescription: String { name }
    }

    @Test func findsNothingWrongInGoodHealth() {
        let diagnosis = Patient().diagnosis

        #expect(diagnosis.level == .ok, "\(diagnosis.findings.filter { $0.level != .ok })")
        #expect(diagnosis.proposals.isEmpty)
        #expect(diagnosis.findings.allSatisfy { $0.remedy == nil && !$0.seen.isEmpty })
        #expect(Set(diagnosis.findings.map(\.subject)).count == 8)
    }

    @Test(arguments: chain + node + logs + contract + account + orchestrator + results + database)
    func saysWhatIsWrongAndWhatToDo(example: Case) throws {
        let findings = example.spoil(Patient()).diagnosis.findings
        let fitting = findings.filter { $0.subject == example.subject && $0.check == example.check }

        let finding = try #require(
            fitting.first { $0.level == example.level && $0.seen.contains(example.seen) },
            "\(fitting)"
        )
        if let remedy = example.remedy {
            #expect(finding.remedy?.contains(remedy) == true, "\(finding)")
        } else {
            #expect(finding.remedy == nil, "\(finding)")
        }
    }

    /// Whatever is bad has a remedy, whatever is good needs none.
    @Test(arguments: chain + node + logs + contract + account + orchestrator + results + database)
    func hasARemedyForWhateverIsBad(example: Case) {
        for finding in example.spoil(Patient()).diagnosis.findings {
            #expect((finding.level == .ok) == (finding.remedy == nil), "\(finding)")
        }
    }

    // MARK: The table

    static let chain: [Case] = [
        Case("no node", .error, "chain", "nodes", "no node answers", remedy: "chain.rpc") { patient in
            var patient = patient
            for place in 0..<2 { patient.seen.nodes[place].reach = .failed("refused") }
            return patient
        },
        Case("too few for the quorum", .error, "chain", "nodes", "1 of 2 nodes", remedy: "chain.quorum") { patient in
            var patient = patient
            patient.options.follow.quorum = 2
            patient.seen.nodes[1].reach = .failed("refused")
            return patient
        },
        Case("looked at too seldom", .warning, "chain", "block time", "12 s over", remedy: "chain.pollInterval") {
            var patient = $0
            patient.options.follow.pollInterval = .seconds(60)
            return patient
        },
        Case("no tag", .warning, "chain", "settle", "no node says", remedy: "confirmations.settle") { patient in
            patient.changing(0) { $0.finalized = .seen(nil) }.changing(1) { $0.finalized = .failed("unknown") }
        },
        Case("one node with the tag", .ok, "chain", "settle", "behind the head", remedy: nil) { patient in
            patient.changing(0) { $0.finalized = .seen(nil) }
        },
        Case("tag that stands still", .warning, "chain", "settle", "does not move", remedy: "blocks or a time") {
            let old = BlockSight(number: 100, timestamp: UInt64(Patient.now / 1_000) - 4_000)
            return $0.changing(0) { $0.finalized = .seen(old) }.changing(1) { $0.finalized = .seen(old) }
        },
        Case("blocks that are over at once", .warning, "chain", "settle", "12 blocks are 2.4 s", remedy: "more blocks")
        {
            var patient = fast($0)
            patient.options.follow.settle = FinalityRule(blocks: 12)
            return patient
        },
        Case("the same on a chain of one's own", .ok, "chain", "settle", "12 blocks (2.4 s)", remedy: nil) { patient in
            var patient = fast(patient)
            patient.options.chainID = 1_337
            for place in 0..<2 {
                if let reach = patient.seen.nodes[place].reach.value {
                    patient.seen.nodes[place].reach = .seen(NodeReach(chainID: 1_337, head: reach.head, at: reach.at))
                }
            }
            patient.options.follow.settle = FinalityRule(blocks: 12)
            return patient
        },
    ]

    static let node: [Case] = [
        Case("away, and another there", .warning, "chain.rpc[1]", "reach", "refused", remedy: "chain.rpc[1].url") {
            var patient = $0
            patient.seen.nodes[1].reach = .failed("refused")
            return patient
        },
        Case("the only one away", .error, "chain.rpc[0]", "reach", "refused", remedy: "LILYPAD_CHAIN__RPC__0__URL") {
            var patient = $0
            patient.seen.nodes = [patient.seen.nodes[0]]
            patient.seen.nodes[0].reach = .failed("refused")
            return patient
        },
        Case("another chain", .error, "chain.rpc[0]", "chain", "serves chain 1, and chain.id", remedy: "chain.id") {
            var patient = $0
            let head = BlockSight(number: 5_000, timestamp: 1_799_999_994)
            patient.seen.nodes[0].reach = .seen(NodeReach(chainID: 1, head: head, at: Patient.now))
            return patient
        },
        Case("slow", .warning, "chain.rpc[0]", "reach", "answers in 3.0 s", remedy: "nearer") { patient in
            patient.changing(0) { $0.latency = .seen(.seconds(3)) }
        },
        Case(
            "another genesis",
            .error,
            "chain.rpc[1]",
            "genesis",
            "the database belongs to",
            remedy: "chain.rpc[1].url"
        ) {
            $0.changing(1) { $0.genesis = .seen(Patient.hash(9)) }
        },
        Case("another genesis, no database", .error, "chain.rpc[1]", "genesis", "at chain.rpc[0]", remedy: "network") {
            var patient = $0.changing(1) { $0.genesis = .seen(Patient.hash(9)) }
            patient.seen.database = .missing(problem: nil)
            return patient
        },
        Case("on a fork", .error, "chain.rpc[0]", "agreement", "another one at chain.rpc[1]", remedy: "fork") {
            patient in
            patient.changing(1) { $0.common = (4_936, .seen(Patient.hash(9))) }
        },
        Case("without the common block", .warning, "chain.rpc[0]", "agreement", "does not have", remedy: "caught up") {
            $0.changing(0) { $0.common = (4_936, .seen(nil)) }
        },
        Case("reset chain", .error, "chain.rpc[0]", "anchor", "when it was final", remedy: "another database") {
            patient in
            patient.changing(0) { $0.anchor = .seen(Patient.hash(9)) }
        },
        Case("a node that goes back less", .ok, "chain.rpc[0]", "anchor", "does not go back", remedy: nil) { patient in
            patient.changing(0) { $0.anchor = .seen(nil) }
        },
        Case("behind the others", .warning, "chain.rpc[1]", "head", "100 blocks behind", remedy: "caught up") {
            patient in
            var patient = patient
            let head = BlockSight(number: 4_900, timestamp: UInt64(Patient.now / 1_000) - 60)
            patient.seen.nodes[1].reach = .seen(NodeReach(chainID: 11_155_111, head: head, at: Patient.now))
            return patient
        },
        Case("standing still", .warning, "chain.rpc[0]", "head", "stands still", remedy: "in sync") { patient in
            var patient = patient
            let head = BlockSight(number: 5_000, timestamp: UInt64(Patient.now / 1_000) - 900)
            patient.seen.nodes[0].reach = .seen(NodeReach(chainID: 11_155_111, head: head, at: Patient.now))
            return patient
        },
        Case("standing still for hours", .error, "chain.rpc[0]", "head", "stands still", remedy: "in sync") { patient in
            aged(patient, by: 3_601)
        },
        Case("standing still for an hour", .warning, "chain.rpc[0]", "head", "stands still", remedy: "in sync") {
            aged($0, by: 3_600)
        },
        Case("the hours of a slow chain", .ok, "chain.rpc[0]", "head", "66 min old", remedy: nil) {
            let slow = $0.changing(0) { $0.blockTime = .seen(BlockTime(blocks: 10, seconds: 6_000)) }
            return aged(slow, by: 4_000)
        },
        Case(
            "a final block above the head",
            .warning,
            "chain.rpc[0]",
            "tags",
            "finalized is block 5002",
            remedy: "differ"
        ) {
            $0.changing(0) {
                $0.finalized = .seen(BlockSight(number: 5_002, timestamp: UInt64(Patient.now / 1_000)))
                $0.headAfterTags = 5_001
            }
        },
        Case("a final block of a fast chain", .ok, "chain.rpc[0]", "tags", "safe is block 5002", remedy: nil) {
            $0.changing(0) {
                $0.safe = .seen(BlockSight(number: 5_002, timestamp: UInt64(Patient.now / 1_000)))
                $0.headAfterTags = 5_002
            }
        },
        Case("a wrong key", .error, "chain.rpc[0]", "reach", "HTTP status 401", remedy: "correct the key") {
            refusing($0, .key, "HTTP status 401")
        },
        Case("a quota", .error, "chain.rpc[0]", "reach", "HTTP status 429", remedy: "limit of its provider") {
            refusing($0, .quota, "HTTP status 429")
        },
        Case("no latest block", .error, "chain.rpc[0]", "reach", "no latest", remedy: "has synced") { patient in
            var patient = patient
            patient.seen.nodes[0].reach = .failed("it has no latest block")
            patient.seen.nodes[0].refusal = .noHead
            return patient
        },
        Case("ahead of our clock", .warning, "chain.rpc[0]", "head", "ahead of this machine", remedy: "clock") {
            patient in
            var patient = patient
            let head = BlockSight(number: 5_000, timestamp: UInt64(Patient.now / 1_000) + 60)
            patient.seen.nodes[0].reach = .seen(NodeReach(chainID: 11_155_111, head: head, at: Patient.now))
            return patient
        },
        Case("no batches", .warning, "chain.rpc[0]", "batch", "does not take several", remedy: "chain.rpc") { patient in
            patient.changing(0) { $0.batch = .seen(false) }
        },
        Case("no subscription", .warning, "chain.rpc[0]", "WebSocket", "refused; blocks", remedy: "chain.rpc[0].ws") {
            $0.changing(0) { $0.webSocket = .failed("refused") }
        },
        Case("WebSocket of another chain", .error, "chain.rpc[0]", "WebSocket", "chain 5", remedy: "chain.rpc[0].ws") {
            $0.changing(0) { $0.webSocket = .seen(WebSocketSight(chainID: 5, firstHead: nil)) }
        },
        Case("a quiet chain's WebSocket", .ok, "chain.rpc[0]", "WebSocket", "no head came", remedy: nil) { patient in
            patient.changing(0) { $0.webSocket = .seen(WebSocketSight(chainID: nil, firstHead: nil)) }
        },
        Case("our clock behind", .warning, "clock", "offset", "10 s behind", remedy: "NTP") { patient in
            var patient = patient
            for place in 0..<2 { patient.seen.nodes[place].clockOffset = 10_000 }
            return patient
        },
        Case("our clock far ahead", .error, "clock", "offset", "15 min ahead of", remedy: "NTP") { patient in
            var patient = patient
            for place in 0..<2 { patient.seen.nodes[place].clockOffset = -900_000 }
            return patient
        },
    ]

    private static func aged(_ patient: Patient, by seconds: UInt64) -> Patient {
        var patient = patient
        let head = BlockSight(number: 5_000, timestamp: UInt64(Patient.now / 1_000) - seconds)
        patient.seen.nodes[0].reach = .seen(NodeReach(chainID: 11_155_111, head: head, at: Patient.now))
        return patient
    }

    /// The only node.
    private static func refusing(_ patient: Patient, _ refusal: NodeRefusal, _ words: String) -> Patient {
        var patient = patient
        patient.seen.nodes = [patient.seen.nodes[0]]
        patient.seen.nodes[0].reach = .failed(words)
        patient.seen.nodes[0].refusal = refusal
        return patient
    }

    static let logs: [Case] = [
        Case("narrow window", .warning, "chain.rpc[0]", "log window", "500 blocks at a time; 1000", remedy: "to 500") {
            $0.changing(0) {
                $0.window = .seen(LogWindow(accepted: 500, end: .refused(blocks: 1_000, words: "too many")))
            }
        },
        Case("refuses above what is set", .ok, "chain.rpc[0]", "log window", "10000 are refused", remedy: nil) {
            patient in
            patient.changing(0) {
                $0.window = .seen(LogWindow(accepted: 5_000, end: .refused(blocks: 10_000, words: "too many")))
            }
        },
        Case("no logs at all", .error, "chain.rpc[0]", "log window", "not even one", remedy: "another node") {
            patient in
            patient.changing(0) { $0.window = .seen(LogWindow(accepted: 0, end: .refused(blocks: 1, words: "no"))) }
        },
        Case("no filter by hash", .warning, "chain.rpc[0]", "logs by hash", "EIP-234", remedy: "second node") {
            patient in
            patient.changing(0) { $0.byHash = .seen(false) }
        },
        Case("empty fresh blocks", .warning, "chain.rpc[0]", "fresh logs", "came without logs", remedy: "chain.quorum")
        {
            $0.changing(0) { $0.fresh = .seen(FreshLogs(told: 2, prompt: 1, late: (1, .milliseconds(900)))) }
        },
        Case("deferred logs", .ok, "chain.rpc[0]", "fresh logs", "they come with the next", remedy: nil) { patient in
            patient.changing(0) { $0.fresh = .seen(FreshLogs(deferral: "not yet available")) }
        },
        Case("no questions for whole blocks", .ok, "chain.rpc[0]", "fresh logs", "not tried: no", remedy: nil) {
            patient in
            patient.changing(0) { $0.fresh = .seen(FreshLogs(refusal: "no")) }
        },
        Case("limited calls", .ok, "chain.rpc[0]", "log window", "not be tried: HTTP status 429", remedy: nil) {
            patient in
            patient.changing(0) { $0.window = .seen(LogWindow(accepted: 500, end: .trouble("HTTP status 429"))) }
        },
        Case("full filters", .ok, "chain.rpc[0]", "fresh logs", "say nothing here", remedy: nil) { patient in
            patient.changing(0) { $0.fresh = .seen(FreshLogs(blind: 3)) }
        },
        Case("short memory, all read", .ok, "chain.rpc[0]", "look-back", "from about block 4000", remedy: nil) {
            patient in
            patient.changing(0) { $0.lookBack = .seen(LookBack(wanted: 1_000, oldest: 4_000, refusal: "pruned")) }
        },
        Case(
            "short memory",
            .warning,
            "chain.rpc[0]",
            "look-back",
            "from 1000 on are to be read",
            remedy: "full history"
        ) {
            var patient = $0.changing(0) { $0.lookBack = .seen(LookBack(wanted: 1_000, oldest: 4_000)) }
            patient.seen.database = .missing(problem: nil)
            return patient
        },
    ]

    static let contract: [Case] = [
        Case(
            "no count of jobs",
            .warning,
            "contracts[0]",
            "numbering",
            "holes in the numbering",
            remedy: "let the contract have the views"
        ) {
            var patient = $0
            patient.seen.contracts[0].jobs = .failed("eth_call: execution reverted")
            return patient
        },
        Case("no code", .error, "contracts[0]", "code", "no contract at", remedy: "contracts[0].address") { patient in
            var patient = patient
            patient.seen.contracts[0] = ContractExamination(address: Patient.contract, hasCode: .seen(false))
            return patient
        },
        Case("another contract", .error, "contracts[0]", "binding", "does not fit", remedy: "contracts[0].address") {
            var patient = $0
            patient.seen.contracts[0].callbackGas = .failed("execution reverted")
            return patient
        },
        Case("no role", .error, "contracts[0]", "role", "is no relayer", remedy: "setRelayer(") { patient in
            var patient = patient
            patient.seen.contracts[0].isRelayer = .seen(false)
            return patient
        },
        Case("starts in the future", .error, "contracts[0]", "start", "startBlock is 9000", remedy: "startBlock") {
            patient in
            var patient = patient.changingState { $0.cursors = [] }
            patient.options.contracts = [Relayer.Contract(address: Patient.contract, startBlock: 9_000)]
            return patient
        },
    ]

    static let account: [Case] = [
        Case("no key", .error, "account", "key", "no key is named", remedy: "key new") { patient in
            var patient = patient
            patient.account = .failed("account: no key is named")
            return patient
        },
        Case("no money", .error, "account", "balance", "no money", remedy: "send coin") { patient in
            patient.withAccount { $0.balance = .zero }
        },
        // 60,000 + 100 × 30 + 100,000 × 64/63 gas at 2 gwei.
        Case("little money", .warning, "account", "balance", "for about 60 answers", remedy: "send coin") { patient in
            patient.withAccount { $0.balance = UInt256(20_000_000_000_000_000) }
        },
        Case("too dear", .warning, "account", "price", "answers wait", remedy: "fees.maxFeePerGas") { patient in
            patient.withAccount {
                $0.market = FeeMarket(baseFeePerGas: UInt256(600_000_000_000), priorityFeePerGas: .zero)
            }
        },
        Case("somebody else sends", .warning, "account", "pool", "2 transactions", remedy: "one relayer") { patient in
            patient.changingState { $0.isHeld = false }.withAccount { $0.pending = 7 }
        },
        Case("the relayer sends", .ok, "account", "pool", "2 transactions", remedy: nil) { patient in
            patient.withAccount { $0.pending = 7 }
        },
    ]

    static let orchestrator: [Case] = [
        Case("away", .error, "bacalhau", "reach", "no answer", remedy: "bacalhau.api") { patient in
            var patient = patient
            patient.seen.orchestrator = OrchestratorExamination(version: .failed("no answer"))
            return patient
        },
        Case("old", .error, "bacalhau", "version", "Bacalhau 1.7.0", remedy: "upgrade") { patient in
            var patient = patient
            patient.seen.orchestrator.version = .seen(ServerVersion(1, 7, 0))
            return patient
        },
        Case("no rights", .error, "bacalhau", "rights", "HTTP 401", remedy: "bacalhau.apiKeyFile") { patient in
            var patient = patient
            patient.seen.orchestrator.rights = .failed("HTTP 401")
            return patient
        },
        Case("no rights for a user", .error, "bacalhau", "rights", "401", remedy: "bacalhau.passwordFile") { patient in
            var patient = patient
            patient.seen.orchestrator.rights = .failed("HTTP 401")
            patient.seen.orchestrator.secret = BacalhauEndpoint.Authentication.basic(user: "u", password: "p")
                .settings(of: "bacalhau")
            return patient
        },
        Case("no compute node", .error, "bacalhau", "nodes", "0 of 1 compute node", remedy: "connect") { patient in
            var patient = patient
            patient.seen.orchestrator.nodes = .seen(Patient.computeNodes(isConnected: false))
            return patient
        },
        Case("no ipfs", .warning, "bacalhau", "nodes", "need the publisher ipfs", remedy: "ipfs publisher") { patient in
            var patient = patient
            patient.seen.orchestrator.nodes = .seen(Patient.computeNodes(publishers: ["local"]))
            return patient
        },
        Case(
            "a spare one away",
            .warning,
            "bacalhau.fallbacks[0]",
            "reach",
            "no answer",
            remedy: "bacalhau.fallbacks[0].api"
        ) {
            $0.withSpare { $0.version = .failed("no answer") }
        },
        Case(
            "a spare one whose key cannot be read",
            .error,
            "bacalhau.fallbacks[0]",
            "reach",
            "no such file",
            remedy: "bacalhau.fallbacks[0].api"
        ) {
            $0.withSpare {
                $0.version = .failed("no such file")
                $0.isUnusable = true
            }
        },
        Case("all away", .error, "bacalhau.fallbacks[0]", "reach", "no answer", remedy: "bacalhau.fallbacks[0].api") {
            var patient = $0.withSpare { $0.version = .failed("no answer") }
            patient.seen.orchestrator = OrchestratorExamination(version: .failed("no answer"))
            return patient
        },
        Case("an old spare one", .error, "bacalhau.fallbacks[0]", "version", "Bacalhau 1.7.0", remedy: "upgrade") {
            $0.withSpare { $0.version = .seen(ServerVersion(1, 7, 0)) }
        },
        Case("the first away", .warning, "bacalhau", "reach", "no answer", remedy: "bacalhau.api") {
            var patient = $0.withSpare { _ in }
            patient.seen.orchestrator = OrchestratorExamination(version: .failed("no answer"))
            return patient
        },
        Case("said hello", .ok, "bacalhau", "job", "said hello after 1.5 s (wasm)", remedy: nil) { patient in
            patient.saying("hello")
        },
        Case("said something else", .warning, "bacalhau", "job", "in place of", remedy: "logs") { patient in
            patient.saying("goodbye")
        },
        Case("said nothing", .error, "bacalhau", "job", "stopped", remedy: "job describe") { patient in
            var patient = patient
            patient.seen.orchestrator.hello = .failed("not done, and was stopped")
            return patient
        },
    ]

    static let results: [Case] = [
        Case("gateway away", .warning, "results", "reach", "run output", remedy: "results.gateway") { patient in
            patient.reading(.failed("no connection"))
        },
        Case("gateway", .ok, "results", "reach", "can be read", remedy: nil) { $0.reading(.seen(true)) },
        Case("nobody publishes", .error, "results", "publisher", "no compute node", remedy: "ipfs publisher") {
            patient in
            var patient = patient.reading(.seen(true))
            patient.seen.orchestrator.nodes = .seen(Patient.computeNodes(publishers: ["local"]))
            return patient
        },
    ]

    static let database: [Case] = [
        Case("none yet", .warning, "database", "file", "there is none at", remedy: "the first run makes it") {
            patient in
            var patient = patient
            patient.seen.database = .missing(problem: nil)
            return patient
        },
        Case("no folder", .error, "database", "file", "none can be made", remedy: "correct database") { patient in
            var patient = patient
            patient.seen.database = .missing(problem: "no such folder")
            return patient
        },
        Case("no database", .error, "database", "file", "another program", remedy: "correct database") { patient in
            var patient = patient
            patient.seen.database = .unusable("the file is another program's")
            return patient
        },
        Case("older", .warning, "database", "file", "older version", remedy: "migrates") { patient in
            var patient = patient
            patient.seen.database = .older
            return patient
        },
        Case("another chain's", .error, "database", "chain", "belongs to chain 1,", remedy: "another file") { patient in
            patient.changingState { $0.identity = ChainIdentity(chainID: 1, genesisHash: Patient.hash(1)) }
        },
        Case("halted", .error, "database", "halt", "is halted: too deep", remedy: "chain show") { patient in
            patient.changingState { $0.halt = ChainHalt(at: Timestamp(milliseconds: 0), reason: "too deep") }
        },
        Case("dead requests", .warning, "database", "file", "2 dead requests, 1 gap", remedy: "status") { patient in
            patient.changingState {
                $0.dead = 2
                $0.gaps = 1
            }
        },
        Case("little room", .warning, "database", "disk", "500 MiB free", remedy: "make room") { patient in
            patient.changingState { $0.free = 500 << 20 }
        },
        Case("no room", .error, "database", "disk", "1 MiB free", remedy: "make room") { patient in
            patient.changingState { $0.free = 1 << 20 }
        },
    ]

    /// Five blocks a second.
    @Sendable private static func fast(_ patient: Patient) -> Patient {
        (0..<2).reduce(patient) { patient, place in
            patient.changing(place) { $0.blockTime = .seen(BlockTime(blocks: 250, seconds: 50)) }
        }
    }
}

extension Patient {
    func withAccount(_ body: (inout AccountSight) -> Void) -> Patient {
        var patient = self
        if case .seen(var account) = patient.seen.account {
            body(&account)
            patient.seen.account = .seen(account)
        }
        return patient
    }

    func saying(_ output: String) -> Patient {
        var patient = self
        patient.seen.orchestrator.hello = .seen(
            HelloSight(job: "lilypad-1", engine: "wasm", took: .milliseconds(1_500), output: output)
        )
        return patient
    }
}

extension Patient {
    /// With a second orchestrator in good health, spoilt so.
    fileprivate func withSpare(_ spoil: (inout OrchestratorExamination) -> Void) -> Patient {
        var patient = self
        var spare = seen.orchestrator
        spare.section = "bacalhau.fallbacks[0]"
        spoil(&spare)
        patient.seen.fallbacks = [spare]
        return patient
    }
}
