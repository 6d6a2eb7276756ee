import Bacalhau
import FoundationEssentials
import JSON
import RelayTestSupport
import RelayerConfiguration
import Settings
import Testing

@Suite struct ModuleSettingsTests {
    private static let head = """
        chain: {id: 1337, rpc: [{url: 'http://node:8545'}], startBlock: 7, confirmations: {settle: 12}}
        contracts: [{address: '0x5fbdb2315678afecb367f032d93f642f64180aa3'}]
        bacalhau: {api: 'http://127.0.0.1:1234'}

        """
    private static let template = #"{"Engine":{"Type":"x","Params":{"say":"{{Message}}"}}}"#

    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory(inMemory: true)
        try write(Self.template, to: "a.json")
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
    }

    private func read(_ modules: String, _ environment: [String: String] = [:]) throws(Problems) -> ModuleCatalogue {
        try ConfigurationFile.read(
            Array((Self.head + modules).utf8),
            path: folder.file("relayer.yaml"),
            environment: environment,
            needsAccount: false
        ).modules
    }

    /// Every problem, one a line, without the folder.
    private func problems(_ modules: String, _ environment: [String: String] = [:]) -> String {
        do throws(Problems) {
            _ = try read(modules, environment)
            return ""
        } catch {
            return error.description.split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
        }
    }

    @Test func mayBeNone() throws {
        #expect(try read("").names.isEmpty)
        #expect(try read("modules: []").names.isEmpty)
    }

    /// The path starts at the settings file's own folder.
    @Test func readsTemplatesAndTheirParameters() throws {
        let modules = try read(
            """
            modules:
              - {name: 'cowsay:v1', template: a.json, parameters: [{name: Message}]}
              - name: github.com/org/cowsay
                template: \(folder.file("a.json"))
                parameters: [{name: Message, type: integer, default: 7, min: -1, max: 9, oneOf: [7, '8']}]
            """
        )
        #expect(modules.names == ["cowsay:v1", "github.com/org/cowsay"])
        let task = try modules.expand(Array("github.com/org/cowsay".utf8))
        #expect(task.engine == SpecConfig(type: "x", parameters: [JSONMember("say", "7")]))
        let parameter = try #require(modules[.init("github.com/org/cowsay") ?? .example]?.parameters.first)
        #expect(parameter.kind == .integer && parameter.rules.choices == ["7", "8"])
        #expect(parameter.rules.minimum == ModuleDecimal("-1") && parameter.rules.maximum == ModuleDecimal("9"))
    }

    @Test func readsWhatATextMayBe() throws {
        let rules = "default: '', maxLength: 5, newlines: true, sample: moo"
        let modules = try read("modules: [{name: a, template: a.json, parameters: [{name: Message, \(rules)}]}]")
        #expect(throws: SpecRefusal.self) { try modules.expand(Array(#"a {"Message":"sixsix"}"#.utf8)) }
        let task = try modules.expand(Array(#"a {"Message":"1\n2"}"#.utf8))
        #expect(task.engine.parameters == [JSONMember("say", "1\n2")])
        #expect(try modules.expand([UInt8(ascii: "a")]).engine.parameters == [JSONMember("say", "")])
    }

    @Test func readsTheModuleThatIsShipped() throws {
        let path = PackageRoot.path + "/config/modules/cowsay.json"
        let modules = try read(
            "modules: [{name: 'cowsay:v0.0.4', template: \(path), parameters: [{name: Message}]}]"
        )
        let task = try modules.expand(Array(#"cowsay:v0.0.4 {"Message":"-f evil"}"#.utf8))
        #expect(task.engine.type == "docker")
        #expect(task.engine.parameters.last?.value == ["/usr/games/cowsay", "--", "-f evil"])
        #expect(task.network == Network())
    }

    /// A template is proven when the settings are read: `config check` says what is wrong with it, and where.
    @Test(arguments: [
        (
            #"{"Engine":{"Type":"{{Mesage}}"}}"#,
            "relayer.yaml:4:31: modules[0].template: b.json: spec: Engine.Type at 1:19: {{Mesage}} names no parameter; did you "
                + "mean {{Message}}?"
        ),
        ("{", "relayer.yaml:4:31: modules[0].template: b.json: spec: is no JSON: ends too early at 1:2"),
        (
            #"{"Engine":{"Type":"x"},"Meta":{"a":"{{Message}}"},"Network":{"Type":"Host"}}"#,
            "relayer.yaml:4:31: modules[0].template: b.json: its task is refused: spec: Network.Type at 1:69: \"Host\" is refused"
        ),
        (
            #"{"Engine":{"Type":"x"}}"#,
            "relayer.yaml:4:59: modules[0].parameters[0].name: the template has no {{Message}}: put it where the input belongs, "
                + "or remove the parameter"
        ),
        (
            String(repeating: " ", count: 262_145),
            "relayer.yaml:4:31: modules[0].template: b.json: has more than 262144 bytes"
        ),
    ])
    func provesATemplate(text: String, message: String) throws {
        try write(text, to: "b.json")
        let problems = problems("modules: [{name: a, template: b.json, parameters: [{name: Message}]}]")
        #expect(problems.hasPrefix(message) && !problems.contains("\n"), "\(problems)")
    }

    @Test(arguments: [
        (
            "name: a, template: none.json",
            "relayer.yaml:4:31: modules[0].template: none.json: cannot read it: No such file or directory"
        ),
        ("name: a, template: .", "relayer.yaml:4:31: modules[0].template: .: this is not a regular file"),
        ("name: a", "relayer.yaml:4:11: modules[0].template: this key is required: a path"),
        (
            "name: ../a, template: a.json",
            "relayer.yaml:4:18: modules[0].name: expected a module's name, such as cowsay:v0.0.4 or github.com/org/cowsay:v1, "
                + "found \"../a\": a name needs a letter or digit in place of '.'"
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message}, {name: Message}]",
            "relayer.yaml:4:76: modules[0].parameters[1].name: \"Message\" is declared twice"
        ),
        (
            "name: a, template: a.json, parameters: [{name: 'Mess age'}]",
            "relayer.yaml:4:59: modules[0].parameters[0].name: expected a name of 1 to 64 letters, digits, '.', '-' and '_', "
                + "found the text \"Mess age\""
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message, type: integer, default: many}]",
            "relayer.yaml:4:92: modules[0].parameters[0].default: \"many\" has to be an integer of at most 18 digits"
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message, max: 1e3}]",
            "relayer.yaml:4:73: modules[0].parameters[0].max: expected a number, such as 7, -1 or 0.25, found \"1e3\""
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message, max: 3}]",
            "relayer.yaml:4:73: modules[0].parameters[0].max: it is for the types number and integer"
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message, oneOf: [a, b], default: c}]",
            "relayer.yaml:4:92: modules[0].parameters[0].default: \"c\" is none of the choices: a, b"
        ),
        (
            "name: a, template: a.json, parameters: [{name: Message, required: true}]",
            "relayer.yaml:4:68: modules[0].parameters[0]: unknown key \"required\"; known here: name, type, default, sample, "
                + "maxLength, newlines, min, max, oneOf"
        ),
    ])
    func refuses(module: String, message: String) {
        #expect(problems("modules: [{\(module)}]") == message)
    }

    @Test func refusesTwoOfOneName() {
        let module = "template: a.json, parameters: [{name: Message}]"
        #expect(
            problems(
                "modules:\n  - {name: 'a:1', \(module)}\n  - {name: 'a:2', \(module)}\n  - {name: 'a:1', \(module)}"
            )
                == "relayer.yaml:7:12: modules[2].name: a:1 is listed twice: remove one of them"
        )
    }

    /// A job's largest body counts for templates too.
    @Test func refusesATemplateAboveTheLimitOfABody() throws {
        let padding = String(repeating: "x", count: 2_000)
        try write(#"{"Engine":{"Type":"x"},"Meta":{"a":"\#(padding){{Message}}"}}"#, to: "big.json")
        let modules = "modules: [{name: a, template: big.json, parameters: [{name: Message}]}]"
        #expect(problems(modules) == "")
        let small = problems(modules, ["LILYPAD_BACALHAU__MAX_BODY_SIZE": "2000B"])
        #expect(small.contains("big.json: its task is refused: spec: 2045 bytes, and 2000 are allowed"), "\(small)")
    }

    @Test func canBeSetByTheEnvironment() throws {
        let variables = [
            "LILYPAD_MODULES__0__NAME": "a", "LILYPAD_MODULES__0__TEMPLATE": "a.json",
            "LILYPAD_MODULES__0__PARAMETERS__0__NAME": "Message", "LILYPAD_MODULES__0__PARAMETERS__0__MAX_LENGTH": "3",
        ]
        #expect(try read("", variables)[.init("a") ?? .example]?.parameters.first?.rules.maxLength == 3)
    }
}
