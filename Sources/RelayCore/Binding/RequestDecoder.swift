package import Ethereum

/// What a log is to us.
package enum DecodedLog: Equatable, Sendable {
    case request(ObservedRequest)
    /// Kept in quarantine with this reason.
    case rejected(String)
}

extension ContractBinding {
    /// Reads a log of this binding's event.
    ///
    /// If address, topics and job id are sound it is a request, whatever its data look like: it can be failed on chain
    /// with the reason. Otherwise it is rejected with the reason.
    package func decode(_ log: Log) -> DecodedLog {
        guard log.topics.first == requestEvent.topic else { return .rejected("another event") }
        let indexed = requestEvent.inputs.count { $0.indexed }
        guard log.topics.count == indexed + 1 else {
            return .rejected("\(log.topics.count) topics, expected \(indexed + 1)")
        }
        let parts = requestEvent.decodeParts(topics: log.topics, data: log.data)
        guard parts.count == requestEvent.inputs.count else { return .rejected("undecodable") }
        guard case .success(.uint(let jobID)) = parts[fields.jobID] else {
            return .rejected("job id: \(Self.fault(parts[fields.jobID]))")
        }
        guard case .success(.address(let requester)) = parts[fields.requester] else {
            return .rejected("requester: \(Self.fault(parts[fields.requester]))")
        }
        var damage: [String] = []
        var spec: [UInt8] = []
        if case .success(.string(let bytes)) = parts[fields.spec] {
            spec = bytes
        } else {
            damage.append("spec: \(Self.fault(parts[fields.spec]))")
        }
        var resultType: UInt8?
        if case .success(.uint(let value)) = parts[fields.resultType],
            let number = value.asUInt64.flatMap(UInt8.init(exactly:))
        {
            resultType = number
        } else {
            damage.append("result type: \(Self.fault(parts[fields.resultType]))")
        }
        return .request(
            ObservedRequest(
                hash: log.contentHash,
                contract: log.address,
                jobID: jobID,
                requester: requester,
                spec: spec,
                resultType: resultType,
                damage: damage.isEmpty ? nil : "damaged log: " + damage.joined(separator: "; "),
                place: Place(
                    blockNumber: log.blockNumber,
                    blockHash: log.blockHash,
                    transactionHash: log.transactionHash,
                    logIndex: log.logIndex
                )
            )
        )
    }

    private static func fault(_ part: Result<ABIValue, ABIError>) -> String {
        switch part {
        case .success: "not of the expected type"
        case .failure(let error): "\(error)"
        }
    }
}
