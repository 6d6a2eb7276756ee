internal import Bacalhau
package import Ethereum

/// What a log is to us.
package enum DecodedLog: Equatable, Sendable {
    case request(ObservedRequest)
    /// Kept in quarantine with this reason.
    case rejected(String)
}

extension ContractBinding {
    /// The identity of the request of a log: what the log says (design D2).
    ///
    /// Where requests have no id, two that say the same differ by their transaction and by `ordinal`, which counts the
    /// requests of the contract within it from 0.
    package func identity(of log: Log, ordinal: Int) -> Hash32 {
        guard fields.jobID == nil else { return log.contentHash }
        return keccak256(
            log.contentHash.bytes + log.transactionHash.bytes + UInt256(UInt64(max(0, ordinal))).bigEndianBytes
        )
    }

    /// Reads a log of this binding's event.
    ///
    /// If address, topics and job id are sound it is a request, whatever its data look like: it can be failed on chain
    /// with the reason. Otherwise it is rejected with the reason.
    package func decode(_ log: Log, ordinal: Int = 0) -> DecodedLog {
        guard log.topics.first == requestEvent.topic else { return .rejected("another event") }
        guard log.topics.count == requestEvent.topicCount else {
            return .rejected("\(log.topics.count) topics, expected \(requestEvent.topicCount)")
        }
        let hash = identity(of: log, ordinal: ordinal)
        var reading = LogFields(event: requestEvent, log: log)
        let jobID: UInt256
        switch fields.jobID.map({ reading.uint(at: $0) }) {
        case .success(let id)?: jobID = id
        case .failure(let fault)?: return .rejected("job id: \(fault.text)")
        // A number that nobody else has.
        case nil: jobID = hash.asUInt256
        }
        let requester: Address
        switch fields.requester.map({ reading.address(at: $0) }) {
        case .success(let address)?: requester = address
        case .failure(let fault)?: return .rejected("requester: \(fault.text)")
        case nil: requester = log.address
        }
        let spec = reading.spec(fields.spec)
        let resultType = reading.resultType(fields.resultType)
        let echo = reading.echo(of: self)
        return .request(
            ObservedRequest(
                hash: hash,
                contract: log.address,
                jobID: jobID,
                requester: requester,
                party: fields.isRequesterProven ? requester : nil,
                spec: spec,
                resultType: resultType,
                echo: echo,
                damage: reading.damage.isEmpty ? nil : "damaged log: " + reading.damage.joined(separator: "; "),
                place: Place(
                    blockNumber: log.blockNumber,
                    blockHash: log.blockHash,
                    transactionHash: log.transactionHash,
                    logIndex: log.logIndex
                )
            )
        )
    }
}

/// The fields of one log, each read for itself, and what is wrong with those that a request can be failed without.
private struct LogFields {
    struct Fault: Error {
        let text: String
    }

    let event: ABIEvent
    let log: Log
    var damage: [String] = []

    private func value(at path: ContractBinding.Path) -> Result<ABIValue, Fault> {
        Result { () throws(ABIError) in
            try event.decodeField(at: path, topics: log.topics, data: log.data)
        }.mapError { Fault(text: "\($0)") }
    }

    private func cast<Value>(
        _ path: ContractBinding.Path,
        _ cast: (ABIValue) -> Value?
    ) -> Result<Value, Fault> {
        value(at: path).flatMap { value in
            cast(value).map { .success($0) } ?? .failure(Fault(text: "not of the expected type"))
        }
    }

    func uint(at path: ContractBinding.Path) -> Result<UInt256, Fault> {
        cast(path) { if case .uint(let number) = $0 { number } else { nil } }
    }

    func address(at path: ContractBinding.Path) -> Result<Address, Fault> {
        cast(path) { if case .address(let address) = $0 { address } else { nil } }
    }

    private mutating func sound<Value>(_ what: String, _ result: Result<Value, Fault>) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(let fault):
            damage.append("\(what): \(fault.text)")
            return nil
        }
    }

    private mutating func text(_ what: String, at path: ContractBinding.Path) -> [UInt8]? {
        sound(
            what,
            cast(path) { value in
                switch value {
                case .string(let bytes), .bytes(let bytes): bytes
                // The hash of an indexed one.
                case .fixedBytes(let hash): Array(Hash32(hash)?.hex.utf8 ?? "".utf8)
                default: nil
                }
            }
        )
    }

    mutating func spec(_ field: ContractBinding.SpecField) -> [UInt8] {
        switch field {
        case .text(let path):
            return text("spec", at: path) ?? []
        case .module(let name, let inputs):
            let list: [ABIValue] =
                sound("inputs", cast(inputs) { if case .array(let list) = $0 { list } else { nil } }) ?? []
            var pairs: [[UInt8]] = []
            for case .string(let pair) in list { pairs.append(pair) }
            guard let module = text("module", at: name) else { return [] }
            return ModuleText.write(module, pairs: pairs)
        case .named(let name, let parameters):
            guard let name = text("job name", at: name), let parameters = text("parameters", at: parameters) else {
                return []
            }
            return ModuleText.write(name, parameters: parameters)
        }
    }

    mutating func resultType(_ field: ContractBinding.ResultTypeField) -> UInt8? {
        switch field {
        case .always(let type): return type.rawValue
        case .field(let path):
            return sound(
                "result type",
                uint(at: path).flatMap { number in
                    number.asUInt64.flatMap(UInt8.init(exactly:)).map { .success($0) }
                        ?? .failure(Fault(text: "not of the expected type"))
                }
            )
        }
    }

    mutating func echo(of binding: ContractBinding) -> [UInt8] {
        var values: [ABIValue] = []
        for path in binding.fields.echoes {
            guard let value = sound("field \(path)", value(at: path)) else { return [] }
            values.append(value)
        }
        return sound(
            "fields",
            Result { () throws(ABIError) in try binding.echo(values) }.mapError { Fault(text: "\($0)") }
        )
            ?? []
    }
}
