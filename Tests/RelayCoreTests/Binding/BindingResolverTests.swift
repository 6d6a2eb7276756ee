import Ethereum
import JSON
import RelayCore
import Testing

/// A dapp's own contract of quite another shape, and what is said where names or types do not fit.
@Suite struct BindingResolverTests {
    /// Tuples in tuples, an answer as bytes with a flag, an echoed field, constants, an overloaded function.
    private static let abi = """
        [{"type":"event","name":"Asked","inputs":[
            {"name":"ticket","type":"uint64","indexed":true},
            {"name":"query","type":"tuple","components":[
              {"name":"who","type":"address"},
              {"name":"what","type":"tuple","components":[{"name":"task","type":"bytes"},{"name":"kind","type":"uint8"}]}]},
            {"name":"label","type":"string","indexed":true},
            {"name":"market","type":"bytes32"}]},
         {"type":"event","name":"Closed","inputs":[{"name":"ticket","type":"uint64","indexed":true},{"name":"good","type":"bool"}]},
         {"type":"event","name":"Secret","anonymous":true,"inputs":[{"name":"task","type":"string"}]},
         {"type":"event","name":"Odd","inputs":[{"name":"price","type":"fixed128x18"}]},
         {"type":"function","name":"answer","stateMutability":"nonpayable","outputs":[],"inputs":[
            {"name":"market","type":"bytes32"},
            {"name":"reply","type":"tuple","components":[
              {"name":"ticket","type":"uint64"},{"name":"good","type":"bool"},{"name":"data","type":"bytes"},
              {"name":"version","type":"uint8"},{"name":"note","type":"string"}]}]},
         {"type":"function","name":"close","stateMutability":"nonpayable","outputs":[],"inputs":[{"name":"ticket","type":"uint64"}]},
         {"type":"function","name":"close","stateMutability":"nonpayable","outputs":[],"inputs":[{"name":"ticket","type":"uint64"},{"name":"why","type":"string"}]},
         {"type":"function","name":"tickets","stateMutability":"view","inputs":[{"name":"","type":"uint64"}],
          "outputs":[{"name":"","type":"tuple","components":[{"name":"done","type":"bool"},{"name":"hash","type":"bytes32"}]}]}]
        """

    private static func contract() throws -> ContractABI { try ContractABI.read(Array(abi.utf8)) }

    private static var declaration: BindingDeclaration {
        BindingDeclaration(
            name: "oracle",
            event: "Asked",
            jobID: "ticket",
            requester: "query.who",
            spec: "query.what.task",
            resultType: "query.what.kind",
            fulfill: BindingDeclaration.Call(
                function: "answer",
                arguments: ["event.market", "jobId", "true", "text", "3", "\"by lilypad\""]
            ),
            fail: BindingDeclaration.Call(function: "close(uint64,string)", arguments: ["jobId", "text"]),
            standing: BindingDeclaration.Standing(
                view: "tickets",
                value: "#0.done",
                open: "false",
                requestHash: "#0.hash"
            ),
            outcomes: [BindingDeclaration.Outcome(event: "Closed", jobID: "ticket", success: "good")]
        )
    }

    private static func resolve(_ change: (inout BindingDeclaration) -> Void) throws -> [String] {
        var changed = declaration
        change(&changed)
        switch changed.resolved(with: try contract()) {
        case .success: return []
        case .failure(let problems): return problems.all.map(\.description)
        }
    }

    private static func log(_ binding: ContractBinding) throws -> Log {
        let encoded = try binding.requestEvent.encode([
            .uint(UInt256(9)),
            .tuple([.address(try Sample.address(4)), .tuple([.bytes([0x7b, 0x7d]), .uint(UInt256(2))])]),
            .fixedBytes(Sample.hash(5).bytes), .fixedBytes(Sample.hash(6).bytes),
        ])
        var log = try Sample.log()
        (log.topics, log.data) = (encoded.topics, encoded.data)
        return log
    }

    @Test func readsAndAnswersAContractOfAnotherShape() throws {
        let binding = try Self.declaration.resolved(with: Self.contract()).get()
        let log = try Self.log(binding)
        guard case .request(let request) = binding.decode(log) else {
            Issue.record("\(binding.decode(log))")
            return
        }
        #expect(request.damage == nil)
        #expect(request.jobID == UInt256(9))
        #expect(request.requester == (try Sample.address(4)))
        #expect(request.spec == [0x7b, 0x7d])
        #expect(request.resultType == 2)
        #expect(request.hash == log.contentHash)
        let result = Answer(kind: .result, text: "42", source: "test")
        let calldata = try #require(try binding.calldata(for: request, answer: result))
        #expect(
            try binding.fulfill.function.decodeCall(calldata) == [
                .fixedBytes(Sample.hash(6).bytes),
                .tuple([
                    .uint(UInt256(9)), .bool(true), .bytes(Array("42".utf8)), .uint(UInt256(3)), .text("by lilypad"),
                ]),
            ]
        )
        let failure = try #require(try binding.calldata(for: request, answer: .failure("no", source: "test")))
        #expect(try binding.fail?.function.decodeCall(failure) == [.uint(UInt256(9)), .text("no")])
        #expect(!binding.isToldByEvents)
    }

    @Test func readsTheViewsAnswer() throws {
        let record = try #require(try Self.declaration.resolved(with: Self.contract()).get().views.record)
        let hash = Sample.hash(8)
        func job(_ done: Bool) -> ContractJob? { record.read([.tuple([.bool(done), .fixedBytes(hash.bytes)])]) }
        #expect(job(false)?.standing(for: hash) == .open)
        #expect(job(true)?.standing(for: hash) == .closed(.fulfilled))
        #expect(job(false)?.standing(for: Sample.hash(9)) == .anotherRequest(hash))
        #expect(record.read([.tuple([.bool(true)])]) == nil)
    }

    @Test func readsWhatAnEventSaysOfAJob() throws {
        var declaration = Self.declaration
        declaration.standing = nil
        let binding = try declaration.resolved(with: Self.contract()).get()
        #expect(binding.isToldByEvents)
        #expect(binding.topics.count == 2)
        var log = try Sample.log()
        for (good, closing) in [(true, ContractStanding.Closing.fulfilled), (false, .failed)] {
            let encoded = try binding.outcomes[0].event.encode([.uint(UInt256(9)), .bool(good)])
            (log.topics, log.data) = (encoded.topics, encoded.data)
            #expect(binding.outcome(in: log)?.closing == closing)
            #expect(binding.outcome(in: log)?.jobID == UInt256(9))
        }
        log.data = Array(log.data.dropLast())
        #expect(binding.outcome(in: log) == nil)
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        let problem: String
        let change: @Sendable (inout BindingDeclaration) -> Void
        var testDescription: String { problem }

        init(_ problem: String, _ change: @escaping @Sendable (inout BindingDeclaration) -> Void) {
            self.problem = problem
            self.change = change
        }
    }

    static let misfits = [
        Misfit(#"request.event: the ABI has no event "Askd"; did you mean Asked?"#) { $0.event = "Askd" },
        Misfit(#"request.event: the ABI has no event "Odd""#) { $0.event = "Odd" },
        Misfit("request.event: Secret(string) is anonymous: its logs cannot be asked for") {
            $0.event = "Secret"
        },
        Misfit(
            "request.id: \"query.who\" of Asked(uint64,(address,(bytes,uint8)),string,bytes32) is a address, not an unsigned integer"
        ) {
            $0.jobID = "query.who"
        },
        Misfit("request.spec: \"label\" is indexed, so that its logs hold only the hash of it") { $0.spec = "label" },
        Misfit(
            "request.spec: Asked(uint64,(address,(bytes,uint8)),string,bytes32) has no field \"query.wat\"; did you mean what?"
        ) {
            $0.spec = "query.wat"
        },
        Misfit(
            "request.spec: \"ticket\" of Asked(uint64,(address,(bytes,uint8)),string,bytes32) is a uint64, which has no fields"
        ) {
            $0.spec = "ticket.text"
        },
        Misfit(
            "request.requester: \"market\" of Asked(uint64,(address,(bytes,uint8)),string,bytes32) is a bytes32, not an address"
        ) {
            $0.requester = "market"
        },
        Misfit("request.inputs: only the format module has inputs beside its spec") { $0.inputs = "label" },
        Misfit("fail.function: the ABI has several of this name: write close(uint64) or close(uint64,string)") {
            $0.fail?.function = "close"
        },
        Misfit("fulfill.arguments: answer(bytes32,(uint64,bool,bytes,uint8,string)) takes 6 values") {
            $0.fulfill.arguments = ["jobId", "text"]
        },
        Misfit("fulfill.arguments[0]: jobId is an unsigned integer, and \"market\" of") {
            $0.fulfill.arguments[0] = "jobId"
        },
        Misfit("fulfill.arguments[1]: \"jobid\" is nothing that \"ticket\" of") { $0.fulfill.arguments[1] = "jobid" },
        Misfit("did you mean jobId?") { $0.fulfill.arguments[1] = "jobid" },
        Misfit("fulfill.arguments[0]: event.query is a (address,(bytes,uint8)), and \"market\" of") {
            $0.fulfill.arguments[0] = "event.query"
        },
        Misfit("fulfill.arguments[5]: event.label is a string, and \"note\" of") {
            $0.fulfill.arguments[5] = "event.label"
        },
        Misfit("fulfill.arguments[4]: \"256\" is nothing that \"version\" of") { $0.fulfill.arguments[4] = "256" },
        Misfit("fulfill.arguments: without text the answer would not reach the contract") {
            $0.fulfill = BindingDeclaration.Call(function: "close(uint64)", arguments: ["jobId"])
        },
        Misfit("fulfill.arguments: neither jobId nor requestHash says which request is answered") {
            $0.fulfill.arguments[1] = "1"
        },
        Misfit("fulfill.arguments[1]: there is no job id: request.id names none") { $0.jobID = nil },
        Misfit("settled.view: it is asked by job id, and request.id names none") { $0.jobID = nil },
        Misfit("settled.view: answer(bytes32,(uint64,bool,bytes,uint8,string)) has to take a job id and nothing else") {
            $0.standing?.view = "answer"
        },
        Misfit("settled.value: \"#0.hash\" of the output of tickets(uint64) is a bytes32") {
            $0.standing?.value = "#0.hash"
        },
        Misfit("settled.open: \"#0.done\" is true or false, not \"0\"") { $0.standing?.open = "0" },
        Misfit("outcomes[0].id: \"good\" of Closed(uint64,bool) is a bool, not an unsigned integer") {
            $0.outcomes[0].jobID = "good"
        },
        Misfit("outcomes[0].success: \"ticket\" of Closed(uint64,bool) is a uint64, not a boolean") {
            $0.outcomes[0].success = "ticket"
        },
    ]

    @Test(arguments: misfits) func namesWhatDoesNotFit(misfit: Misfit) throws {
        let problems = try Self.resolve(misfit.change)
        #expect(problems.contains { $0.contains(misfit.problem) }, "\(problems)")
    }

    @Test func namesAllAtOnce() throws {
        let problems = try Self.resolve {
            $0.requester = "market"
            $0.fulfill.arguments[1] = "nothing"
            $0.standing?.open = "maybe"
        }
        #expect(problems.count == 3, "\(problems)")
    }

    // MARK: The ABI's file

    @Test(arguments: [
        ("", "is no JSON"), ("{}", "has no ABI"), ("[{\"type\":\"event\"}]", "entry 1: \"name\" is missing"),
        ("[{\"type\":\"function\",\"name\":\"f\",\"inputs\":[{\"type\":\"uint7\"}]}]", "entry 1: uint7 is no type"),
        ("[{\"type\":\"function\",\"name\":\"f\",\"inputs\":{}}]", "entry 1: parameters have to be a list"),
    ])
    func saysWhatIsNoABI(text: String, reason: String) throws {
        do throws(ContractABI.Fault) {
            _ = try ContractABI.read(Array(text.utf8))
            Issue.record("it was read")
        } catch {
            #expect(error.description.hasPrefix(reason), "\(error)")
        }
    }

    @Test func readsArtifactsToo() throws {
        let abi = try ContractABI.read(fileBytes("abi/JobBridge.json"))
        #expect(abi.events.contains(ContractBinding.reference.requestEvent))
        #expect(abi.functions.contains(ContractBinding.reference.fulfill.function))
    }
}
