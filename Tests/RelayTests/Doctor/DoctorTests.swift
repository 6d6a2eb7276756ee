import BacalhauAPI
import Ethereum
import EthereumRPC
import JSON
import Relay
import RelayCore
import RelayStore
import RelayTestSupport
import Testing
import Transport

/// What the probes see of a chain, an orchestrator and a file in memory.
@Suite(.timeLimit(.minutes(1)))
struct DoctorTests {
    private let clinic: Clinic

    init() throws { clinic = try Clinic() }

    /// `run` refuses it, though another orchestrator is well.
    @Test(arguments: [
        (HTTPError.badRequest("the URL holds a space"), Finding.Level.error), (.connectFailed("refused"), .warning),
    ])
    func takesAFallbackForAnErrorThatCanNeverBeAsked(error: HTTPError, level: Finding.Level) async throws {
        let clinic = try Clinic()
        let fallback = FakeBacalhau(time: SystemTime()) { _ in .prints("") }
        fallback.setOutage(Fault(.error(error), takesEffect: false))
        let (_, diagnosis) = await clinic.examine(fallback: fallback)
        let finding = diagnosis.findings.first { $0.subject == "bacalhau.fallbacks[0]" && $0.check == "reach" }
        #expect(finding?.level == level)
    }

    @Test func looksWhetherPublishedFilesCanBeRead() async throws {
        let clinic = try Clinic()
        let gateway = FakeGateway(time: SystemTime())
        gateway.publish([:])
        let files = ResultFiles(transport: gateway, time: SystemTime(), source: .gateway("http://gateway.test"))
        let (good, _) = await clinic.examine(files: files)
        gateway.setOutage(.refused)
        let (bad, diagnosis) = await clinic.examine(files: files)
        let (none, _) = await clinic.examine()

        #expect(good.files == .seen(true) && none.files == nil)
        #expect(bad.files?.failure?.contains("no connection") == true)
        #expect(diagnosis.findings.contains { $0.subject == "results" && $0.level == .warning })
    }

    @Test func seesAHealthyRelayer() async throws {
        clinic.chain.mine(20)
        _ = clinic.chain.request(spec: RelayWorld.spec)

        let (seen, diagnosis) = await clinic.examine()

        let details = try #require(seen.nodes.first?.details)
        #expect(details.fresh.value?.prompt == 1)
        #expect(details.batch.value == true && details.byHash.value == true)
        #expect(details.webSocket?.value != nil)
        #expect(details.genesis.value == clinic.chain.header(0)?.hash)
        #expect(details.lookBack.value == LookBack(wanted: 0, oldest: 0))
        #expect(diagnosis.level == .warning, "\(diagnosis.findings.filter { $0.level != .ok })")
        // All that is left is that there is no database.
        #expect(diagnosis.findings.filter { $0.level == .warning }.map(\.subject) == ["database"])
    }

    @Test func measuresTheWindowOfANode() async throws {
        clinic.chain.mine(3_000)
        clinic.chain.limitLogRange(blocks: 500)

        let (seen, diagnosis) = await clinic.examine()

        let window = try #require(seen.nodes.first?.details?.window.value)
        #expect(window.accepted == 500)
        guard case .refused(1_000, _) = window.end else {
            Issue.record("\(window)")
            return
        }
        #expect(diagnosis.proposals.first { $0.key == "chain.maxBlockRange" }?.value == "500")
    }

    /// Growing stops at the first refusal: a node is not to be hammered.
    @Test func asksForLogsADozenTimesAtMost() async throws {
        clinic.chain.mine(20_000)

        _ = await clinic.examine()

        #expect(clinic.chain.callCount("eth_getLogs") <= 12, "\(clinic.chain.callCount("eth_getLogs"))")
    }

    @Test func findsHowFarANodeGoesBack() async throws {
        clinic.chain.mine(5_000)
        let node = PrunedNode(clinic.chain, oldest: 3_000)

        let (seen, diagnosis) = await clinic.examine(through: node)

        let back = try #require(seen.nodes.first?.details?.lookBack.value)
        let oldest = try #require(back.oldest)
        #expect((3_000...3_010).contains(oldest), "\(oldest)")
        #expect(diagnosis.findings.contains { $0.check == "look-back" && $0.level == .warning })
    }

    @Test func noticesBlocksThatComeWithoutTheirLogs() async throws {
        clinic.chain.mine(3)
        _ = clinic.chain.request(spec: RelayWorld.spec)
        let node = LateNode(clinic.chain, emptyAnswers: 2)

        let (seen, diagnosis) = await clinic.examine(through: node)

        let fresh = try #require(seen.nodes.first?.details?.fresh.value)
        #expect(fresh.told == 1 && fresh.late?.heads == 1 && fresh.late?.after != nil, "\(fresh)")
        #expect(diagnosis.findings.contains { $0.check == "fresh logs" && $0.level == .warning })
    }

    @Test func comparesTheClockWithWhatServersSay() async throws {
        let node = DatedNode(clinic.chain, date: "Sun, 06 Nov 1994 08:49:37 GMT")

        let (_, diagnosis) = await clinic.examine(through: node)

        let clock = try #require(diagnosis.findings.first { $0.subject == "clock" })
        #expect(clock.level == .error && clock.seen.contains("ahead of"), "\(clock)")
    }

    @Test func looksAtTheRestWhenTheNodeIsAway() async throws {
        clinic.chain.setOutage(.refused)

        let (seen, diagnosis) = await clinic.examine()

        #expect(seen.orchestrator.version.value != nil)
        #expect(diagnosis.findings.contains { $0.subject == "chain.rpc[0]" && $0.level == .error })
        #expect(diagnosis.findings.contains { $0.subject == "bacalhau" && $0.level == .ok })
    }

    @Test func findsTheNodeThatIsBehindAndTheOneOnAFork() async throws {
        clinic.chain.mine(150)
        let other = FakeChain(time: SystemTime(), relayers: [clinic.account.address])
        _ = other.request(spec: RelayWorld.spec)
        other.mine(70 - Int(other.head.number))

        let nodes = TwoNodes(first: clinic.chain, second: other)
        let (seen, diagnosis) = await clinic.examine(through: nodes, second: "http://second.test")

        // As deep as settle wants it, below the head of the one that is behind.
        #expect(seen.nodes.map(\.details?.common.number) == [68, 68])
        let agreement = diagnosis.findings.filter { $0.check == "agreement" }
        #expect(agreement.map(\.level) == [.error, .error], "\(agreement)")
        let heads = diagnosis.findings.filter { $0.check == "head" }
        #expect(heads.map(\.level) == [.ok, .warning], "\(heads)")
        #expect(heads.last?.seen.contains("80 blocks behind") == true, "\(heads)")
    }

    /// Genesis is the same on all branches.
    @Test func comparesShortChainsAboveTheirGenesis() async throws {
        clinic.chain.mine(1)
        let other = FakeChain(time: SystemTime(), relayers: [clinic.account.address])
        _ = other.request(spec: RelayWorld.spec)

        let nodes = TwoNodes(first: clinic.chain, second: other)
        let (seen, _) = await clinic.examine(through: nodes, second: "http://second.test")

        #expect(seen.nodes.map(\.details?.common.number) == [1, 1])
    }

    // MARK: What `run` could not work with

    @Test(arguments: ["eth_getLogs", "eth_getBlockByNumber"])
    func aNodeThatAnswersWithNothingIsAnError(method: String) async throws {
        clinic.chain.mine(20)
        clinic.chain.setManners("chain.test") { manners in
            manners.lie = { asked, _, result in asked == method ? .null : result }
        }

        let (_, diagnosis) = await clinic.examine()

        #expect(diagnosis.findings.contains { $0.subject == "chain.rpc[0]" && $0.level == .error }, "\(diagnosis)")
    }

    @Test(arguments: [(401, NodeRefusal.key), (403, .key), (429, .quota), (402, .quota), (500, nil)])
    func tellsWhyANodeDoesNotAnswer(status: Int, refusal: NodeRefusal?) async throws {
        let (seen, _) = await clinic.examine(through: RefusingNode(status: status))

        #expect(seen.nodes.first?.refusal == refusal)
        #expect(seen.nodes.first?.reach.failure?.contains("\(status)") == true)
    }

    @Test func looksWhetherTheContractCountsItsJobs() async throws {
        _ = clinic.chain.request(spec: RelayWorld.spec)
        let (seen, _) = await clinic.examine()
        #expect(seen.contracts.first?.jobs?.value == UInt256(1))

        let count = try #require(ContractBinding.reference.views.count).selector
        let (blind, diagnosis) = await clinic.examine(through: ViewlessNode(clinic.chain, selector: count))
        #expect(blind.contracts.first?.jobs?.failure?.contains("execution reverted") == true, "\(blind.contracts)")
        #expect(diagnosis.findings.contains { $0.check == "numbering" && $0.level == .warning })
    }

    /// What a node says of a limit is tried before it is believed.
    @Test func takesANodesOwnWordForItsWindow() async throws {
        clinic.chain.mine(3_000)
        let words = "You can make eth_getLogs requests with up to a 800 block range"
        clinic.chain.limitLogRange(blocks: 800, with: RPCFailure(code: -32_602, words))

        let (seen, _) = await clinic.examine()

        #expect(seen.nodes.first?.details?.window.value?.accepted == 800)
    }

    @Test func runsAJobOnlyWhenItIsWanted() async throws {
        let (without, _) = await clinic.examine()
        #expect(without.orchestrator.hello == nil && clinic.bacalhau.jobs.isEmpty)

        let (with, _) = await clinic.examine(runsJob: true)
        #expect(with.orchestrator.hello?.value?.output == "hello")
        #expect(clinic.bacalhau.jobs.count == 1)
        #expect(clinic.bacalhau.callCount("PUT jobs") == 1)
    }

    @Test func saysThatAJobFailed() async throws {
        let clinic = try Clinic { _ in FakeJobScript(.traps("no space left on device")) }

        let (seen, _) = await clinic.examine(runsJob: true)

        #expect(seen.orchestrator.hello?.failure?.contains("no space left") == true, "\(seen.orchestrator)")
    }

    /// Nothing is sent, and no file is made.
    @Test func leavesNoTrace() async throws {
        _ = await clinic.examine()

        #expect(clinic.chain.callCount("eth_sendRawTransaction") == 0)
        #expect(clinic.bacalhau.callCount("PUT jobs") == 0 && clinic.bacalhau.callCount("DELETE job") == 0)
        #expect(try clinic.directory.isEmpty)
    }

    @Test func showsNoKeyOfAURL() async throws {
        clinic.chain.setOutage(.refused)
        let url = "http://user:hunter2secret@chain.test/v2/0123456789abcdef0123456789abcdef"

        let (_, diagnosis) = await clinic.examine(url: url, webSocket: "ws://chain.test/?apikey=abcdef0123456789")

        let text = "\(diagnosis)"
        for secret in ["hunter2secret", "0123456789abcdef"] { #expect(!text.contains(secret), "\(text)") }
    }

    @Test func showsNoKeyOfAWebSocketThatFails() async throws {
        let (seen, diagnosis) = await clinic.examine(
            webSocket: "ws://chain.test/?apikey=abcdef0123456789",
            connector: RefusingConnector()
        )

        let reason = try #require(seen.nodes.first?.details?.webSocket?.failure)
        #expect(reason.contains("cannot open"), "\(reason)")
        #expect(!"\(diagnosis)".contains("abcdef0123456789"), "\(diagnosis)")
        #expect(diagnosis.findings.contains { $0.check == "WebSocket" && $0.level == .warning })
    }
}
