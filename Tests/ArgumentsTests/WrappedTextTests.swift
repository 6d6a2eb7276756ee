import Testing

@testable import Arguments  // No part of the module's face; its own edge cases are not to be had through the help.

@Suite struct WrappedTextTests {
    @Test(arguments: [
        ("", [""]), ("a", ["a"]), ("aa bb", ["aa bb"]), ("aa bbb", ["aa", "bbb"]), ("aaaaaaa b", ["aaaaaaa", "b"]),
        ("a bbbbbbb", ["a", "bbbbbbb"]), ("ää öö", ["ää öö"]), ("a\nb", ["a b"]),
    ])
    func breaksBetweenWords(_ text: String, _ lines: [String]) {
        #expect(WrappedText.lines(text, width: 5) == lines)
    }

    @Test func givesAWideNameALineOfItsOwn() {
        let wide = String(repeating: "x", count: 31)
        #expect(
            WrappedText.columns([(wide, "first"), ("y", "second")])
                == [
                    "  " + wide, String(repeating: " ", count: 34) + "first",
                    "  y" + String(repeating: " ", count: 31) + "second",
                ]
        )
    }
}
