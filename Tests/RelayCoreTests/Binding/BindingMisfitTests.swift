import Bacalhau
import RelayCore
import Testing

/// What is said where names or types of a declaration do not fit its ABI, or could never work.
@Suite struct BindingMisfitTests {
    private static func resolve(_ change: (inout BindingDeclaration) -> Void) throws -> [String] {
        var changed = OracleSample.declaration
        change(&changed)
        switch changed.resolved(with: try OracleSample.contract()) {
        case .success: return []
        case .failure(let problems): return problems.all.map(\.description)
        }
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

    /// With ids that are wider than what takes them.
    private static func wide(_ declaration: BindingDeclaration) -> BindingDeclaration {
        var declaration = declaration
        (declaration.event, declaration.spec, declaration.requester, declaration.resultType) =
            ("Wide", "task", nil, nil)
        return declaration
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
        Misfit("settled.open: \"256\" is more than \"#0\", a uint8, can be") {
            $0.standing = BindingDeclaration.Standing(view: "states", value: "", open: "256")
        },
        Misfit("settled.open: \"-1\" is no number, which \"#0\" is") {
            $0.standing = BindingDeclaration.Standing(view: "states", value: "", open: "-1")
        },
        Misfit("request.id: \"job.id\" is within \"job\", which is indexed, so that its logs hold only the hash of it")
        {
            ($0.event, $0.jobID) = ("Hashed", "job.id")
        },
        Misfit("request.requester: \"job.who\" is within \"job\", which is indexed") {
            ($0.event, $0.requester) = ("Hashed", "job.who")
        },
        Misfit("request.inputs: \"tags\" is indexed, so that its logs hold only the hash of it") {
            ($0.event, $0.spec, $0.inputs, $0.format) = ("Hashed", "task", "tags", .module)
        },
        Misfit("fulfill.arguments[0]: \"job.market\" is within \"job\", which is indexed") {
            ($0.event, $0.fulfill.arguments[0]) = ("Hashed", "event.job.market")
        },
        Misfit("outcomes[0].id: \"job.id\" is within \"job\", which is indexed") {
            $0.outcomes[0] = BindingDeclaration.Outcome(event: "Hashed", jobID: "job.id")
        },
        Misfit("outcomes[0].event: Secret(string) is anonymous: its logs cannot be asked for") {
            $0.outcomes[0].event = "Secret"
        },
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

    /// Ids that are larger than any that there will be are no reason to leave a contract alone.
    @Test func notesWhatIsTooNarrowForTheIDs() throws {
        let binding = try Self.wide(OracleSample.declaration).resolved(with: OracleSample.contract()).get()
        let words = "is a uint64, and request.id a uint256: larger ids cannot be answered"
        #expect(
            binding.notes == [
                "fulfill.arguments[1]: \"ticket\" of answer(bytes32,(uint64,bool,bytes,uint8,string)) \(words)",
                "fail.arguments[0]: \"ticket\" of close(uint64,string) \(words)",
                "settled.view: the input of tickets(uint64) \(words)",
                "outcomes[0].id: \"ticket\" of Closed(uint64,bool) \(words)",
            ]
        )
        #expect(try OracleSample.declaration.resolved(with: OracleSample.contract()).get().notes == [])
    }

    /// What is wider than the ids has room for them, and each type for its greatest value.
    @Test func takesWhatHasRoom() throws {
        let problems = try Self.resolve {
            $0.standing = BindingDeclaration.Standing(view: "states", value: "state", open: "255")
        }
        #expect(problems.isEmpty, "\(problems)")
    }
}
