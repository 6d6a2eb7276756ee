import Bacalhau
import JSON

/// Draws templates and calls, sound and hostile.
struct ModuleDrawing {
    var chance: SeededGenerator

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    /// What tries to leave its string.
    static let hostile = [
        #"","Engine":{"Type":"docker"#, #""},"Engine":{"#, #"\"#, #"\\"#, #"\""#, #"\u0022"#, "{{p0}}", "{{p1}}",
        "{{{{", "}}",
        "{{", "{", "}", "{{nothing}}", "%s", "${HOME}", "$(id)", "; id", "é", "e\u{301}", "\u{301}", "😀", "\u{202e}",
        "\u{0}",
        "\n", "\r\n", "\t", "\u{7f}", "\u{85}", "\u{2028}", "env:HOME", "BACALHAU_X", "../..", "/*", "null", "1e400",
        "",
    ]
    private static let literals = [
        "plain", "a b", #"""#, #"\"#, "é", "\u{301}", "}}", "}", "{{{{", "data:,", "/usr/bin", "env", "😀", "", "{",
    ]

    // MARK: Templates

    mutating func parameters() -> [ModuleParameter] {
        (0..<chance.below(4)).compactMap { index in
            var rules = ModuleParameter.Rules()
            let kind = ModuleParameter.Kind.allCases[chance.below(4)]
            if chance.oneIn(3) { rules.fallback = sound(kind) }
            if kind == .text {
                if chance.oneIn(3) { rules.maxLength = chance.within(1...2_000) }
                rules.newlines = chance.oneIn(2)
                if chance.oneIn(6) { rules.choices = ["plain", "a b", "{{p0}}", "\""] }
            } else if kind != .boolean, chance.oneIn(3) {
                rules.minimum = ModuleDecimal("-5")
                rules.maximum = ModuleDecimal("1000")
            }
            return try? ModuleParameter("p\(index)", kind, rules)
        }
    }

    /// A task in which each parameter stands once at least.
    mutating func task(_ parameters: [ModuleParameter]) -> JSONValue {
        var members = [JSONMember("Engine", engine(parameters))]
        if chance.oneIn(3) { members.append(JSONMember("Env", ["A": string(parameters), "B_1": "plain"])) }
        if chance.oneIn(4) {
            let source: JSONValue = ["Type": "inline", "Params": ["URL": .string("data:," + text(parameters))]]
            members.append(
                JSONMember("InputSources", [["Source": source, "Target": .string("/in/" + text(parameters))]])
            )
        }
        if chance.oneIn(4) { members.append(JSONMember("Timeouts", ["TotalTimeout": 60])) }
        let all = parameters.map { "{{\($0.name)}}" }.joined(separator: chance.oneIn(2) ? "" : " ")
        members.append(JSONMember("Meta", ["all": .string(all), "more": string(parameters)]))
        return .object(members)
    }

    private mutating func engine(_ parameters: [ModuleParameter]) -> JSONValue {
        if chance.oneIn(2) { return ["Type": "quantum", "Params": object(parameters, depth: 3)] }
        let arguments = (0..<chance.below(4)).map { _ in string(parameters) }
        let assignment = JSONValue.string("A=" + text(parameters))
        let image: JSONValue = chance.oneIn(4) ? .string("image:" + text(parameters)) : "ubuntu:24.04"
        return [
            "Type": "docker",
            "Params": [
                "Image": image, "Entrypoint": .array(arguments), "EnvironmentVariables": [assignment],
            ],
        ]
    }

    private mutating func object(_ parameters: [ModuleParameter], depth: Int) -> JSONValue {
        .object((0..<chance.within(1...3)).map { JSONMember("k\($0)", value(parameters, depth: depth)) })
    }

    private mutating func value(_ parameters: [ModuleParameter], depth: Int) -> JSONValue {
        switch chance.below(depth > 0 ? 7 : 5) {
        case 0: .null
        case 1: .bool(chance.oneIn(2))
        case 2: .number(JSONNumber(chance.below(1_000)))
        case 5: .array((0..<chance.below(4)).map { _ in value(parameters, depth: depth - 1) })
        case 6: object(parameters, depth: depth - 1)
        default: string(parameters)
        }
    }

    private mutating func string(_ parameters: [ModuleParameter]) -> JSONValue { .string(text(parameters)) }

    private mutating func text(_ parameters: [ModuleParameter]) -> String {
        (0..<chance.within(1...4)).map { _ in
            if chance.oneIn(2), let parameter = chance.element(of: parameters) { return "{{\(parameter.name)}}" }
            // A brace before a placeholder spoils the template: seldom, or few would be sound.
            return chance.oneIn(20) ? "{" : chance.element(of: Self.literals.dropLast()) ?? ""
        }.joined()
    }

    // MARK: Calls

    mutating func callText(_ name: ModuleName, _ parameters: [ModuleParameter]) -> [UInt8] {
        var inputs: [JSONMember] = []
        for parameter in parameters where parameter.rules.fallback == nil || chance.oneIn(2) {
            inputs.append(JSONMember(parameter.name, input(parameter)))
        }
        if chance.oneIn(30) { inputs.append(JSONMember("unknown", "x")) }
        if chance.oneIn(2) { inputs.shuffle(using: &chance) }
        let text = Array("\(name) ".utf8) + JSONWriter.bytes(of: .object(inputs))
        return chance.oneIn(10) ? chance.mutated(text) : text
    }

    private mutating func input(_ parameter: ModuleParameter) -> JSONValue {
        if parameter.kind == .text || chance.oneIn(20) {
            if let choice = chance.element(of: parameter.rules.choices) { return .string(choice) }
            return .string(hostileText())
        }
        let text = sound(parameter.kind)
        if chance.oneIn(3) { return .string(text) }
        if parameter.kind == .boolean { return .bool(text == "true") }
        return JSONNumber(text: text).map { .number($0) } ?? .string(text)
    }

    private mutating func hostileText() -> String {
        if chance.oneIn(8) { return String(decoding: chance.bytes(chance.below(60)), as: UTF8.self) }
        if chance.oneIn(20) {
            return String(repeating: chance.element(of: Self.hostile) ?? "", count: chance.below(600))
        }
        // Control characters are mostly refused, and what is refused shows nothing.
        let mild = Self.hostile.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
        let words = chance.oneIn(5) ? Self.hostile : mild
        return (0..<chance.within(1...4)).map { _ in chance.element(of: words) ?? "" }.joined()
    }

    private mutating func sound(_ kind: ModuleParameter.Kind) -> String {
        switch kind {
        case .text: chance.choose("plain", "a b", "", "\"")
        case .number: chance.choose("0.5", "-1", "999.999999999", "-0", "7")
        case .integer: chance.choose("0", "-5", "1000", "7", "42")
        case .boolean: chance.choose("true", "false")
        }
    }

    /// A sound text that has been damaged, or one of an on-chain job creator's fields, with these.
    mutating func damagedCall() -> (text: [UInt8], fields: [[UInt8]]?) {
        let texts = [
            #"cowsay:v0.0.4 {"Message":"moo\n\u0000\"\\","n":-1.5e+3,"b":true}"#, "github.com/org/cowsay:v1",
            " a \n {\"k\" : \"\\ud83d\\ude00é\"}\t", "a:b {}",
        ]
        if chance.oneIn(2) {
            return (chance.mutated(Array((chance.element(of: texts) ?? "").utf8), changes: 2), nil)
        }
        let inputs = (0..<chance.below(5)).map { index -> [UInt8] in
            let key = chance.oneIn(8) ? hostileText() : "k\(index)"
            let value = chance.oneIn(8) ? chance.bytes(chance.below(20)) : Array(hostileText().utf8)
            return Array("\(key)=".utf8) + value
        }
        let name = Array("github.com/org/cowsay:v1".utf8)
        if chance.oneIn(4) { return (ModuleText.write(chance.mutated(name), pairs: inputs), nil) }
        return (ModuleText.write(name, pairs: inputs), inputs)
    }
}
