import Ethereum
import FoundationEssentials
import JSON
import RelayTestSupport
import Testing

/// The bytecode of contracts: the project's own from `abi/`, those that make trouble as they compile now.
enum Contracts {
    static func bytecode(_ name: String) throws -> [UInt8] {
        let data = try Data(contentsOf: URL(filePath: "\(PackageRoot.path)/abi/\(name).json"))
        return try bytecode(in: Array(data))
    }

    static func testBytecode(_ name: String) async throws -> [UInt8] {
        try bytecode(in: Array(try await testArtifact(name).utf8))
    }

    /// What the compiler writes of a test contract: its ABI and its bytecode.
    static func testArtifact(_ name: String) async throws -> String {
        let compiler = try await ChildProcess.start(
            try PackageRoot.python(),
            ["\(PackageRoot.path)/Tests/Devnet/compile_contracts.py", "--print", name]
        )
        let ending = await compiler.finished()
        try #require(ending == .exited(0), "\(compiler.standardError)")
        return compiler.standardOutput
    }

    private static func bytecode(in artifact: [UInt8]) throws -> [UInt8] {
        let tree = try JSONValue.parse(artifact)
        return try #require(tree["bytecode"]?.string.flatMap(Hex.decode))
    }
}

extension ABIFunction {
    /// A function from its parameters' types; a test calls it, so that no names are needed.
    init(_ name: String, _ types: [ABIType], returns: [ABIType] = []) {
        self.init(
            name: name,
            inputs: types.map { ABIParameter(name: "", type: $0) },
            outputs: returns.map { ABIParameter(name: "", type: $0) }
        )
    }
}
