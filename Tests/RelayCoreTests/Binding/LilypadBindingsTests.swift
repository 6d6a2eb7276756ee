import Bacalhau
import Ethereum
import JSON
import RelayCore
import RelayTestSupport
import Testing

/// The bindings of Lilypad's contracts against their ABIs, and against logs and calldata as eth-abi makes them.
@Suite struct LilypadBindingsTests {
    struct Variant: Sendable, CustomTestStringConvertible {
        let name: String
        /// As the contract's declaration has it; `facts` published with it.
        let topic: String
        let fulfill: String
        let declaration: BindingDeclaration

        var testDescription: String { name }
    }

    private static let named = "returnBacalhauResults(address,uint256,string,string)"

    /// The same bindings once more, as an operator would declare them.
    static let variants: [Variant] = [
        Variant(
            name: "lilypad-v0-c",
            topic: "0x824b4467ad6ba18ef48fda0d874eb770caa8f8979d165b1d2d6ab73b8fce5cb1",
            fulfill: "returnBacalhauResults(address,uint256,string)",
            declaration: BindingDeclaration(
                name: "lilypad-v0-c",
                format: .legacy,
                event: "NewBacalhauJobSubmitted",
                jobID: "id",
                requester: "requestorContract",
                spec: "spec",
                fulfill: BindingDeclaration.Call(
                    function: "returnBacalhauResults",
                    arguments: ["requester", "jobId", "text"]
                ),
                outcomes: [BindingDeclaration.Outcome(event: "BacalhauJobResultsReturned", jobID: "jobId")]
            )
        ),
        Variant(
            name: "lilypad-v0-d",
            topic: "0x223daa373e66780d5887e4cf0d785cd8847ea1cc5317faf2c069159746beeae7",
            fulfill: "returnBacalhauResults(address,uint256,uint8,string)",
            declaration: BindingDeclaration(
                name: "lilypad-v0-d",
                format: .legacy,
                event: "NewBacalhauJobSubmitted",
                jobID: "id",
                requester: "requestorContract",
                spec: "spec",
                resultType: "resultType",
                fulfill: BindingDeclaration.Call(
                    function: "returnBacalhauResults",
                    arguments: ["requester", "jobId", "resultType", "text"]
                ),
                outcomes: [BindingDeclaration.Outcome(event: "BacalhauJobResultsReturned", jobID: "jobId")]
            )
        ),
        Variant(
            name: "lilypad-v0-e",
            topic: "0x9614ee9ca679bba6d8bd80a13dc0b8e76185314ed2abb02ae2b90dc59f6513cb",
            fulfill: "returnBacalhauResults(address,uint256,uint8,string)",
            declaration: tupled("lilypad-v0-e", "NewBacalhauJobSubmitted", "Bacalhau", "BacalhauJobResultsReturned")
        ),
        Variant(
            name: "lilypad-v0-f",
            topic: "0x030e8da74cb8e98252868a7142190e9baa35809d3680dd07e02b1a1cd73d2e18",
            fulfill: "returnLilypadResults(address,uint256,uint8,string)",
            declaration: tupled("lilypad-v0-f", "NewLilypadJobSubmitted", "Lilypad", "LilypadJobResultsReturned")
        ),
        Variant(
            name: "lilypad-v2",
            topic: "0xaa171d38d08c39622dbd189ddd0a5c0cf3ea10eeda0c7d4c2c75d13fcc4fe14a",
            fulfill: "submitResults(uint256,string,string)",
            declaration: BindingDeclaration(
                name: "lilypad-v2",
                format: .module,
                event: "JobAdded",
                jobID: "id",
                requester: "calling_contract",
                spec: "module",
                inputs: "inputs",
                fulfill: BindingDeclaration.Call(
                    function: "submitResults",
                    arguments: ["jobId", "requestHashText", "text"]
                )
            )
        ),
    ]

    private static func tupled(_ name: String, _ event: String, _ word: String, _ outcome: String) -> BindingDeclaration
    {
        BindingDeclaration(
            name: name,
            format: .legacy,
            event: event,
            jobID: "job.id",
            requester: "job.requestor",
            isRequesterClaimed: true,
            spec: "job.spec",
            resultType: "job.resultType",
            fulfill: BindingDeclaration.Call(
                function: "return\(word)Results",
                arguments: ["requester", "jobId", "resultType", "text"]
            ),
            fail: BindingDeclaration.Call(
                function: "return\(word)Error",
                arguments: ["requester", "jobId", "text"]
            ),
            outcomes: [
                BindingDeclaration.Outcome(
                    event: outcome,
                    jobID: "result.id",
                    requester: "result.requestor",
                    success: "result.success"
                )
            ]
        )
    }

    private static func abi(_ name: String) throws -> ContractABI {
        try ContractABI.read(fileBytes("abi/\(name).json"))
    }

    /// All of v0 that have ids count them in the call that logs the request; of v2 that is not known.
    @Test func knowsWhichCountTheirJobs() {
        let counting = ContractBinding.builtIn.filter(\.countsJobs)
        #expect(
            counting.map(\.name) == [
                "lilypad-v0-b", "lilypad-v0-b-upgradeable", "lilypad-v0-c", "lilypad-v0-d", "lilypad-v0-e",
                "lilypad-v0-f",
            ]
        )
        #expect(counting.allSatisfy { $0.fields.jobID != nil && $0.views.record == nil })
    }

    /// What the code says and what the ABI and a declaration say are the same.
    @Test(arguments: variants) func equalsItsDeclaration(variant: Variant) throws {
        let builtIn = try #require(ContractBinding.named(variant.name))
        let resolved = try variant.declaration.resolved(with: Self.abi(variant.name)).get()
        #expect(builtIn.requestEvent.topic.hex == variant.topic)
        #expect(builtIn.fulfill.function.signature == variant.fulfill)
        #expect(resolved.format == builtIn.format)
        #expect(resolved.requestEvent == builtIn.requestEvent)
        #expect(resolved.fields == builtIn.fields)
        #expect(resolved.fulfill == builtIn.fulfill)
        #expect(resolved.fail == builtIn.fail)
        #expect(resolved.form == builtIn.form)
        // Where the text of an answer is, only the code says.
        #expect(resolved.outcomes.map(\.event) == builtIn.outcomes.map(\.event))
        #expect(resolved.outcomes.map(\.jobID) == builtIn.outcomes.map(\.jobID))
        #expect(resolved.outcomes.map(\.requester) == builtIn.outcomes.map(\.requester))
        #expect(resolved.outcomes.map(\.kind) == builtIn.outcomes.map(\.kind))
    }

    /// The older ones have a name and parameters in place of a spec, which no declaration says.
    @Test(arguments: [
        (
            "lilypad-v0-a", "0xbd4c84f97376a916a5ac1d6ba01328a813fc80455c92026c217af8c04f8e3bb1",
            "returnResults(address,string,string)"
        ),
        ("lilypad-v0-b", "0x46e1125364fc85bb83a2688b3a3a653a703b28f056096ae099d104e66ab6ab09", named),
        ("lilypad-v0-b-upgradeable", "0x46e1125364fc85bb83a2688b3a3a653a703b28f056096ae099d104e66ab6ab09", named),
    ])
    func fitsItsABI(name: String, topic: String, fulfill: String) throws {
        let binding = try #require(ContractBinding.named(name))
        let abi = try Self.abi(name)
        #expect(binding.requestEvent.topic.hex == topic)
        #expect(binding.fulfill.function.signature == fulfill)
        #expect(abi.events.contains(binding.requestEvent))
        for outcome in binding.outcomes { #expect(abi.events.contains(outcome.event)) }
        for call in [binding.fulfill, binding.fail].compactMap(\.self) {
            #expect(abi.functions.contains(call.function))
        }
        if let view = binding.views.relayer { #expect(abi.functions.contains(view.function)) }
    }

    @Test func knowsAllByName() throws {
        #expect(ContractBinding.builtIn.count == 9)
        #expect(Set(ContractBinding.builtIn.map(\.name)).count == 9)
        for binding in ContractBinding.builtIn { #expect(ContractBinding.named(binding.name) == binding) }
        #expect(ContractBinding.named("other") == nil)
    }

    // MARK: Logs and calldata of other people's making

    private static func vectors() throws -> [JSONValue] {
        try jsonFile("Tests/RelayCoreTests/Vectors/lilypad.json").list("variants")
    }

    private static func log(_ vector: JSONValue) throws -> Log {
        var log = try Sample.log()
        log.topics = try vector.list("topics").map { try #require($0.string.flatMap { Hash32(hex: $0) }) }
        log.data = try vector.bytes("data")
        return log
    }

    /// The values of a log, those of one tuple in its place.
    private static func values(_ vector: JSONValue) throws -> [JSONValue] {
        let values = try vector.list("values")
        return values.count == 1 ? try #require(values[0].array) : values
    }

    private static func address(_ value: JSONValue) -> Address? { value.string.flatMap { Address(hex: $0) } }
    private static func number(_ value: JSONValue) -> UInt256? { value.string.flatMap { UInt256(decimal: $0) } }

    @Test func readsTheRequestsOfAllVariants() throws {
        let variants = try Self.vectors()
        #expect(variants.count == 8)
        for variant in variants {
            let name = try variant.text("name")
            let binding = try #require(ContractBinding.named(name))
            for vector in try variant.list("requests") {
                let log = try Self.log(vector)
                let values = try Self.values(vector)
                guard case .request(let request) = binding.decode(log) else {
                    Issue.record("\(name): \(binding.decode(log))")
                    continue
                }
                #expect(request.damage == nil, "\(name)")
                let (requester, id, rest) = Self.parts(of: values, name)
                #expect(request.requester == Self.address(requester), "\(name)")
                if let id {
                    #expect(request.jobID == Self.number(id), "\(name)")
                    #expect(request.hash == log.contentHash)
                } else {
                    #expect(request.hash != log.contentHash)
                    #expect(request.jobID == request.hash.asUInt256)
                }
                #expect(try String(decoding: request.spec, as: UTF8.self) == Self.spec(rest, name), "\(name)")
                let type = binding.format == .legacy && rest.count == 2 ? Self.number(rest[1])?.asUInt64 : 0
                #expect(request.resultType.map { UInt64($0) } == type, "\(name)")
            }
        }
    }

    /// Who asked, the id, and what is left.
    private static func parts(of values: [JSONValue], _ name: String) -> (JSONValue, JSONValue?, [JSONValue]) {
        switch name {
        case "lilypad-v0-a": (values[0], nil, Array(values[1...]))
        case "lilypad-v2": (values[1], values[0], Array(values[3...]))
        default: (values[0], values[1], Array(values[2...]))
        }
    }

    private static func spec(_ rest: [JSONValue], _ name: String) throws -> String {
        switch name {
        case "lilypad-v0-a":
            let hash = keccak256(Array(try #require(rest[0].string).utf8)).hex
            return try named(hash, try #require(rest[1].string))
        case "lilypad-v0-b", "lilypad-v0-b-upgradeable":
            return try named(try #require(rest[0].string), try #require(rest[1].string))
        case "lilypad-v2":
            let pairs = try #require(rest[1].array).map { try #require($0.string) }
            let members = try pairs.map { pair -> JSONMember in
                let equals = try #require(pair.firstIndex(of: "="))
                return JSONMember(String(pair[..<equals]), .string(String(pair[pair.index(after: equals)...])))
            }
            return try #require(rest[0].string) + (members.isEmpty ? "" : " " + Self.line(members))
        default:
            return try #require(rest[0].string)
        }
    }

    private static func named(_ name: String, _ parameters: String) throws -> String {
        if parameters.isEmpty { return name }
        if parameters.hasPrefix("{") { return name + " " + parameters }
        return name + " " + Self.line([JSONMember("params", .string(parameters))])
    }

    private static func line(_ members: [JSONMember]) -> String {
        var writer = JSONWriter()
        writer.value(.object(members))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func readsWhatTheyAnswer() throws {
        var count = 0
        for variant in try Self.vectors() {
            let name = try variant.text("name")
            let binding = try #require(ContractBinding.named(name))
            for vector in try variant.list("outcomes") {
                count += 1
                let values = try Self.values(vector)
                let outcome = try #require(binding.outcome(in: Self.log(vector)), "\(name)")
                #expect(outcome.jobID == Self.number(values[1]))
                #expect(outcome.callbackSucceeded == nil)
                if values[2].bool != nil {
                    #expect(outcome.requester == Self.address(values[0]))
                    #expect(outcome.closing == (values[2] == true ? .fulfilled : .failed))
                    #expect(outcome.text == values[3].string.map { Array($0.utf8) })
                } else {
                    // Its first field is the contract itself.
                    #expect(outcome.requester == nil)
                    #expect(outcome.closing == .fulfilled)
                    #expect(outcome.text == values.last?.string.map { Array($0.utf8) })
                }
            }
        }
        #expect(count == 30)
    }

    @Test func writesTheCallsThatEthABIWrites() throws {
        for variant in try Self.vectors() {
            let name = try variant.text("name")
            let binding = try #require(ContractBinding.named(name))
            for vector in try variant.list("calls") {
                let function = try vector.text("function")
                let isFailure = function == binding.fail?.function.name
                let call = try #require(isFailure ? binding.fail : binding.fulfill)
                #expect(call.function.name == function)
                let values = try vector.list("values")
                // What stands for the request's own hash is another one in the vector.
                guard !call.arguments.contains(.requestHashText) else { continue }
                var type: UInt8 = 0
                if let place = call.arguments.firstIndex(of: .resultType) {
                    type = try #require(values[place].string.flatMap { UInt8($0) })
                }
                let name = call.arguments.contains(.echo(0)) ? values[2].string : nil
                let text = try #require(values.last?.string)
                let request = ObservedRequest(
                    hash: Sample.hash(1),
                    contract: .zero,
                    jobID: try #require(Self.number(values[1])),
                    requester: try #require(Self.address(values[0])),
                    party: nil,
                    spec: [],
                    resultType: type,
                    echo: try name.map { try Self.echo($0) } ?? [],
                    place: Sample.place
                )
                let answer = Answer(kind: isFailure ? .failure : .result, text: text, source: "test")
                #expect(try binding.calldata(for: request, answer: answer) == vector.bytes("calldata"), "\(function)")
            }
        }
    }

    private static func echo(_ text: String) throws -> [UInt8] {
        let function = ABIFunction(name: "", inputs: [ABIParameter(name: "", type: .string)])
        return Array(try function.encodeCall([.text(text)]).dropFirst(4))
    }

    /// The job's name goes back as the event had it.
    @Test func givesTheEchoBack() throws {
        let binding = try #require(ContractBinding.named("lilypad-v0-b"))
        let vector = try #require(try Self.vectors().first { $0["name"] == "lilypad-v0-b" }?.list("requests").first)
        guard case .request(let request) = binding.decode(try Self.log(vector)) else {
            Issue.record("no request")
            return
        }
        let answer = Answer(kind: .result, text: "Qm", source: "test")
        let calldata = try #require(try binding.calldata(for: request, answer: answer))
        let values = try binding.fulfill.function.decodeCall(calldata)
        let name = try #require(Self.values(vector)[2].string)
        #expect(values == [.address(request.requester), .uint(request.jobID), .text(name), .text("Qm")])
    }

    /// It cannot be told of a failure: whoever settles has to know.
    @Test func hasNoCallForAFailure() throws {
        for name in ["lilypad-v0-a", "lilypad-v0-b", "lilypad-v0-c", "lilypad-v0-d", "lilypad-v2"] {
            let binding = try #require(ContractBinding.named(name))
            let calldata = try binding.calldata(for: Sample.request(), answer: .failure("no", source: "test"))
            #expect(calldata == nil, "\(name)")
        }
    }

    /// Two variants share a topic and differ only in what is indexed.
    @Test func tellsTwoOfOneTopicApart() throws {
        let plain = try #require(ContractBinding.named("lilypad-v0-b"))
        let indexed = try #require(ContractBinding.named("lilypad-v0-b-upgradeable"))
        let variants = try Self.vectors()
        for (own, other) in [(plain, indexed), (indexed, plain)] {
            let variant = try #require(variants.first { $0["name"]?.string == own.name })
            for vector in try variant.list("requests") {
                let log = try Self.log(vector)
                guard case .rejected(let reason) = other.decode(log) else {
                    Issue.record("\(other.name) takes a log of \(own.name)")
                    continue
                }
                #expect(reason == "\(log.topics.count) topics, expected \(other.requestEvent.topicCount)")
            }
        }
    }

    /// Without an id two requests that say the same in one transaction are two, and in another one others.
    @Test func tellsRequestsWithoutIDApart() throws {
        let binding = try #require(ContractBinding.named("lilypad-v0-a"))
        let vector = try #require(try Self.vectors().first { $0["name"] == "lilypad-v0-a" }?.list("requests").first)
        let log = try Self.log(vector)
        var elsewhere = log
        elsewhere.transactionHash = Sample.hash(77)
        let hashes = [
            binding.identity(of: log, ordinal: 0), binding.identity(of: log, ordinal: 1),
            binding.identity(of: elsewhere, ordinal: 0),
        ]
        #expect(Set(hashes).count == 3)
        var moved = log
        moved.blockNumber += 5
        moved.blockHash = Sample.hash(78)
        moved.logIndex += 9
        #expect(binding.identity(of: moved, ordinal: 0) == hashes[0])
    }
}
