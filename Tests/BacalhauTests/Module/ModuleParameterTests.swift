import JSON
import Testing

@testable import Bacalhau

@Suite struct ModuleParameterTests {
    private typealias Rules = ModuleParameter.Rules

    private static func rules(_ change: (inout Rules) -> Void) -> Rules {
        var rules = Rules()
        change(&rules)
        return rules
    }

    private func reason(_ value: JSONValue, _ kind: ModuleParameter.Kind, _ rules: Rules = Rules()) throws -> String? {
        let parameter = try ModuleParameter("p", kind, rules)
        do {
            _ = try parameter.accept(value)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        (ModuleParameter.Kind.text, JSONValue.string(#"a "b" \ é"#), #"a "b" \ é"#), (.text, "", ""),
        (.text, "{{p}}", "{{p}}"),
        (.integer, 7, "7"), (.integer, "7", "7"), (.integer, "-0", "-0"),
        (.integer, "999999999999999999", "999999999999999999"),
        (.number, 7, "7"), (.number, "0.50", "0.50"), (.number, "-1.000000001", "-1.000000001"),
        (.boolean, true, "true"), (.boolean, "false", "false"),
    ])
    func takesAValueInItsOwnCharacters(kind: ModuleParameter.Kind, value: JSONValue, text: String) throws {
        #expect(try ModuleParameter("p", kind).accept(value) == text)
    }

    @Test(arguments: [
        (ModuleParameter.Kind.text, JSONValue.number(JSONNumber(7)), "is a number, but has to be a string"),
        (.text, true, "is a boolean, but has to be a string"),
        (.integer, "0.5", "has to be an integer of at most 18 digits"), (.integer, "7.0", "has to be an integer"),
        (.integer, "1e3", "has to be an integer"), (.integer, "", "has to be an integer"),
        (.integer, " 7", "has to be an integer"), (.integer, "+7", "has to be an integer"),
        (.integer, "07", "has to be an integer"), (.integer, "0x7", "has to be an integer"),
        (.integer, "7; rm -rf /", "has to be an integer"), (.integer, "1000000000000000000", "has to be an integer"),
        (.integer, "٧", "has to be an integer"), (.integer, true, "is a boolean, but has to be an integer"),
        (.number, "1e400", "has to be a number"), (.number, "NaN", "has to be a number"),
        (.number, "0.0000000001", "has to be a number"), (.number, ".5", "has to be a number"),
        (.boolean, 1, "has to be true or false"), (.boolean, "TRUE", "has to be true or false"),
        (.boolean, "", "has to be true or false"),
    ])
    func refusesOtherKinds(kind: ModuleParameter.Kind, value: JSONValue, reason: String) throws {
        #expect(try #require(try self.reason(value, kind)).contains(reason))
    }

    @Test(arguments: ["\u{0}", "\u{1b}[2J", "a\u{7f}", "a\u{85}b", "a\nb", "a\tb", "\r\n"])
    func refusesControlCharacters(text: String) throws {
        #expect(try #require(try reason(.string(text), .text)).contains("has the control character U+"))
    }

    @Test func takesLinesWhereTheyAreAllowed() throws {
        let lines = Self.rules { $0.newlines = true }
        #expect(try reason("a\nb\r\n\tc", .text, lines) == nil)
        #expect(try reason("a\u{0}", .text, lines) == "has the control character U+0, which is not allowed here")
        #expect(try reason("a\u{b}", .text, lines) != nil)
    }

    @Test func boundsATextByItsBytes() throws {
        #expect(try reason(.string(String(repeating: "é", count: 512)), .text) == nil)
        #expect(
            try reason(.string(String(repeating: "é", count: 513)), .text) == "has 1026 bytes, and 1024 are allowed"
        )
        #expect(try reason("abc", .text, Self.rules { $0.maxLength = 2 }) == "has 3 bytes, and 2 are allowed")
    }

    @Test func boundsNumbersExactly() throws {
        let rules = Self.rules {
            $0.minimum = ModuleDecimal("0.1")
            $0.maximum = ModuleDecimal("900719925474099.3")
        }
        #expect(try reason("0.1", .number, rules) == nil)
        #expect(try reason("0.099999999", .number, rules) == "is below the least, 0.1")
        #expect(try reason("900719925474099.300", .number, rules) == nil)
        #expect(
            try reason("900719925474099.300000001", .number, rules) == "is above the greatest, 900719925474099.3"
        )
    }

    @Test func takesNothingButItsChoices() throws {
        let texts = Self.rules { $0.choices = ["moo", "e\u{301}"] }
        #expect(try reason("moo", .text, texts) == nil)
        #expect(try reason("Moo", .text, texts) == "is none of the choices: moo, e\u{301}")
        // The same letter for Swift, other bytes for a program.
        #expect(try reason("é", .text, texts) != nil)
        let numbers = Self.rules { $0.choices = ["1", "2.5"] }
        #expect(try reason("2.50", .number, numbers) == nil)
        #expect(try reason(3, .number, numbers) == "is none of the choices: 1, 2.5")
    }

    @Test(arguments: [
        ("p{{", ModuleParameter.Kind.text, rules { _ in }, ModuleParameter.Flaw.Key.name, "a name has 1 to 64 letters"),
        ("", .text, rules { _ in }, .name, "a name has"),
        ("p", .integer, rules { $0.maxLength = 1 }, .maxLength, "it is for the type text"),
        ("p", .text, rules { $0.maxLength = 65_537 }, .maxLength, "it has to be from 1 to 65536"),
        ("p", .boolean, rules { $0.newlines = true }, .newlines, "it is for the type text"),
        ("p", .text, rules { $0.minimum = .zero }, .minimum, "it is for the types number and integer"),
        ("p", .integer, rules { $0.maximum = ModuleDecimal("0.5") }, .maximum, "0.5 is no integer"),
        (
            "p", .number,
            rules {
                $0.minimum = ModuleDecimal("2")
                $0.maximum = ModuleDecimal("1")
            }, .minimum, "2 is above max (1): no value would do"
        ),
        ("p", .integer, rules { $0.fallback = "x" }, .fallback, "\"x\" has to be an integer"),
        ("p", .text, rules { $0.fallback = "a\nb" }, .fallback, "has the control character U+A"),
        (
            "p", .text,
            rules {
                $0.sample = "abc"
                $0.maxLength = 2
            }, .sample, "\"abc\" has 3 bytes, and 2 are allowed"
        ),
        (
            "p", .text,
            rules {
                $0.choices = ["a"]
                $0.fallback = "b"
            }, .fallback, "\"b\" is none of the choices: a"
        ),
        ("p", .integer, rules { $0.choices = ["1", "two"] }, .choices, "\"two\" has to be an integer"),
    ])
    func refusesADeclarationThatContradictsItself(
        name: String,
        kind: ModuleParameter.Kind,
        rules: ModuleParameter.Rules,
        key: ModuleParameter.Flaw.Key,
        message: String
    ) throws {
        do {
            _ = try ModuleParameter(name, kind, rules)
            Issue.record("it was taken")
        } catch {
            #expect(error.key == key && error.message.contains(message), "\(error)")
        }
    }

    /// The template has to be tried with something that its parameters take.
    @Test func triesAValueThatItTakes() throws {
        let bounded = Self.rules {
            $0.minimum = ModuleDecimal("5")
            $0.maximum = ModuleDecimal("9")
        }
        let negative = Self.rules { $0.maximum = ModuleDecimal("-2") }
        let short = Self.rules { $0.maxLength = 3 }
        let parameters = [
            try ModuleParameter("p", .text), try ModuleParameter("p", .text, short), try ModuleParameter("p", .boolean),
            try ModuleParameter("p", .number), try ModuleParameter("p", .integer, bounded),
            try ModuleParameter("p", .number, negative),
            try ModuleParameter("p", .text, Self.rules { $0.choices = ["b", "c"] }),
        ]
        #expect(parameters.map(\.trial) == ["sample", "sam", "true", "1", "5", "-2", "b"])
        for parameter in parameters { _ = try parameter.accept(.string(parameter.trial)) }
    }
}
