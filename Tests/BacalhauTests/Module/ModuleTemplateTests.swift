import JSON
import Testing

@testable import Bacalhau

/// A docker task whose arguments are `arguments`, with further members.
func moduleTask(_ arguments: JSONValue = ["cowsay", "{{Message}}"], _ more: [JSONMember] = []) -> JSONValue {
    let engine: JSONValue = ["Type": "docker", "Params": ["Image": "cowsay:1", "Entrypoint": arguments]]
    return .object([JSONMember("Engine", engine)] + more)
}

func moduleTemplate(
    _ parameters: [ModuleParameter],
    _ task: JSONValue = moduleTask(),
    name: String = "cowsay:v1"
) throws -> ModuleTemplate {
    let name = try #require(ModuleName(name))
    return try ModuleTemplate(name: name, parameters: parameters, text: written(task))
}

@Suite struct ModuleTemplateTests {
    private func flaw(_ parameters: [ModuleParameter], _ text: String) throws -> ModuleTemplate.Flaw? {
        do {
            _ = try ModuleTemplate(name: .example, parameters: parameters, text: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func message() throws -> [ModuleParameter] { [try ModuleParameter("Message", .text)] }

    @Test(arguments: [
        (
            "{\n \"Engine\": {\"Type\": \"{{Mesage}}\"}}",
            "spec: Engine.Type at 2:21: {{Mesage}} names no parameter; did you mean {{Message}}?"
        ),
        (#"{"Engine":{"Type":"{{x}}"}}"#, "{{x}} names no parameter; declare it, or write {{{{ for {{ itself"),
        (#"{"Engine":{"Type":"{{ Message }}"}}"#, "{{ Message begins no placeholder: write {{name}} without spaces"),
        (#"{"Engine":{"Type":"{{Message"}}"#, "{{Message begins no placeholder"),
        (#"{"Engine":{"Type":"{{Message}"}}"#, "{{Message begins no placeholder"),
        (#"{"Engine":{"Type":"{{{Message}}}"}}"#, "{{ begins no placeholder"),
        (#"{"Engine":{"Type":"a{{"}}"#, "{{ begins no placeholder"),
        (
            #"{"Engine":{"Type":"x"},"Meta":{"{{Message}}":"a"}}"#,
            "a placeholder cannot stand in a key, only in a string value"
        ),
        (#"{"Engine":{"Type":"x"},"Engine":{}}"#, "key \"Engine\" at 1:24 is there twice"),
        (#"{"Engine":}"#, "spec: is no JSON: unexpected character at 1:11"),
        (
            #"{"Engine":{"Type":"x"},"Meta":{"m":"{{Message}}"},"Force":true}"#,
            "its task is refused: spec: Force at 1:59: unknown key \"Force\""
        ),
        (
            #"{"Engine":{"Type":"x","Params":{"m":"{{Message}}"}},"Timeouts":{"TotalTimeout":"60"}}"#,
            "its task is refused: spec: Timeouts.TotalTimeout at 1:80: is the string"
        ),
        (
            #"{"Engine":{"Type":"x"},"InputSources":[{"Source":{"Type":"ipfs","Params":{"CID":"{{Message}}"}},"Target":"/a"}]}"#,
            "\"sample\" is no CID (tried with Message \"sample\"); where that is the value's fault, give its parameter a default "
                + "or a sample"
        ),
        (#"{"Job":{"Name":"{{Message}}"}}"#, "so it is a whole job"),
    ])
    func isRefusedWithTheTemplatesPlace(text: String, message: String) throws {
        let flaw = try #require(try flaw(try self.message(), text))
        #expect(flaw.parameter == nil)
        #expect(flaw.message.contains(message), "\(flaw.message)")
    }

    @Test func namesTheParameterThatIsAtFault() throws {
        let text = try ModuleParameter("Message", .text)
        let number = try ModuleParameter("Times", .integer)
        #expect(
            try flaw([text, number], #"{"Engine":{"Type":"x"},"Meta":{"m":"{{Message}}"}}"#)
                == ModuleTemplate.Flaw(
                    parameter: 1,
                    message: "the template has no {{Times}}: put it where the input belongs, or remove the parameter"
                )
        )
        #expect(
            try flaw([text, number, text], #"{"Engine":{"Type":"x"}}"#)
                == ModuleTemplate.Flaw(parameter: 2, message: "\"Message\" is declared twice")
        )
    }

    @Test func isTriedWithASample() throws {
        var rules = ModuleParameter.Rules()
        rules.sample = "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"
        let cid = try ModuleParameter("cid", .text, rules)
        let source: JSONValue = ["Type": "ipfs", "Params": ["CID": "{{cid}}"]]
        let inputs = JSONMember("InputSources", [["Source": source, "Target": "/in"]])
        _ = try moduleTemplate([cid], moduleTask(["ls"], [inputs]))
    }

    @Test func isBounded() throws {
        let meta = #"{"Engine":{"Type":"x"},"Meta":{"m":""#
        let room = ModuleTemplate.textLimit - meta.utf8.count - 3
        #expect(try flaw([], meta + String(repeating: "x", count: room) + "\"}}") == nil)
        #expect(
            try flaw([], meta + String(repeating: "x", count: room + 1) + "\"}}")?.message
                == "has more than 262144 bytes"
        )
        let deep = #"{"Engine":{"Type":"x","Params":{"a":"# + String(repeating: "[", count: 60)
        #expect(try #require(try flaw([], deep)).message.contains("too many levels"))
    }

    /// `{{{{` is how a template says `{{`.
    @Test func saysBracesThemselves() throws {
        let parameters = try message()
        let texts: JSONValue = ["{{{{.Name}}", "a{{{{{{Message}}}}", "{{{{{{{{", "{ {Message}}", "{", "}}"]
        let template = try moduleTemplate(parameters, moduleTask(texts))
        let call = try ModuleCall.read(Array(#"cowsay:v1 {"Message":"{{Message}}{{{{"}"#.utf8))
        #expect(
            try template.tree(of: call)
                == moduleTask(["{{.Name}}", "a{{{{Message}}{{{{}}", "{{{{", "{ {Message}}", "{", "}}"])
        )
    }
}
