import Testing

@testable import Bacalhau

/// What an accent behind a sign, or another spelling of a letter, must not change.
@Suite struct PlainBytesTests {
    private func code(ofTarget target: String) -> SpecRefusal.Code? {
        let source = #""Source":{"Type":"inline","Params":{"URL":"data:,x"}}"#
        let inputs = #"[{\#(source),"Target":"/m.wasm"},{\#(source),"Target":"\#(target)"}]"#
        return refusal(of: spec([("InputSources", inputs)]))?.code
    }

    private func code(ofPath path: String) -> SpecRefusal.Code? {
        let results = #"[{"Name":"o","Path":"\#(path)"}]"#
        return refusal(of: spec([("ResultPaths", results), ("Publisher", #"{"Type":"ipfs"}"#)]))?.code
    }

    private func code(ofVariable assignment: String) -> SpecRefusal.Code? {
        let docker = #"{"Type":"docker","Params":{"Image":"i","EnvironmentVariables":["\#(assignment)"]}}"#
        return refusal(of: spec([("Engine", docker)]))?.code
    }

    private func code(ofEngine image: String) -> SpecRefusal.Code? {
        refusal(of: spec([("Engine", #"{"Type":"docker","Params":{"Image":"\#(image)"}}"#)]))?.code
    }

    @Test(arguments: ["/x/../\u{338}", "/x/../\u{338}y", "/x/\u{338}/../y", "/..", "/../\u{301}/a"])
    func pathsThatClimb(path: String) {
        #expect(code(ofTarget: path) == .badValue)
        #expect(code(ofPath: path) == .badValue)
    }

    @Test(arguments: ["/x/..\u{338}", "/x/..\u{338}/y", "/...", "/a..b", "/x/\u{338}.."])
    func pathsThatDoNot(path: String) {
        #expect(code(ofTarget: path) == nil)
        #expect(code(ofPath: path) == nil)
    }

    @Test(
        arguments: [
            ("A=env:\u{338}B", .environmentRefused), ("A=\u{a0}ENV:\u{301}B", .environmentRefused),
            ("A=\u{338}env:B", nil), ("BACALHAU_\u{338}X=a", .badValue), ("bacalhau_\u{301}=a", .badValue),
            ("=\u{338}A=b", .badValue), ("A=\u{338}", nil), ("A\u{338}=env:B", .environmentRefused),
        ] as [(String, SpecRefusal.Code?)]
    )
    func variables(assignment: String, code: SpecRefusal.Code?) {
        #expect(self.code(ofVariable: assignment) == code)
    }

    @Test func environment() {
        #expect(refusal(of: spec([("Env", #"{"A":"env:\u0338B"}"#)]))?.code == .environmentRefused)
    }

    @Test(
        arguments: [
            ("https://example.org/a \u{338}b", .badValue), ("https://example.org/\u{338}", nil),
            ("https://example.org?\u{338}/a", .badValue), ("https:/\u{338}/example.org/a", .badValue),
        ] as [(String, SpecRefusal.Code?)]
    )
    func downloads(url: String, code: SpecRefusal.Code?) {
        let module = #"{"Source":{"Type":"inline","Params":{"URL":"data:,x"}},"Target":"/m.wasm"}"#
        let download = #"{"Source":{"Type":"urlDownload","Params":{"URL":"\#(url)"}},"Target":"/in"}"#
        #expect(refusal(of: spec([("InputSources", "[\(module),\(download)]")]))?.code == code)
    }

    @Test func images() {
        #expect(code(ofEngine: "i \u{338}x") == .badValue)
    }

    /// Two spellings of one letter are two names to Bacalhau, and to the file system.
    @Test func spellings() {
        let source = #""Source":{"Type":"inline","Params":{"URL":"data:,x"}}"#
        let inputs = ["/m.wasm", "/\u{e9}", "/e\u{301}"].map { #"{\#(source),"Target":"\#($0)"}"# }
        #expect(refusal(of: spec([("InputSources", "[\(inputs.joined(separator: ","))]")])) == nil)
    }

    @Test(arguments: ["1 \u{301}kB", "1\u{212a}B", "1k\u{301}B", "1kB\u{301}"]) func units(text: String) {
        #expect(ResourceSyntax.bytes(text) == nil)
    }
}
