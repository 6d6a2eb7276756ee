import Ethereum
import EthereumRPC
import JSON
import RelayTestSupport
import Testing

/// A reference contract of a test's own, and what it says.
struct Bridge: Sendable {
    /// What the contract has taken as the answer to a job.
    struct Answer: Sendable, Equatable {
        enum Content: Sendable, Equatable {
            case result(String)
            case failure(String)
        }

        let jobID: UInt64
        let content: Content
        let callbackSucceeded: Bool
        let transaction: Hash32
    }

    /// In wei.
    static let fee: UInt64 = 1_000_000_000_000_000

    let network: Network
    let address: Address
    /// The block it was deployed in.
    let startBlock: UInt64

    /// Deploys one, with the devnet's relayer allowed to answer.
    ///
    /// The bytecode may be another contract's that takes the same arguments.
    static func deploy(on network: Network, bytecode: [UInt8]? = nil) async throws -> Bridge {
        // Faults that a test has ordered and not used up are no other test's.
        try await network.compute("clear", [:])
        let arguments = try ABIConstructor(
            inputs: [0, 1, 2].map { _ in ABIParameter(name: "", type: .uint(bits: 256)) }
        )
        .encode([.uint(UInt256(fee)), .uint(UInt256(300_000)), .uint(UInt256(100))])
        let code = try bytecode ?? Contracts.bytecode("JobBridge")
        let receipt = try await network.requester.send(to: nil, code + arguments, gas: 8_000_000)
        let address = try #require(receipt.contractAddress)
        let setRelayer = ABIFunction("setRelayer", [.address, .bool])
        try await network.requester.send(
            to: address,
            setRelayer.encodeCall([.address(network.relayer), .bool(true)])
        )
        return Bridge(network: network, address: address, startBlock: receipt.blockNumber)
    }

    // MARK: Asking

    /// Asks from the requester's account; returns the job's id.
    @discardableResult
    func request(_ spec: String, _ type: ResultType) async throws -> UInt64 {
        let call = try JobBridgeABI.requestJob.encodeCall([
            .string(Array(spec.utf8)), .uint(UInt256(UInt64(type.rawValue))),
        ])
        return try await requests(to: address, call, wei: Self.fee)[0]
    }

    /// Calls any contract, and returns the ids of the requests that it made here.
    func requests(to: Address, _ call: [UInt8], wei: UInt64, gas: UInt64 = 3_000_000) async throws -> [UInt64] {
        let receipt = try await network.requester.send(to: to, call, wei: wei, gas: gas)
        let ids = try receipt.logs.filter { $0.address == address && $0.topics.first == JobBridgeABI.requested.topic }
            .map { log in try #require(UInt256(bigEndian: log.topics[1].bytes)?.asUInt64) }
        try #require(!ids.isEmpty, "the transaction made no request")
        return ids
    }

    // MARK: Reading

    /// All answers so far, in the chain's order.
    func answers() async throws -> [Answer] {
        let filter = LogFilter(
            addresses: [address],
            topics: [[JobBridgeABI.fulfilled.topic, JobBridgeABI.failed.topic]],
            blocks: .range(from: startBlock, to: try await network.client.blockNumber())
        )
        return try await network.client.logs(filter).logs.map(Self.answer)
    }

    private static func answer(_ log: Log) throws -> Answer {
        let isResult = log.topics.first == JobBridgeABI.fulfilled.topic
        let event = isResult ? JobBridgeABI.fulfilled : JobBridgeABI.failed
        let values = try event.decode(topics: log.topics, data: log.data)
        guard case .uint(let jobID)? = values.first, case .string(let bytes) = values[values.count - 2],
            case .bool(let called)? = values.last
        else { throw UnexpectedLog(log: log) }
        let text = String(decoding: bytes, as: UTF8.self)
        return Answer(
            jobID: try #require(jobID.asUInt64),
            content: isResult ? .result(text) : .failure(text),
            callbackSucceeded: called,
            transaction: log.transactionHash
        )
    }

    private struct UnexpectedLog: Error { let log: Log }

    /// Waits until each of these jobs has an answer.
    func waitForAnswers(to jobs: [UInt64], within limit: Duration = .seconds(120)) async throws -> [UInt64: Answer] {
        let wanted = Set(jobs)
        return try await eventually(within: limit, "an answer to each of \(jobs.count) jobs") {
            let answers = try await answers()
            guard wanted.isSubset(of: answers.map(\.jobID)) else { return nil }
            return Dictionary(answers.map { ($0.jobID, $0) }) { first, _ in first }
        }
    }

    func call(
        _ function: ABIFunction,
        _ arguments: [ABIValue] = [],
        of contract: Address? = nil
    ) async throws -> ABIValue {
        let request = CallRequest(to: contract ?? address, data: try function.encodeCall(arguments))
        return try #require(try await function.decodeOutput(network.client.call(request)).first)
    }
}

/// As the contract numbers them.
enum ResultType: UInt8, Sendable {
    case cid
    case stdout
    case stderr
    case exitCode
}
