import Bacalhau
import Testing

/// What a published file makes of the answer that the run output gave.
@Suite struct ResultFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var output: String
        var isOutputCut = false
        var file: [UInt8]
        var isFileCut = false
        var isWASM = true
        /// nil: the file is not believed.
        var result: [UInt8]?
        var isTruncated = false

        init(_ name: String, _ output: String, _ file: String, is result: String?) {
            testDescription = name
            self.output = output
            self.file = Array(file.utf8)
            self.result = result.map { Array($0.utf8) }
        }

        func with(_ change: (inout Case) -> Void) -> Case {
            var changed = self
            change(&changed)
            return changed
        }
    }

    private static let long = String(repeating: "a", count: 2_048)

    static let outputs: [Case] = [
        Case("the same", "hello\n", "hello\n", is: "hello\n"), Case("both empty", "", "", is: ""),
        Case("the first write only", "one\n", "one\ntwo\nthree", is: "one\ntwo\nthree"),
        Case("the first write is empty", "", "two", is: "two"), Case("another file", "one", "two", is: nil),
        Case("an error's page", "one\n", "<html>", is: nil), Case("less", "one\n", "one", is: nil),
        Case("none of it", "one\n", "", is: nil),
        Case("the server cut a container's", long, long + "bcd", is: long + "bcd").with {
            $0.isOutputCut = true
            $0.isWASM = false
        },
        // As recorded: one write of 5,000 bytes leaves 2,049 in the file.
        Case("a write that lost its end", long, long + "a", is: long + "a").with {
            $0.isOutputCut = true
            $0.isTruncated = true
        },
        Case("read in part", "one\n", "one\ntwo", is: "one\ntwo").with {
            $0.isFileCut = true
            $0.isTruncated = true
        },
        Case("read in a smaller part", "one\n", "on", is: "on").with {
            $0.isFileCut = true
            $0.isTruncated = true
        },
        Case("another file in part", "one\n", "tw", is: nil).with { $0.isFileCut = true },
        Case("no UTF-8", "a\u{fffd}b\u{fffd}(", "", is: "").with {
            $0.file = [0x61, 0xff, 0x62, 0xc3, 0x28, 0x0a]
            $0.result = $0.file
        },
        Case("another file that is no UTF-8", "a\u{fffd}b", "", is: nil).with { $0.file = [0x62, 0xff, 0x62] },
    ]

    @Test(arguments: outputs) func takesTheFileThatBeginsAsTheRunOutputDoes(example: Case) throws {
        let answer = JobAnswer(
            bytes: Array(example.output.utf8),
            isTruncated: example.isOutputCut,
            resultType: .stdout,
            executionID: "e-1",
            cid: "Qm",
            isWASM: example.isWASM
        )
        let content = ResultFileContent(bytes: example.file, isCut: example.isFileCut)
        guard let result = example.result else {
            let doubt = #expect(throws: ResultFileDoubt.self) { try answer.corrected(by: content) }
            #expect(doubt?.text == "the file does not begin as the run output does")
            return
        }

        let corrected = try answer.corrected(by: content)

        #expect(corrected.bytes == result && corrected.isTruncated == example.isTruncated)
        #expect(corrected.cid == "Qm" && corrected.executionID == "e-1" && corrected.resultType == .stdout)
    }

    private func code(_ text: String, isWASM: Bool = true) -> JobAnswer {
        JobAnswer(bytes: Array(text.utf8), isTruncated: false, resultType: .exitCode, executionID: "e", isWASM: isWASM)
    }

    @Test(arguments: [("0", "0", true), ("3", "3", true), ("0", "-1", true), ("-1", "-1", false), ("-7", "-7", true)])
    func takesTheExitCode(known: String, file: String, isWASM: Bool) throws {
        let answer = code(known, isWASM: isWASM)
        #expect(try answer.corrected(by: ResultFileContent(bytes: Array(file.utf8))) == answer)
    }

    @Test(arguments: ["", " 0", "0\n", "+0", "00", "-0", "0x0", "1e3", "99999999999999999999", "<html>", "0\u{0}"])
    func refusesWhatIsNoNumber(text: String) {
        let doubt = #expect(throws: ResultFileDoubt.self) {
            try code("0").corrected(by: ResultFileContent(bytes: Array(text.utf8)))
        }
        #expect(doubt?.text.hasSuffix("which is no exit code") == true, "\(doubt?.text ?? "")")
    }

    @Test func refusesAnotherExitCode() {
        let doubt = #expect(throws: ResultFileDoubt.self) {
            try code("0").corrected(by: ResultFileContent(bytes: Array("1".utf8)))
        }
        #expect(doubt?.text == #"the file says 1 where the run output says "0""#)
        // Only of a WASM program it means a plain return.
        #expect(throws: ResultFileDoubt.self) {
            try code("0", isWASM: false).corrected(by: ResultFileContent(bytes: Array("-1".utf8)))
        }
        #expect(throws: ResultFileDoubt.self) {
            try code("0").corrected(by: ResultFileContent(bytes: Array("0".utf8), isCut: true))
        }
    }

    @Test func namesTheFileOfEachResultType() {
        #expect(ResultFile(.stdout) == .stdout && ResultFile(.stderr) == .stderr)
        #expect(ResultFile(.exitCode)?.rawValue == "exitCode" && ResultFile(.cid) == nil)
    }
}
