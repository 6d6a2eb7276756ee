import Ethereum
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// The model's interface is the contract's: a change of either shows here.
struct JobBridgeABITests {
    private let entries: [JSONValue]

    init() throws {
        let file = try Data(contentsOf: URL(filePath: "\(PackageRoot.path)/abi/JobBridge.json"))
        entries = try #require(try JSONValue.parse(Array(file))["abi"]?.array)
    }

    @Test(arguments: JobBridgeABI.functions)
    func functionsAreTheContracts(function: ABIFunction) throws {
        let entry = try #require(entries.first { $0["type"] == "function" && $0["name"] == .string(function.name) })

        #expect(types(entry["inputs"]) == function.inputs.map { typeText($0.type) })
        #expect(types(entry["outputs"]) == function.outputs.map { typeText($0.type) })
    }

    @Test(arguments: JobBridgeABI.events)
    func eventsAreTheContracts(event: ABIEvent) throws {
        let entry = try #require(entries.first { $0["type"] == "event" && $0["name"] == .string(event.name) })

        #expect(types(entry["inputs"]) == event.inputs.map { typeText($0.type) })
        #expect(entry["inputs"]?.array?.map { $0["indexed"]?.bool } == event.inputs.map { $0.indexed })
    }

    private func types(_ list: JSONValue?) -> [String] {
        (list?.array ?? []).map { item in
            let members = item["components"].map { "(" + types($0).joined(separator: ",") + ")" }
            return members ?? item["type"]?.string ?? ""
        }
    }

    private func typeText(_ type: ABIType) -> String { type.description }
}
