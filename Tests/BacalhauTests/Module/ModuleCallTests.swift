import Bacalhau
import JSON
import Testing

@Suite struct ModuleCallTests {
    private func refusal(of text: String) -> SpecRefusal? { refusal(of: Array(text.utf8)) }

    private func refusal(of text: [UInt8], limits: SpecLimits = SpecLimits()) -> SpecRefusal? {
        do {
            _ = try ModuleCall.read(text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("cowsay:v0.0.4", "cowsay", "v0.0.4", "{}"), ("cowsay:v0.0.4\n", "cowsay", "v0.0.4", "{}"),
        ("sdxl:v0.9-lilypad1 {}", "sdxl", "v0.9-lilypad1", "{}"),
        (
            "\n github.com/org/lilypad-module:e54535a7 \r\n\t{ \"Message\" : \"moo\" }\n",
            "github.com/org/lilypad-module",
            "e54535a7", #"{"Message":"moo"}"#
        ),
        (
            #"a:1+x {"s":"=\"\\\n","i":7.50,"b":true,"a.b-C_1":"\u0041"}"#, "a", "1+x",
            #"{"s":"=\"\\\n","i":7.50,"b":true,"a.b-C_1":"A"}"#
        ),
    ])
    func reads(text: String, name: String, version: String, inputs: String) throws {
        let call = try ModuleCall.read(Array(text.utf8))
        #expect(call.module.name == name && call.module.version == version)
        #expect(String(decoding: JSONWriter.bytes(of: .object(call.inputs)), as: UTF8.self) == inputs)
    }

    /// As a module that is listed without a version is called.
    @Test func readsANameWithoutAVersion() throws {
        let call = try ModuleCall.read(Array("cowsay {\"Message\":\"moo\"}".utf8))
        #expect(call.module == ModuleName("cowsay") && call.module.version == nil)
    }

    @Test(arguments: [
        ("", "module: at 1:1: the module's name is none: it is empty; wanted is name:version {\"input\":\"value\"}"),
        ("{\"Engine\":1}", "at 1:1: the module's name cannot have '{' in it"),
        ("cowsay:", "at 1:8: the module's name is none: its version is empty"),
        (":v1", "at 1:1: the module's name is none: it is empty"),
        ("cowsay:v1:v2", "at 1:10: the module's name cannot have ':' in it"),
        ("cowsay:v1{\"a\":1}", "at 1:10: the module's name cannot have '{' in it"),
        ("/etc/passwd", "at 1:1: the module's name needs a letter or digit in place of '/'"),
        ("a/../b", "at 1:3: the module's name needs a letter or digit in place of '.'"),
        ("a..b", "at 1:2: the module's name cannot have \"..\" in it"),
        ("a:v1..2", "at 1:5: the module's name cannot have \"..\" in it"),
        ("a//b", "at 1:3: the module's name needs a letter or digit in place of '/'"),
        ("a/", "at 1:2: the module's name cannot end in a slash"),
        ("-rf", "at 1:1: the module's name needs a letter or digit in place of '-'"),
        ("a:-v", "at 1:3: the module's name needs a letter or digit in place of '-'"),
        ("a:v/1", "at 1:4: the module's name cannot have '/' in it"),
        ("cöwsay", "at 1:2: the module's name cannot have the byte 195 in it"),
        ("cow\u{0}say", "at 1:4: the module's name cannot have the byte 0 in it"),
        (String(repeating: "a", count: 129), "at 1:1: the module's name is none: it has more than 128 letters"),
        ("a:" + String(repeating: "a", count: 65), "its version has more than 64 letters"),
        ("a {\"b\" 1}", "module: the inputs are no JSON: unexpected character at 1:8"),
        ("a {\"b\":1} c", "the inputs are no JSON: something follows the value at 1:11"),
        ("a b", "the inputs are no JSON: unexpected character at 1:3"),
        ("a\n{\"b\":\"\u{1}\"}", "the inputs are no JSON: control character in a string at 2:7"),
        (#"a {"b":"\ud800"}"#, "the inputs are no JSON: bad escape in a string at 1:9"),
        ("a [1]", "module: the inputs at 1:3 are an array, but have to be an object"),
        ("a \"moo\"", "the inputs at 1:3 are a string, but have to be an object"),
        (#"a {"b":1,"b":2}"#, "module: input \"b\" at 1:10 is there twice"),
        (#"a {"b":1,"\u0062":2}"#, "module: input \"b\" at 1:10 is there twice"),
        (#"a {"b":null}"#, "module: input \"b\" at 1:8: is null, but has to be a string, a number or a boolean"),
        (#"a {"c":1,"b":{"d":1}}"#, "input \"b\" at 1:14: is an object, but has to be"),
        (#"a {"b":[]}"#, "input \"b\" at 1:8: is an array, but has to be"),
        (#"a {"":1}"#, "inputs at 1:7: \"\" is no name of an input"),
        (#"a {"a b":1}"#, "inputs at 1:10: \"a b\" is no name of an input"),
        (#"a {"b{{c}}":1}"#, "\"b{{c}}\" is no name of an input"),
    ])
    func refuses(text: String, reason: String) throws {
        let refused = try #require(refusal(of: text))
        #expect(refused.text.contains(reason), "\(refused)")
    }

    @Test func saysWhichKindOfMistakeItIs() {
        #expect(refusal(of: "a!")?.code == .badValue)
        #expect(refusal(of: "a {")?.code == .notJSON)
        #expect(refusal(of: #"a {"b":1,"b":1}"#)?.code == .duplicateKey)
        #expect(refusal(of: #"a {"b":null}"#)?.code == .wrongKind)
        #expect(refusal(of: Array("a {\"b\":\"".utf8) + [0xff] + Array("\"}".utf8))?.code == .notUTF8)
    }

    @Test func isBounded() throws {
        let members = (0..<64).map { "\"k\($0)\":1" }.joined(separator: ",")
        #expect(refusal(of: "a {\(members)}") == nil)
        #expect(
            refusal(of: "a {\(members),\"more\":1}") == SpecRefusal(.tooLarge, "module: 65 inputs, and 64 are allowed")
        )
        #expect(
            refusal(of: Array("abcdefghijk".utf8), limits: SpecLimits(body: 10))
                == SpecRefusal(.tooLarge, "module: 11 bytes, and 10 are allowed")
        )
        let deep = "a {\"b\":" + String(repeating: "[", count: 100_000)
        #expect(refusal(of: deep)?.code == .notJSON)
    }
}

/// What Lilypad's on-chain job creator carries.
@Suite struct ModuleCallFieldsTests {
    private func call(_ module: String, _ inputs: [String], limits: SpecLimits = SpecLimits()) throws -> ModuleCall {
        try ModuleCall.read(text(module, inputs), limits: limits)
    }

    private func text(_ module: String, _ inputs: [String]) -> [UInt8] {
        ModuleText.write(Array(module.utf8), pairs: inputs.map { Array($0.utf8) })
    }

    private func refusal(_ module: String, _ inputs: [String], limits: SpecLimits = SpecLimits()) -> SpecRefusal? {
        do {
            _ = try call(module, inputs, limits: limits)
            return nil
        } catch {
            return error as? SpecRefusal
        }
    }

    @Test(arguments: [
        (["Message=moo"], #"cowsay:v0.0.4 {"Message":"moo"}"#), ([], "cowsay:v0.0.4"),
        (["z=1", "a=true", "m="], #"cowsay:v0.0.4 {"z":"1","a":"true","m":""}"#),
        (["PromptEnv=PROMPT=a=b"], #"cowsay:v0.0.4 {"PromptEnv":"PROMPT=a=b"}"#),
        ([#"q="},"Engine":{"\"#], #"cowsay:v0.0.4 {"q":"\"},\"Engine\":{\"\\"}"#),
        (["c=\u{0}\u{1f}\n\u{7f}é😀\u{301}"], "cowsay:v0.0.4 {\"c\":\"\\u0000\\u001f\\n\u{7f}é😀\u{301}\"}"),
    ])
    func becomesOneTextThatReadsAsTheSameFields(inputs: [String], text: String) throws {
        #expect(String(decoding: self.text("cowsay:v0.0.4", inputs), as: UTF8.self) == text)
        let call = try call("cowsay:v0.0.4", inputs)
        #expect(call.module == ModuleName("cowsay:v0.0.4"))
        #expect(call.inputs.map { "\($0.name)=\($0.value.string ?? "")" } == inputs)
    }

    @Test(arguments: [
        ("cow say", ["a=b"], "module: the inputs are no JSON: unexpected character at 1:5"),
        ("", [], "module: at 1:1: the module's name is none: it is empty"),
        ("a", ["a=1", "moo"], "module: the inputs are no JSON: unexpected character at 1:17"),
        ("a", [""], "module: the inputs are no JSON: unexpected character at 1:6"),
        (
            "a", ["=moo"],
            "module: inputs at 1:7: \"\" is no name of an input (1 to 64 letters, digits, '.', '-' and '_')"
        ),
        ("a", ["é=moo"], "\"é\" is no name of an input"),
        ("a", ["a=1", "b=2", "a=3"], "module: input \"a\" at 1:20 is there twice"),
    ])
    func refuses(module: String, inputs: [String], reason: String) throws {
        let refused = try #require(refusal(module, inputs))
        #expect(refused.text.contains(reason), "\(refused)")
    }

    @Test func refusesWhatIsNoUTF8() {
        let bad = ModuleText.write(Array("a".utf8), pairs: [Array("a=1".utf8), Array("b=".utf8) + [0xc3]])
        #expect { try ModuleCall.read(bad) } throws: { ($0 as? SpecRefusal)?.code == .notUTF8 }
        #expect(throws: SpecRefusal.self) { try ModuleCall.read(ModuleText.write([0xff], pairs: [])) }
    }

    /// The text counts, since it is what is kept: escapes make it longer than the fields.
    @Test func isBounded() {
        let limits = SpecLimits(body: 100)
        #expect(refusal("a", ["a=" + String(repeating: "x", count: 85)], limits: limits) == nil)
        #expect(refusal("a", ["a=" + String(repeating: "\u{1}", count: 85)], limits: limits)?.code == .tooLarge)
        #expect(refusal("a", ["a=" + String(repeating: "x", count: 101)], limits: limits)?.code == .tooLarge)
        #expect(refusal("a", (0..<65).map { "k\($0)=1" })?.code == .tooLarge)
    }
}
