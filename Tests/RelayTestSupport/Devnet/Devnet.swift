// The real processes of Tests/Devnet: a chain that runs the EVM and a compute node that runs WASM.

package import JSON

/// The chain, the compute node and the reference contract, running; they end with this value.
package struct Devnet: Sendable {
    /// An account of the devnet, whose key everybody knows.
    package struct Account: Sendable, Equatable {
        /// With its checksum.
        package let address: String
        /// `0x` and 64 digits.
        package let privateKey: String
    }

    package let process: ChildProcess
    /// `http:` URL of the chain.
    package let rpc: String
    /// `ws:` URL of the chain.
    package let webSocket: String
    /// `http:` URL of the compute node.
    package let bacalhau: String
    /// The reference contract's address.
    package let contract: String
    package let chainID: UInt64
    /// Whom the contract lets answer.
    package let relayer: Account
    /// With money, to ask.
    package let requester: Account

    /// Starts all of it and waits until the contract is deployed.
    /// - Parameter options: of `devnet.py`, for example `["--block-time", "0.2"]`.
    /// - Returns: where all is.
    /// - Throws: `MissingProgram` before `make setup`, `ChildProcess.EndedEarly`, `UnreadableReadyLine`.
    package static func start(_ options: [String] = []) async throws -> Devnet {
        let server = try await DevnetServer.start(["--json", "--exit-on-stdin-eof"] + options)
        return try Devnet(server)
    }

    private init(_ server: DevnetServer) throws(UnreadableReadyLine) {
        process = server.process
        rpc = try server.text("rpc")
        webSocket = try server.text("ws")
        bacalhau = try server.text("bacalhau")
        contract = try server.text("contract")
        relayer = try server.account("relayer")
        requester = try server.account("requester")
        guard let chainID = server.ready["chainId"]?.int64, chainID > 0 else { throw server.lacks("chainId") }
        self.chainID = UInt64(chainID)
    }
}

/// One server of the devnet alone, and what it said when it was ready.
package struct DevnetServer: Sendable {
    package let process: ChildProcess
    /// The line of JSON on its standard output.
    package let ready: JSONValue

    /// A chain without a contract; `ready` has `rpc`, `ws`, `chainId` and `accounts`.
    package static func chain(_ options: [String] = []) async throws -> DevnetServer {
        try await start(["chain"] + options)
    }

    /// A compute node; `ready` has `api`.
    package static func compute(_ options: [String] = []) async throws -> DevnetServer {
        try await start(["compute"] + options)
    }

    static func start(_ arguments: [String]) async throws -> DevnetServer {
        let python = try PackageRoot.python()
        let script = "\(PackageRoot.path)/Tests/Devnet/devnet.py"
        let process = try await ChildProcess.start(python, [script] + arguments)
        let line = try await process.firstLine()
        guard let ready = try? JSONValue.parse(Array(line.utf8)) else {
            throw UnreadableReadyLine(line: line, problem: "it is no JSON")
        }
        return DevnetServer(process: process, ready: ready)
    }

    /// A text of the ready line.
    package func text(_ name: String) throws(UnreadableReadyLine) -> String {
        guard let text = ready[name]?.string else { throw lacks(name) }
        return text
    }

    func account(_ name: String) throws(UnreadableReadyLine) -> Devnet.Account {
        guard let address = ready[name]?["address"]?.string, let key = ready[name]?["privateKey"]?.string else {
            throw lacks(name)
        }
        return Devnet.Account(address: address, privateKey: key)
    }

    func lacks(_ name: String) -> UnreadableReadyLine {
        UnreadableReadyLine(line: String(decoding: JSONWriter.bytes(of: ready), as: UTF8.self), problem: "no \(name)")
    }
}

/// A server's first line is not what it should be.
package struct UnreadableReadyLine: Error, CustomStringConvertible {
    package let line: String
    package let problem: String

    package var description: String { "the ready line is wrong, \(problem): \(line)" }
}

/// Runs `body` with a devnet, and ends the devnet whatever happens.
package func withDevnet<Success>(
    _ options: [String] = [],
    body: (Devnet) async throws -> Success
) async throws -> Success {
    let devnet = try await Devnet.start(options)
    do {
        let success = try await body(devnet)
        await devnet.process.end()
        return success
    } catch {
        await devnet.process.end()
        throw error
    }
}
