import Ethereum
import JSON
import RelayTestSupport

/// A job that only one node's contract has, with a log to it in the block of a true request.
struct InventedJob: Sendable {
    private let id: UInt256
    private let record: [UInt8]
    private let block: JSONValue
    private let log: JSONValue
    /// The methods that it lied about.
    let told = Recorder<String>()

    init(like request: FakeRequest, in chain: FakeChain) throws {
        id = UInt256(UInt64(chain.state.jobs.count) + 1)
        let model = chain.requestLogs.first { $0.contentHash == request.requestHash }
        guard let model else { throw NoSuchRequest() }
        let invented = Log(
            address: model.address,
            topics: [model.topics[0], Hash32(id.bigEndianBytes) ?? .zero] + model.topics.dropFirst(2),
            data: model.data,
            blockNumber: model.blockNumber,
            blockHash: model.blockHash,
            transactionHash: model.transactionHash,
            transactionIndex: model.transactionIndex,
            logIndex: model.logIndex + 1
        )
        let members: [ABIValue] = [
            .address(chain.requester.address), .uint(UInt256(1)), .uint(UInt256(1)),
            .fixedBytes(invented.contentHash.bytes), .uint(UInt256(model.blockNumber)), .uint(.zero),
        ]
        record = try JobBridgeABI.job.encodeOutput([.tuple(members)])
        block = .string("0x" + String(model.blockNumber, radix: 16))
        log = [
            "address": .string(invented.address.hex), "topics": .array(invented.topics.map { .string($0.hex) }),
            "data": .string("0x" + Hex.encode(invented.data)), "blockNumber": block,
            "blockHash": .string(invented.blockHash.hex), "transactionHash": .string(invented.transactionHash.hex),
            "transactionIndex": .string("0x" + String(invented.transactionIndex, radix: 16)),
            "logIndex": .string("0x" + String(invented.logIndex, radix: 16)), "removed": .bool(false),
        ]
    }

    private struct NoSuchRequest: Error {}

    @Sendable func tell(_ method: String, _ parameters: [JSONValue], _ result: JSONValue) -> JSONValue {
        switch method {
        case "eth_call":
            let call = parameters.first?["data"]?.string ?? parameters.first?["input"]?.string ?? ""
            let number = Hex.encode(id.bigEndianBytes)
            if call == "0x" + Hex.encode(JobBridgeABI.jobCount.selector) {
                told.record(method)
                return .string("0x" + number)
            }
            let isOfTheJob = call == "0x" + Hex.encode(JobBridgeABI.job.selector) + number
            return isOfTheJob ? .string("0x" + Hex.encode(record)) : result
        case "eth_getLogs":
            guard var logs = result.array, let place = logs.lastIndex(where: { $0["blockNumber"] == block })
            else { return result }
            told.record(method)
            logs.insert(log, at: place + 1)
            return .array(logs)
        default: return result
        }
    }
}
