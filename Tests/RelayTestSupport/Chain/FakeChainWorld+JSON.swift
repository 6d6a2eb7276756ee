import Ethereum
package import JSON

extension FakeBlock {
    func json(withTransactions: Bool) -> JSONValue {
        let zero = JSONValue.string(Hash32.zero.hex)
        let size = UInt64(600 + transactions.reduce(0) { $0 + ($1.transaction.signed?.rawBytes.count ?? 200) })
        return [
            "baseFeePerGas": .quantity(header.baseFeePerGas ?? .zero), "blobGasUsed": "0x0", "difficulty": "0x0",
            "excessBlobGas": "0x0", "extraData": "0x", "gasLimit": .quantity(header.gasLimit),
            "gasUsed": .quantity(header.gasUsed), "hash": .string(header.hash.hex), "logsBloom": .bytes(bloom),
            "miner": .string(Address.zero.hex), "mixHash": zero, "nonce": "0x0000000000000000",
            "number": .quantity(header.number), "parentBeaconBlockRoot": zero,
            "parentHash": .string(header.parentHash.hex), "receiptsRoot": zero, "sha3Uncles": zero,
            "size": .quantity(size), "stateRoot": zero, "timestamp": .quantity(header.timestamp),
            "transactions": .array(
                transactions.indices.map { index in
                    let transaction = transactions[index].transaction
                    return withTransactions ? transaction.json(in: (self, index)) : .string(transaction.hash.hex)
                }
            ), "transactionsRoot": zero, "uncles": [], "withdrawals": [], "withdrawalsRoot": zero,
        ]
    }

    func receiptJSON(_ index: Int) -> JSONValue {
        let mined = transactions[index]
        let cumulative = transactions[...index].reduce(0) { $0 + $1.gasUsed }
        return [
            "blockHash": .string(header.hash.hex), "blockNumber": .quantity(header.number), "contractAddress": .null,
            "cumulativeGasUsed": .quantity(cumulative), "effectiveGasPrice": .quantity(mined.effectiveGasPrice),
            "from": .string(mined.transaction.sender.hex), "gasUsed": .quantity(mined.gasUsed),
            "logs": .array(logs(ofTransactionAt: index).map { $0.json(timestamp: header.timestamp) }),
            "logsBloom": .bytes([UInt8](repeating: 0, count: 256)), "status": mined.succeeded ? "0x1" : "0x0",
            "to": mined.transaction.to.map { .string($0.hex) } ?? .null,
            "transactionHash": .string(mined.transaction.hash.hex), "transactionIndex": .quantity(UInt64(index)),
            "type": "0x2",
        ]
    }
}

extension FakeTransaction {
    var to: Address? {
        switch content {
        case .signed(let signed): signed.transaction.to
        case .dictated(let steps):
            switch steps.first {
            case .call(let to, _, _): to
            case .emit(let log, _): log.address
            case nil: nil
            }
        }
    }

    /// As `eth_getTransactionByHash` shows it; nulls for a place where it is pending.
    func json(in place: (block: FakeBlock, index: Int)?) -> JSONValue {
        let content = signed?.transaction
        let signature = signed?.signature
        return [
            "blockHash": place.map { .string($0.block.header.hash.hex) } ?? .null,
            "blockNumber": place.map { .quantity($0.block.header.number) } ?? .null, "from": .string(sender.hex),
            "gas": .quantity(content?.gasLimit ?? 1_000_000),
            "gasPrice": .quantity(
                place.map { $0.block.transactions[$0.index].effectiveGasPrice } ?? content?.maxFeePerGas ?? .zero
            ),
            "maxFeePerGas": .quantity(content?.maxFeePerGas ?? .zero),
            "maxPriorityFeePerGas": .quantity(content?.maxPriorityFeePerGas ?? .zero), "hash": .string(hash.hex),
            "input": .bytes(content?.data ?? []), "nonce": .quantity(content?.nonce ?? 0),
            "to": to.map { .string($0.hex) } ?? .null,
            "transactionIndex": place.map { .quantity(UInt64($0.index)) } ?? .null,
            "value": .quantity(content?.value ?? .zero), "type": "0x2", "accessList": [],
            "chainId": .quantity(content?.chainID ?? 0), "v": signature?.yParity == true ? "0x1" : "0x0",
            "r": .quantity(signature?.r ?? .zero), "s": .quantity(signature?.s ?? .zero),
            "yParity": signature?.yParity == true ? "0x1" : "0x0",
        ]
    }
}

extension Log {
    func json(timestamp: UInt64) -> JSONValue {
        [
            "address": .string(address.hex), "topics": .array(topics.map { .string($0.hex) }), "data": .bytes(data),
            "blockNumber": .quantity(blockNumber), "transactionHash": .string(transactionHash.hex),
            "transactionIndex": .quantity(transactionIndex), "blockHash": .string(blockHash.hex),
            "blockTimestamp": .quantity(timestamp), "logIndex": .quantity(logIndex), "removed": .bool(removed),
        ]
    }
}

extension JSONValue {
    /// An object with another value for one of its members.
    package func replacing(_ name: String, _ value: JSONValue) -> JSONValue {
        guard let members = object else { return self }
        return .object(members.map { $0.name == name ? JSONMember(name, value) : $0 })
    }

    static func quantity(_ value: UInt256) -> JSONValue { .string(value.hexQuantity) }
    static func quantity(_ value: UInt64) -> JSONValue { .string("0x" + String(value, radix: 16)) }
    static func bytes(_ bytes: [UInt8]) -> JSONValue { .string("0x" + Hex.encode(bytes)) }
}
