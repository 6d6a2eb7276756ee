import Ethereum
import RelayCore

/// Values that the tests of this module share; numbered ones differ from each other.
enum Sample {
    static func hash(_ number: Int) -> Hash32 { keccak256(Array("sample \(number)".utf8)) }

    static func address(_ number: Int) throws(MissingSample) -> Address {
        guard let address = Address(Array(hash(number).bytes.suffix(20))) else { throw MissingSample() }
        return address
    }

    static func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    static let place = Place(blockNumber: 7, blockHash: hash(1), transactionHash: hash(2), logIndex: 3)

    /// A request that the reference contract could have logged, with its true hash.
    static func request(
        jobID: UInt64 = 1,
        spec: String = spec,
        resultType: UInt8? = 1,
        damage: String? = nil
    ) throws -> ObservedRequest {
        let log = try log(jobID: jobID, spec: Array(spec.utf8), resultType: resultType ?? 0)
        return ObservedRequest(
            hash: log.contentHash,
            contract: log.address,
            jobID: UInt256(jobID),
            requester: try address(11),
            party: try address(11),
            spec: Array(spec.utf8),
            resultType: resultType,
            damage: damage,
            place: place
        )
    }

    static func log(jobID: UInt64 = 1, spec: [UInt8] = Array(spec.utf8), resultType: UInt8 = 1) throws -> Log {
        let encoded = try ContractBinding.reference.requestEvent.encode([
            .uint(UInt256(jobID)), .address(try address(11)), .string(spec), .uint(UInt256(UInt64(resultType))),
        ])
        return Log(
            address: try address(10),
            topics: encoded.topics,
            data: encoded.data,
            blockNumber: place.blockNumber,
            blockHash: place.blockHash,
            transactionHash: place.transactionHash,
            transactionIndex: 0,
            logIndex: place.logIndex
        )
    }

    static let spec =
        #"{"Engine":{"Type":"wasm","Params":{"EntryModule":"/main.wasm","Entrypoint":"_start"}},"#
        + #""InputSources":[{"Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,AGFzbQEAAAA="}},"#
        + #""Target":"/main.wasm"}]}"#
}

struct MissingSample: Error {}
