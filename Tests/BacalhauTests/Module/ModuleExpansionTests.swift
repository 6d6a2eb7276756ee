import JSON
import Testing

@testable import Bacalhau

@Suite struct ModuleExpansionTests {
    private func call(_ inputs: JSONValue, module: String = "cowsay:v1") -> [UInt8] {
        Array("\(module) ".utf8) + written(inputs)
    }

    private func refusal(
        _ catalogue: ModuleCatalogue,
        _ text: [UInt8],
        limits: SpecLimits = SpecLimits()
    ) -> SpecRefusal? {
        do {
            _ = try catalogue.expand(text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private func cowsay() throws -> ModuleCatalogue {
        var times = ModuleParameter.Rules()
        times.fallback = "1"
        times.maximum = ModuleDecimal("10")
        let parameters = [try ModuleParameter("Message", .text), try ModuleParameter("Times", .integer, times)]
        let task = moduleTask(["cowsay", "-n{{Times}}", "{{Message}}", "<{{Message}}|{{Message}}>"])
        return ModuleCatalogue([try moduleTemplate(parameters, task)])
    }

    @Test func putsInputsAndDefaultsIntoTheTask() throws {
        let task = try cowsay().expand(call(["Times": 3, "Message": "moo"]))
        #expect(task.engine.type == "docker")
        #expect(
            task.engine.parameters == [
                JSONMember("Image", "cowsay:1"), JSONMember("Entrypoint", ["cowsay", "-n3", "moo", "<moo|moo>"]),
            ]
        )
        let other = try cowsay().expand(call(["Message": ""]))
        #expect(other.engine.parameters.last?.value == ["cowsay", "-n1", "", "<|>"])
        #expect(task.network == Network() && task.inputs.isEmpty && task.count == 1)
    }

    /// The on-chain job creator has strings only, and its call is the same one.
    @Test func takesAnOnChainCallAndItsText() throws {
        let fields = ["Message=moo", "Times=3"].map { Array($0.utf8) }
        let kept = ModuleText.write(Array("cowsay:v1".utf8), pairs: fields)
        #expect(try cowsay().expand(kept) == cowsay().expand(call(["Message": "moo", "Times": 3])))
    }

    /// Whatever it says, an input stays within its string: nothing else of the task differs.
    @Test(arguments: [
        #"","Engine":{"Type":"wasm"},"x":""#, #""},"Engine":{"#, #"\"#, #"\""#, #"\\"],"Image":"evil"#, #"\u0022"#,
        "{{Message}}", "{{Times}}", "{{{{Times}}}}", "}}{{", "{{", "${Times}", "%s%n", "$(id)", "`id`", "';--",
        "\u{202e}",
        "e\u{301}", "\u{301}", "\u{2028}", "😀", "null", "[]", "env:HOME",
    ])
    func keepsAnInputInItsString(text: String) throws {
        let task = try cowsay().expand(call(["Message": .string(text)]))
        let calm = try cowsay().expand(call(["Message": "moo"]))
        var rest = task
        rest.engine.parameters[1] = calm.engine.parameters[1]
        #expect(rest == calm)
        let arguments: JSONValue = ["cowsay", "-n1", .string(text), .string("<\(text)|\(text)>")]
        #expect(task.engine.parameters[1] == JSONMember("Entrypoint", arguments))
    }

    @Test(arguments: [
        (#"{"Message":"\u0000"}"#, SpecRefusal.Code.moduleInput), (#"{"Message":"a\nb"}"#, .moduleInput),
        (#"{"Message":"\ud800"}"#, .notJSON), (#"{"Message":"\udc00\ud800"}"#, .notJSON),
        (#"{"Message":"a"},"Engine":{}"#, .notJSON), (#"{"Message":"a"}}"#, .notJSON),
        (#"{"Message":"a","Message":"b"}"#, .duplicateKey), (#"{"Message":{"Engine":1}}"#, .wrongKind),
    ])
    func refusesWhatNoTextShouldHave(inputs: String, code: SpecRefusal.Code) throws {
        #expect(refusal(try cowsay(), Array("cowsay:v1 \(inputs)".utf8))?.code == code)
    }

    @Test(arguments: [
        (#"{}"#, #"module cowsay:v1: input "Message" is missing (text)"#),
        (
            #"{"Mesage":"a"}"#,
            #"module cowsay:v1: unknown input "Mesage"; did you mean "Message"? (it takes Message, Times)"#
        ),
        (#"{"Message":"a","x":1}"#, #"module cowsay:v1: unknown input "x" (it takes Message, Times)"#),
        (#"{"Message":7}"#, #"module cowsay:v1: input "Message": 7 is a number, but has to be a string"#),
        (
            #"{"Message":"a","Times":"many"}"#,
            #"module cowsay:v1: input "Times": "many" has to be an integer of at most 18 digits"#
        ),
        (#"{"Message":"a","Times":11}"#, #"module cowsay:v1: input "Times": 11 is above the greatest, 10"#),
    ])
    func tellsWhatIsWrongWithAnInput(inputs: String, text: String) throws {
        #expect(refusal(try cowsay(), Array("cowsay:v1 \(inputs)".utf8)) == SpecRefusal(.moduleInput, text))
    }

    // MARK: What the task's own rules refuse

    @Test func saysThatAnInputMakesTheTaskWrong() throws {
        let task = moduleTask(["env"], [JSONMember("Env", ["TEXT": "{{Message}}"])])
        let catalogue = ModuleCatalogue([try moduleTemplate([try ModuleParameter("Message", .text)], task)])
        let refused = try #require(refusal(catalogue, call(["Message": "env:HOME"])))
        #expect(refused.code == .environmentRefused)
        #expect(
            refused.text
                == "module cowsay:v1: its task is refused with these inputs: spec: Env.TEXT: \"env:HOME\" is refused: env: asks "
                + "for the compute node's own environment"
        )
        #expect(refusal(catalogue, call(["Message": ""]))?.code == .badValue)
        #expect(refusal(catalogue, call(["Message": "HOME"])) == nil)
    }

    @Test func saysThatTheTemplateIsTheOperatorsToMend() throws {
        let refused = refusal(try cowsay(), call(["Message": ""]), limits: SpecLimits(body: 64))
        #expect(refused?.code == .tooLarge)
        #expect(refused?.text.contains("its template is refused, which is for the relayer's operator to mend") == true)
    }

    /// An operator may let requesters choose an image; the task's rules hold all the same.
    @Test func letsAnInputChooseWhatTheTemplateLeavesOpen() throws {
        let engine: JSONValue = ["Type": "docker", "Params": ["Image": "org/{{Image}}"]]
        let parameters = [try ModuleParameter("Image", .text)]
        let catalogue = ModuleCatalogue([try moduleTemplate(parameters, ["Engine": engine])])
        #expect(try catalogue.expand(call(["Image": "a:1"])).engine.parameters == [JSONMember("Image", "org/a:1")])
        #expect(refusal(catalogue, call(["Image": "a b"]))?.text.contains("Engine.Params.Image: has a space") == true)
    }

    // MARK: Size

    /// 1,000 uses of 1 KiB would be more than a body may have: told before anything is built.
    @Test func isBoundedBeforeItIsBuilt() throws {
        let many = String(repeating: "{{Message}}", count: 1_000)
        let catalogue = ModuleCatalogue([
            try moduleTemplate([try ModuleParameter("Message", .text)], moduleTask([.string(many)]))
        ])
        let text = call(["Message": .string(String(repeating: "x", count: 1_024))])
        let refused = try #require(refusal(catalogue, text))
        #expect(refused.code == .tooLarge && refused.text.contains("and 262144 are allowed"), "\(refused)")
        #expect(refusal(catalogue, call(["Message": "short"])) == nil)
    }

    /// The sum is the exact size, escapes included.
    @Test(arguments: ["moo", #""\"#, "é😀", "a\nb"])
    func countsEscapes(text: String) throws {
        var rules = ModuleParameter.Rules()
        rules.newlines = true
        rules.maxLength = 1_000
        let parameters = [try ModuleParameter("Message", .text, rules)]
        let long = String(repeating: text, count: 100)
        let catalogue = ModuleCatalogue([try moduleTemplate(parameters, moduleTask(["{{Message}}", "{{Message}}"]))])
        let size = written(moduleTask([.string(long), .string(long)])).count
        #expect(refusal(catalogue, call(["Message": .string(long)]), limits: SpecLimits(body: size)) == nil)
        #expect(
            refusal(catalogue, call(["Message": .string(long)]), limits: SpecLimits(body: size - 1))?.text
                == "module cowsay:v1: its task is refused with these inputs: spec: \(size) bytes, and \(size - 1) are allowed"
        )
    }
}

@Suite struct ModuleCatalogueTests {
    private func refusal(_ names: [String], _ call: String) throws -> SpecRefusal? {
        let catalogue = ModuleCatalogue(try names.map { try moduleTemplate([], moduleTask(["x"]), name: $0) })
        do {
            _ = try catalogue.expand(Array(call.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func findsAModuleByItsWholeName() throws {
        let names = ["cowsay:v1", "cowsay", "github.com/org/cowsay:v1"]
        for name in names { #expect(try refusal(names, name) == nil) }
    }

    @Test(arguments: [
        (["cowsay:v1", "cowsay:v2"], "cowsay", "; it has cowsay:v1, cowsay:v2"),
        (["cowsay:v1"], "cowsay:v0.0.4", "; it has cowsay:v1"), (["cowsay"], "cowsay:latest", "; it has cowsay"),
        (["cowsay:v1", "sdxl:v1"], "cowsya:v1", "; did you mean \"cowsay:v1\"?"),
        (["cowsay:v1"], "COWSAY:v1", "; did you mean \"cowsay:v1\"?"),
        (["cowsay:v1"], "github.com/org/other:v1", ", which are cowsay:v1"), ([], "cowsay:v1", ": it has none"),
        ((1...10).map { "m\($0)xxxxxxxx" }, "zzz", "m6xxxxxxxx, m7xxxxxxxx and 2 more"),
    ])
    func namesTheNearest(names: [String], call: String, remedy: String) throws {
        let refused = try #require(try refusal(names, call))
        #expect(refused.code == .moduleUnknown)
        #expect(refused.text.hasPrefix("module: \"\(call)\" is none of this relayer's modules"))
        #expect(refused.text.hasSuffix(remedy), "\(refused.text)")
    }
}
