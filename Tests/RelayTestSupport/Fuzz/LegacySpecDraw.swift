internal import JSON

/// Draws specs of the old format: most parts good, some of them wrong, keys and words in any case.
struct LegacySpecDraw {
    var random: SeededGenerator

    mutating func spec() -> JSONValue {
        let engine = random.oneIn(2) ? "Docker" : "Wasm"
        var members = [
            member("Engine", word(random.oneIn(30) ? "PythonWasm" : engine)),
            member(engine, engine == "Docker" ? docker() : wasm()),
        ]
        if random.oneIn(12) {
            let config = object([member("Type", word(engine)), member("Params", members[1].value)])
            members = [member("EngineSpec", config)]
        }
        members += some([
            { $0.member("Verifier", $0.word($0.random.oneIn(20) ? "Deterministic" : "Noop")) },
            { $0.member("Publisher", $0.word($0.random.choose("Ipfs", "Estuary", "Filecoin", "Noop", "S3"))) },
            { $0.member("PublisherSpec", $0.publisher()) },
            { $0.member("Resources", $0.resources()) },
            { $0.member("Network", $0.network()) },
            { $0.member("Timeout", $0.number()) },
            { $0.member("inputs", $0.list { $0.storage() }) },
            { $0.member("outputs", $0.list { $0.output() }) },
            { $0.member("Deal", $0.deal()) },
            { $0.member($0.random.choose("Language", "Docker", "Wasm"), ["JobContext": [:]]) },
            { $0.member($0.random.choose("Annotations", "filler", "Sharding"), ["a"]) },
        ])
        if random.oneIn(20), let twice = random.element(of: members) { members.append(member(twice.name, twice.value)) }
        return object(members.shuffled(using: &random))
    }

    // MARK: Parts

    private mutating func docker() -> JSONValue {
        object(
            [member("Image", text("ubuntu", "a/b:c"))]
                + some([
                    { $0.member("Entrypoint", $0.list { $0.text("sh", "") }) },
                    { $0.member("EnvironmentVariables", $0.list { $0.text("A=b", "b=", "B=c=d") }) },
                    { $0.member("WorkingDirectory", $0.text("/w", "")) },
                    { $0.member("Parameters", $0.list { $0.text("p") }) },
                ])
        )
    }

    private mutating func wasm() -> JSONValue {
        object(
            [member("EntryModule", storage())]
                + some([
                    { $0.member("EntryPoint", $0.text("_start", "run", "")) },
                    { $0.member("Parameters", $0.list { $0.text("p", "") }) },
                    { $0.member("EnvironmentVariables", .object([JSONMember("A", $0.text("b", "c"))])) },
                    { $0.member("ImportModules", $0.list { $0.storage() }) },
                ])
        )
    }

    private mutating func publisher() -> JSONValue {
        guard random.oneIn(3) else { return object([member("Type", word(random.choose("Ipfs", "Estuary", "Noop")))]) }
        let params = object(
            [member("Bucket", text("b")), member("Key", text("k"))] + some([{ $0.member("Compress", true) }])
        )
        return object([member("Type", word("S3")), member("Params", params)])
    }

    private mutating func resources() -> JSONValue {
        object(
            some([
                { $0.member("CPU", $0.text("1", "500m", "0.1", "", "0")) },
                { $0.member("Memory", $0.text("8gb", "8Gi", "100mb", "1.5gb", "0", "")) },
                { $0.member("Disk", $0.text("1tb", "12", "")) },
                { $0.member("GPU", $0.text("1", "0", "")) },
            ])
        )
    }

    private mutating func network() -> JSONValue {
        let type = random.choose("None", "None", "HTTP", "HTTP", "HTTP", "Full")
        return object([member("Type", word(type)), member("Domains", list { $0.text("example.com", ".a.bc") })])
    }

    private mutating func deal() -> JSONValue {
        object(
            some([
                { $0.member("Concurrency", $0.number()) }, { $0.member("Confidence", 1) },
                { $0.member("MinBids", 0) }, { $0.member("TargetingMode", .bool($0.random.oneIn(9))) },
            ])
        )
    }

    private mutating func storage() -> JSONValue {
        let (source, key, value) = random.choose(
            ("Inline", "URL", "data:,x"),
            ("IPFS", "CID", "QmeNhAA97qtdGHQtd1Qvgk13C6GHkn6aTCT8ih53JLN7vL"),
            ("URLDownload", "URL", "https://example.com/a"),
            ("Inline", "URL", "data:,y"),
            ("LocalDirectory", "SourcePath", "/etc"),
            ("S3", "S3", "b")
        )
        let place: JSONValue = source == "S3" ? object([member("Bucket", text(value))]) : text(value)
        return object([member("StorageSource", word(source)), member(key, place)] + path())
    }

    private mutating func output() -> JSONValue { object([member("Name", text("n\(random.below(9))"))] + path()) }

    private mutating func path() -> [JSONMember] { [member("path", text("/p\(random.below(99))"))] }

    // MARK: Values

    /// A member whose key is in the usual spelling, or in any.
    private mutating func member(_ name: String, _ value: JSONValue) -> JSONMember {
        JSONMember(random.oneIn(3) ? anyCase(name) : name, random.oneIn(60) ? oddity() : value)
    }

    private mutating func object(_ members: [JSONMember]) -> JSONValue { .object(members) }

    /// Each part with the chance of a half.
    private mutating func some(_ parts: [(inout Self) -> JSONMember]) -> [JSONMember] {
        var members: [JSONMember] = []
        for part in parts where random.oneIn(2) { members.append(part(&self)) }
        return members
    }

    private mutating func list(_ element: (inout Self) -> JSONValue) -> JSONValue {
        .array((0..<random.below(3)).map { _ in element(&self) })
    }

    private mutating func word(_ word: String) -> JSONValue { .string(random.oneIn(3) ? anyCase(word) : word) }

    /// One of the texts, which are good ones.
    private mutating func text(_ good: String...) -> JSONValue { .string(random.element(of: good) ?? "") }

    private mutating func number() -> JSONValue {
        .number(JSONNumber(text: random.choose("0", "1", "2", "3", "60.5", "1e3", "-1", "1e400")) ?? JSONNumber(0))
    }

    /// What belongs nowhere.
    private mutating func oddity() -> JSONValue {
        random.choose(.null, .bool(true), 7, "", "\u{0}", "env:A", [], [:], ["x"], ["Spec": 1], "\u{202e}\u{212a}")
    }

    private mutating func anyCase(_ text: String) -> String {
        let letters = text.map { random.oneIn(2) ? $0.lowercased() : $0.uppercased() }
        return letters.joined()
    }
}
