import Ethereum
import RelayTestSupport
import Testing

@Suite struct RevertReasonTests {
    private static func error(_ text: String) throws -> [UInt8] {
        try ABIFunction("Error(string)").encodeCall([.text(text)])
    }

    @Test func readsTheTextOfError() throws {
        #expect(try RevertReason.decode(Self.error("job already settled")) == "job already settled")
        #expect(try RevertReason.decode(Self.error("")) == "")
    }

    @Test(
        arguments: [
            (0x01, "panic 0x1: assertion failed"), (0x11, "panic 0x11: arithmetic overflow or underflow"),
            (0x12, "panic 0x12: division or modulo by zero"), (0x32, "panic 0x32: array index out of bounds"),
            (0x99, "panic 0x99: unknown code"),
        ] as [(UInt64, String)]
    )
    func explainsPanics(_ code: UInt64, _ text: String) throws {
        let data = try ABIFunction("Panic(uint256)").encodeCall([.uint(UInt256(code))])
        #expect(RevertReason.decode(data) == text)
    }

    @Test func hasNothingToSayAboutNoData() {
        #expect(RevertReason.decode([]) == nil)
    }

    @Test func showsCustomErrorsInHex() {
        #expect(RevertReason.decode([0xfe, 0x07, 0x91, 0xc8, 0x07]) == "0xfe0791c807")
        let long = RevertReason.decode([UInt8](repeating: 0xab, count: 100_000))
        #expect(long?.hasSuffix("ab…") == true && (long ?? "").count <= RevertReason.maximumLength)
    }

    @Test func showsDamagedErrorsInHex() throws {
        let sound = try Self.error("reason")
        for count in [1, 4, 35, 67, 70] {
            let cut = Array(sound.prefix(count))
            #expect(RevertReason.decode(cut) == "0x" + Hex.encode(cut))
        }
        var hostile = sound
        hostile.replaceSubrange(36..<68, with: UInt256.max.bigEndianBytes)
        #expect(RevertReason.decode(hostile)?.hasPrefix("0x08c379a0") == true)
        hostile.replaceSubrange(4..<36, with: UInt256.max.bigEndianBytes)
        #expect(RevertReason.decode(hostile)?.hasPrefix("0x08c379a0") == true)
        #expect(RevertReason.decode([0x4e, 0x48, 0x7b, 0x71, 1]) == "0x4e487b7101")
    }

    @Test func readsTextWithoutItsPadding() throws {
        let data = try Self.error("reason")
        #expect(RevertReason.decode(Array(data.prefix(4 + 64 + 6))) == "reason")
    }

    @Test func replacesWhatCouldFoolATerminal() throws {
        let text = "a\u{1b}[2Jb\nc\u{202e}d\u{85}e\u{0}f\u{2028}g"
        #expect(
            try RevertReason.decode(Self.error(text)) == "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g"
        )
    }

    @Test func readsTextThatIsNoUTF8() throws {
        let data = try ABIFunction("Error(string)").encodeCall([.string([0x61, 0xff, 0x62])])
        #expect(RevertReason.decode(data) == "a\u{fffd}b")
    }

    @Test(arguments: ["a", "漢", "\u{1f300}"])
    func cutsLongTexts(_ character: String) throws {
        let whole = String(repeating: character, count: RevertReason.maximumLength)
        #expect(try RevertReason.decode(Self.error(whole)) == whole)
        #expect(try RevertReason.decode(Self.error(whole + character)) == whole + "…")
        #expect(try RevertReason.decode(Self.error(whole + whole + whole + whole + whole)) == whole + "…")
    }

    @Test func doesNotTrapOnMutants() throws {
        let sound = try Self.error("a reason of more than thirty-two bytes, é漢")
        var chance = SeededGenerator(seed: UInt64(CrossCheck.seed))
        for _ in 0..<10_000 * CrossCheck.factor {
            let mutant = chance.mutated(sound)
            let reason = RevertReason.decode(mutant)
            #expect((reason ?? "").unicodeScalars.count <= RevertReason.maximumLength + 1)
        }
    }
}
