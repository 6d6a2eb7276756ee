import Bacalhau
import Ethereum
import FoundationEssentials
import RelayCore
import RelayTestSupport
import RelayerConfiguration
import Settings
import Testing

/// Bindings of the operator's own, from a settings file to what the relayer works with.
@Suite struct BindingSettingsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try Data(Self.abi.utf8).write(to: URL(filePath: directory.file("Oracle.json")))
    }

    private static let abi = """
        {"abi": [
          {"type":"event","name":"Asked","inputs":[{"name":"ticket","type":"uint64","indexed":true},{"name":"task","type":"string"},{"name":"kind","type":"uint8"}]},
          {"type":"event","name":"Closed","inputs":[{"name":"ticket","type":"uint64","indexed":true}]},
          {"type":"function","name":"answer","inputs":[{"name":"ticket","type":"uint64"},{"name":"data","type":"bytes"}],"outputs":[]}
        ]}
        """

    private static let binding = """
        bindings:
          - name: oracle
            abi: Oracle.json
            request:
              event: Asked
              id: ticket
              spec: task
              result: stdout
            fulfill:
              function: answer
              arguments: [jobId, text]
            outcomes:
              - event: Closed
                id: ticket
            resultLimit: 100
        """

    private func settings(
        _ bindings: String,
        contract: String = "oracle",
        more: String = "",
        chain: Int = 1337
    ) throws -> RelayerSettings {
        let text = """
            chain:
              id: \(chain)
              rpc:
                - url: http://127.0.0.1:8545
              startBlock: 0
              confirmations:
                settle: 12
            contracts:
              - address: "0x5FbDB2315678afecb367f032d93F642f64180aa3"
                binding: \(contract)
            \(more)
            bacalhau:
              api: http://127.0.0.1:1234
            \(bindings)
            """
        return try ConfigurationFile.read(
            Array(text.utf8),
            path: directory.file("relayer.yaml"),
            environment: [:],
            needsAccount: false
        )
    }

    private func problems(_ bindings: String, contract: String = "oracle", chain: Int = 1337) -> String {
        do {
            _ = try settings(bindings, contract: contract, chain: chain)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func givesAContractTheBindingThatItsABIProves() throws {
        let binding = try settings(Self.binding).contracts[0].binding
        #expect(binding.name == "oracle")
        #expect(binding.requestEvent.signature == "Asked(uint64,string,uint8)")
        #expect(binding.fulfill.function.signature == "answer(uint64,bytes)")
        #expect(binding.fields.resultType == .always(.stdout))
        #expect(binding.form == AnswerForm(resultLimit: 100, reasonLimit: 256, takesBytes: true))
        #expect(binding.isToldByEvents)
        #expect(binding.fail == nil)
    }

    @Test(arguments: ["reference", "lilypad-v0-a", "lilypad-v0-f", "lilypad-v2"])
    func knowsTheBuiltInOnes(name: String) throws {
        #expect(try settings("", contract: name).contracts[0].binding == ContractBinding.named(name))
    }

    @Test func takesTheContractsOwnForm() throws {
        let more = "    answer:\n      trim: true\n      excess: cid"
        let form = try settings(Self.binding, more: more).contracts[0].binding.form
        #expect(form.trims)
        #expect(form.excess == .cid)
        #expect(form.resultLimit == 100)
    }

    /// What no node would take is told at once, and not when the first long answer ends in the dead letter.
    @Test func refusesResultsThatNoTransactionHolds() throws {
        func limited(_ bytes: Int) -> String {
            Self.binding.replacing("resultLimit: 100", with: "resultLimit: \(bytes)")
        }
        #expect(try settings(limited(130_048)).contracts[0].binding.form.resultLimit == 130_048)
        let said = problems(limited(130_049))
        let words = "takes 131072 bytes, and no result of 130049: set 130048 or less"
        #expect(said.contains("bindings[0].resultLimit: a transaction of this chain \(words)"), "\(said)")
        #expect(problems(limited(130_048), chain: 314).contains("set 64512 or less"))
    }

    /// It is no mistake where nobody asks for one.
    @Test func notesThatACIDDoesNotFit() throws {
        func notes(_ limit: Int, _ result: String, more: String = "") throws -> [String] {
            let binding = Self.binding.replacing("resultLimit: 100", with: "resultLimit: \(limit)")
            return try settings(binding.replacing("result: stdout", with: result), more: more).notes
        }
        #expect(
            try notes(63, "result: cid") == [
                "contracts[0]: the binding oracle takes results of 63 bytes, and its results are CIDs: a CID has up to 64 "
                    + "bytes; raise its resultLimit where the contract takes more"
            ]
        )
        #expect(try notes(64, "result: cid") == [])
        #expect(try notes(63, "result: stdout") == [])
        #expect(try notes(32, "resultType: kind").count == 1)
        #expect(try notes(32, "result: stdout", more: "    answer:\n      excess: cid").count == 1)
        #expect(try settings("", contract: "reference").notes == [])
    }

    @Test func notesThatTheRequesterIsNotProven() throws {
        let rule = "policy:\n  requesters:\n    allow: ['0x00000000000000000000000000000000000000aa']\n"
        let notes = try settings(rule, contract: "lilypad-v0-f").notes
        #expect(
            notes.count == 1 && notes[0].hasPrefix("contracts[0]: the binding lilypad-v0-f does not prove who asks")
        )
        #expect(try settings(rule, contract: "reference").notes == [])
        #expect(try settings("", contract: "lilypad-v0-f").notes == [])
    }

    @Test func namesWhatDoesNotFitTheABIWithItsPlace() throws {
        let wrong = Self.binding.replacing("spec: task", with: "spec: tusk").replacing(
            "[jobId, text]",
            with: "[text, jobId]"
        )
        let said = problems(wrong)
        #expect(
            said.contains(
                "bindings[0]: request.spec: Asked(uint64,string,uint8) has no field \"tusk\"; did you mean task?"
            ),
            "\(said)"
        )
        #expect(
            said.contains("bindings[0]: fulfill.arguments[0]: text is a string or bytes, and \"ticket\" of"),
            "\(said)"
        )
        #expect(said.contains("relayer.yaml:1"), "\(said)")
    }

    @Test func saysThatThereIsNoABI() throws {
        let said = problems(Self.binding.replacing("abi: Oracle.json", with: "abi: Nowhere.json"))
        #expect(said.contains("bindings[0].abi: "), "\(said)")
        #expect(said.contains("Nowhere.json\": cannot read it: No such file or directory"), "\(said)")
        try Data("{}".utf8).write(to: URL(filePath: directory.file("Empty.json")))
        let empty = problems(Self.binding.replacing("Oracle.json", with: "Empty.json"))
        #expect(empty.contains("Empty.json\" has no ABI"), "\(empty)")
    }

    @Test func refusesANameThatIsTaken() throws {
        let said = problems(Self.binding.replacing("name: oracle", with: "name: reference"), contract: "reference")
        #expect(said.contains("there is a binding \"reference\" already: give this one another name"), "\(said)")
    }

    @Test func refusesANameThatNobodyHas() throws {
        #expect(
            problems("", contract: "oracel").contains("contracts[0].binding: there is no binding \"oracel\"; known are")
        )
        #expect(problems(Self.binding, contract: "oracel").contains("did you mean oracle?"))
    }
}
