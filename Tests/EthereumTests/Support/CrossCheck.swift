import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// Cases that other people's code has answered (`Tests/Devnet/crosscheck/ethereum.py`).
///
/// `LILYPAD_TEST_SEED` draws other cases, `LILYPAD_TEST_FACTOR` multiplies their number.
enum CrossCheck {
    static let seed = number("LILYPAD_TEST_SEED") ?? 1
    static let factor = number("LILYPAD_TEST_FACTOR") ?? 1

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// Calls `body` with each case and with what names it in a failure.
    static func run(
        _ kind: String,
        _ count: Int,
        _ body: (JSONValue, Comment) throws -> Void
    ) async throws {
        let script = "\(PackageRoot.path)/Tests/Devnet/crosscheck/ethereum.py"
        let arguments = [script, kind, String(seed), String(count * factor)]
        let output = try await withChildProcess(PackageRoot.python(), arguments) { child in
            let ending = await child.finished()
            #expect(ending == .exited(0), "\(child.standardError)")
            return child.standardOutput
        }
        let lines = output.utf8.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == count * factor)
        for (index, line) in lines.enumerated() {
            try body(JSONValue.parse(Array(line)), "LILYPAD_TEST_SEED=\(seed), \(kind) case \(index)")
        }
    }
}
