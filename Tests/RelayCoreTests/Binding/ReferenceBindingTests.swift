import Ethereum
import JSON
import RelayCore
import RelayTestSupport
import Testing

/// The binding against the compiled contract: neither may drift from the other.
@Suite struct ReferenceBindingTests {
    private static let binding = ContractBinding.reference

    private static let events = [binding.requestEvent] + binding.outcomes.map(\.event)
    private static let views = binding.views
    private static let functions = [
        binding.fulfill.function, binding.fail?.function, views.record?.function, views.count, views.relayer?.function,
        views.callbackGas, views.fee, views.ask,
    ].compactMap(\.self)

    @Test(arguments: events) func hasTheContractsEvents(event: ABIEvent) throws {
        let entry = try Self.entry("JobBridge", "event", event.name)
        let declared = ABIEvent(name: event.name, inputs: try Self.parameters(entry.list("inputs")))
        #expect(event.topic == declared.topic)
        #expect(event.inputs == declared.inputs)
        #expect(event.anonymous == (entry["anonymous"] == true))
    }

    @Test(arguments: functions) func hasTheContractsFunctions(function: ABIFunction) throws {
        let entry = try Self.entry("JobBridge", "function", function.name)
        let declared = ABIFunction(
            name: function.name,
            inputs: try Self.parameters(entry.list("inputs")),
            outputs: try Self.parameters(entry.list("outputs"))
        )
        #expect(function.selector == declared.selector)
        #expect(function.inputs == declared.inputs)
        #expect(function.outputs == declared.outputs)
    }

    /// The names and numbers of a published interface: a wrong compiler cannot make both sides wrong alike.
    @Test func hasTheKnownSelectors() {
        #expect(Self.binding.requestEvent.signature == "BacalhauJobRequested(uint256,address,string,uint8)")
        #expect(Self.binding.fulfill.function.signature == "fulfill(uint256,bytes32,uint8,string)")
        #expect(Self.binding.fail?.function.signature == "fail(uint256,bytes32,string)")
        #expect(
            Self.binding.requestEvent.topic.hex == "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"
        )
    }

    @Test func namesTheFieldsByTheirPlaces() {
        let names = Self.binding.requestEvent.inputs.map(\.name)
        let fields = Self.binding.fields
        #expect(names == ["jobId", "requester", "spec", "resultType"])
        #expect(fields.jobID == [0])
        #expect(fields.requester == [1])
        #expect(fields.spec == .text([2]))
        #expect(fields.resultType == .field([3]))
    }

    @Test func namesTheArgumentsByTheirPlaces() throws {
        for call in [Self.binding.fulfill, try #require(Self.binding.fail)] {
            let names = call.arguments.map { argument in
                switch argument {
                case .jobID: ["jobId"]
                case .requestHash: ["requestHash"]
                case .resultType: ["resultType"]
                case .text: ["result", "reason"]
                default: [""]
                }
            }
            #expect(call.function.inputs.count == names.count)
            for (input, allowed) in zip(call.function.inputs, names) { #expect(allowed.contains(input.name)) }
        }
    }

    /// What the contract calls its clients by, and what the example client has.
    @Test(arguments: [
        ("bacalhauJobFulfilled", "(uint256,uint8,string)"), ("bacalhauJobFailed", "(uint256,string)"),
    ])
    func callsBackWhatTheExampleHas(name: String, types: String) throws {
        let entry = try Self.entry("ExampleClient", "function", name)
        let function = ABIFunction(name: name, inputs: try Self.parameters(entry.list("inputs")))
        #expect(function.signature == name + types)
        let source = try sourceText("abi/JobBridge.vy")
        #expect(source.contains(#"method_id("\#(function.signature)")"#))
    }

    @Test func hasTheContractsBounds() throws {
        #expect(try constant("MAX_RESULT") == Self.binding.form.resultLimit)
        #expect(try constant("MAX_REASON") == Self.binding.form.reasonLimit)
    }

    @Test(arguments: [
        ("REQUESTED", ContractJob.State.requested), ("FULFILLED", .fulfilled), ("FAILED", .failed),
        ("CANCELLED", .cancelled),
    ])
    func hasTheContractsStates(name: String, state: ContractJob.State) throws {
        #expect(try constant(name) == Int(state.rawValue))
    }

    @Test func isFoundByItsName() {
        #expect(ContractBinding.named("reference")?.name == "reference")
        #expect(ContractBinding.named("other") == nil)
    }

    /// The value of a line such as `MAX_SPEC: constant(uint256) = 8192`.
    private func constant(_ name: String) throws -> Int {
        let lines = try sourceText("abi/JobBridge.vy").split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("\(name): constant(") }, "no constant \(name)")
        return try #require(line.split(separator: " ").last.flatMap { Int($0) })
    }

    private func sourceText(_ path: String) throws -> String {
        String(decoding: try fileBytes(path), as: UTF8.self)
    }

    private static func entry(_ contract: String, _ type: String, _ name: String) throws -> JSONValue {
        let entries = try jsonFile("abi/\(contract).json").list("abi")
        let found = entries.filter { $0["type"]?.string == type && $0["name"]?.string == name }
        #expect(found.count == 1)
        return try #require(found.first, "\(contract) has no \(type) \(name)")
    }

    private static func parameters(_ list: [JSONValue]) throws -> [ABIParameter] {
        try list.map { item in
            ABIParameter(
                name: try item.text("name"),
                type: try ABIType(item.text("type"), components: parameters(item["components"]?.array ?? [])),
                indexed: item["indexed"] == true
            )
        }
    }
}
