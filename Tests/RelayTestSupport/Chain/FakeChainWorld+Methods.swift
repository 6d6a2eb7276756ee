import Ethereum
import JSON

/// The methods that read or change the world, with geth's errors.
extension FakeChainWorld {
    mutating func answer(_ method: String, _ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        switch method {
        case "eth_chainId": return .quantity(manners.chainID ?? chainID)
        case "net_version": return .string(String(chainID))
        case "web3_clientVersion": return "Geth/v1.17.10-stable/linux-amd64/go1.26.8"
        case "eth_syncing": return false
        case "eth_blockNumber": return .quantity(head.header.number)
        case "eth_gasPrice": return .quantity(baseFee.addingSaturating(tip))
        case "eth_maxPriorityFeePerGas": return .quantity(tip)
        case "eth_feeHistory": return try feeHistory(parameters)
        case "eth_getBlockByNumber": return try blockByNumber(parameters)
        case "eth_getBlockByHash": return try blockByHash(parameters)
        case "eth_getLogs": return try logs(parameters.first ?? .null)
        case "eth_call": return try call(parameters)
        case "eth_estimateGas": return try estimate(parameters)
        case "eth_getBalance": return .quantity(try account(parameters) { $1.balances[$0] ?? .zero })
        case "eth_getCode": return .bytes(try account(parameters) { $1.hasCode($0) ? [0x60, 0x80] : [] })
        case "eth_getTransactionCount": return try transactionCount(parameters)
        case "eth_sendRawTransaction": return try sendRaw(parameters)
        case "eth_getTransactionReceipt": return receipt(try hash(parameters.first))
        case "eth_getTransactionByHash": return transaction(try hash(parameters.first))
        default:
            throw RPCFailure(code: -32_601, "the method \(method) does not exist/is not available")
        }
    }

    // MARK: - Blocks

    private func blockByNumber(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        if let height = parameters.first?.string.flatMap({ UInt256(hexQuantity: $0)?.asUInt64 }), isTooOld(height) {
            throw manners.lookbackFailure
        }
        guard let block = try block(tag: parameters.first ?? "latest") else {
            guard let height = parameters.first?.string.flatMap({ UInt256(hexQuantity: $0)?.asUInt64 }),
                height < head.header.number
            else { return .null }
            return try nullRound(height)
        }
        return json(block, parameters)
    }

    private func blockByHash(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        guard let block = block(try hash(parameters.first)) else { return .null }
        return json(block, parameters)
    }

    private func json(_ block: FakeBlock, _ parameters: [JSONValue]) -> JSONValue {
        let json = block.json(withTransactions: parameters.dropFirst().first?.bool ?? false)
        switch manners.bloom {
        case .sound: return json
        case .full: return json.replacing("logsBloom", .bytes([UInt8](repeating: 0xff, count: 256)))
        case .missing: return json.replacing("logsBloom", .null)
        }
    }

    /// A height that has no block.
    private func nullRound(_ height: UInt64) throws(RPCFailure) -> JSONValue {
        switch manners.nullRound {
        case .error: throw RPCFailure(code: 12, "requested epoch was a null round (\(height))")
        case .null: return .null
        case .previous: return block(atOrBelow: height)?.json(withTransactions: false) ?? .null
        }
    }

    private func tagged(_ tag: NodeManners.Tag, _ name: String) throws(RPCFailure) -> FakeBlock? {
        switch tag {
        case .missing: throw RPCFailure("\(name) block not found")
        case .null: return nil
        case .behind(let depth): return block(atOrBelow: head.header.number - min(depth, head.header.number))
        case .stuck(let number): return block(atOrBelow: number)
        }
    }

    /// Nil beyond the head.
    private func block(tag: JSONValue) throws(RPCFailure) -> FakeBlock? {
        if let object = tag["blockHash"] { return try block(hashTag: object, tag["requireCanonical"]?.bool ?? false) }
        if let number = tag["blockNumber"] { return try block(tag: number) }
        switch tag.string ?? "latest" {
        case "latest", "pending": return head
        case "earliest": return blocks[0]
        case "safe": return try tagged(manners.safe, "safe")
        case "finalized": return try tagged(manners.finalized, "finalized")
        case let text: return block(try number(text))
        }
    }

    private func block(hashTag: JSONValue, _ mustBeCanonical: Bool) throws(RPCFailure) -> FakeBlock? {
        guard let found = block(try hash(hashTag)) else { throw RPCFailure("header for hash not found") }
        let isCanonical = block(found.header.number)?.header.hash == found.header.hash
        guard isCanonical || !mustBeCanonical else { throw RPCFailure("hash is not currently canonical") }
        return found
    }

    private func feeHistory(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        let wanted = Int(min(try number(parameters.first?.string ?? "0x1"), 1024))
        let count = min(max(wanted, 1), blocks.count)
        let chosen = blocks.suffix(count)
        let percentiles = parameters.count > 2 ? parameters[2].array?.count ?? 0 : 0
        let rewards = JSONValue.array(Array(repeating: .quantity(tip), count: percentiles))
        let fees = chosen.map { JSONValue.quantity($0.header.baseFeePerGas ?? .zero) } + [.quantity(baseFee)]
        return [
            "oldestBlock": .quantity(chosen[chosen.startIndex].header.number),
            "reward": .array(chosen.map { _ in rewards }), "baseFeePerGas": .array(fees),
            "gasUsedRatio": .array(
                chosen.map { .number(JSONNumber(text: ratio($0.header.gasUsed)) ?? JSONNumber(0)) }
            ),
        ]
    }

    private func ratio(_ used: UInt64) -> String { used == 0 ? "0" : "\(Double(used) / Double(gasLimit))" }

    // MARK: - Logs

    private func logs(_ filter: JSONValue) throws(RPCFailure) -> JSONValue {
        let filter = try LogFilter(filter)
        let chosen: ArraySlice<FakeBlock>
        let head = head.header.number
        if filter.blockHash != nil, manners.refusesBlockHash {
            throw RPCFailure(code: -32_602, "invalid argument 0: the blockHash filter is not supported")
        }
        if let hash = filter.blockHash {
            guard let block = block(hash) else { throw RPCFailure("unknown block") }
            if isTooOld(block.header.number) { throw manners.lookbackFailure }
            chosen = [block]
        } else {
            let from = try height(filter.fromBlock)
            var to = try height(filter.toBlock)
            if manners.clampsRanges, to > head {
                guard from <= head else { return [] }
                to = head
            }
            guard from <= to else { throw RPCFailure(code: -32_602, "invalid block range params") }
            guard to <= head else {
                throw RPCFailure(code: -32_602, "block range extends beyond current head block")
            }
            if let logRangeLimit, to - from >= logRangeLimit { throw logRangeFailure }
            if isTooOld(from) { throw manners.lookbackFailure }
            if manners.deferredLogs > 0, to + manners.deferredLogs > head {
                throw RPCFailure(code: 1, "events for the requested block are not yet available")
            }
            chosen = blocks(from...to)
        }
        let shown = chosen.filter { $0.header.number + manners.hiddenLogs <= head }
        var found = shown.flatMap { block in
            block.logs.filter(filter.matches).map { $0.json(timestamp: block.header.timestamp) }
        }
        if filter.blockHash == nil {
            if let most = manners.mostLogs, found.count > most { throw manners.mostLogsFailure }
            if let limit = manners.silentLimit { found = Array(found.prefix(limit)) }
        }
        return .array(found)
    }

    private func isTooOld(_ number: UInt64) -> Bool {
        manners.lookback.map { number + $0 < head.header.number } ?? false
    }

    private func height(_ tag: String?) throws(RPCFailure) -> UInt64 {
        switch tag {
        case nil, "latest", "pending": head.header.number
        case "earliest": 0
        case "safe": throw RPCFailure("safe block not found")
        case "finalized": throw RPCFailure("finalized block not found")
        case let text?: try number(text)
        }
    }

    // MARK: - Accounts and calls

    private func account<Value>(
        _ parameters: [JSONValue],
        _ read: (Address, FakeState) -> Value
    ) throws(RPCFailure) -> Value {
        guard let address = parameters.first?.string.flatMap({ Address(hex: $0) }) else {
            throw RPCFailure(code: -32_602, "invalid argument 0: invalid address")
        }
        guard let block = try block(tag: parameters.dropFirst().first ?? "latest") else {
            throw RPCFailure("header not found")
        }
        return read(address, block.state)
    }

    private func transactionCount(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        let isPending = parameters.dropFirst().first?.string == "pending"
        return .quantity(
            try account(parameters) { address, state in
                isPending ? pool.pendingNonce(of: address, state) : state.nonces[address] ?? 0
            }
        )
    }

    private func call(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        guard let block = try block(tag: parameters.dropFirst().first ?? "latest") else {
            throw RPCFailure("header not found")
        }
        let call = try CallArguments(parameters.first ?? .null, gasLimit: gasLimit)
        return .bytes(try simulate(call, block).output)
    }

    private func estimate(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        let call = try CallArguments(parameters.first ?? .null, gasLimit: gasLimit)
        let balance = state.balances[call.from] ?? .zero
        guard call.value <= balance else {
            throw RPCFailure(
                "failed with \(gasLimit) gas: insufficient funds for gas * price + value: address "
                    + "\(call.from) have \(balance) want \(call.value)"
            )
        }
        let effect = try simulate(call, head)
        let needed = EIP1559Transaction.intrinsicGas(call.data) + effect.gasNeeded
        return .quantity(max(needed, EIP1559Transaction.calldataFloorGas(call.data)))
    }

    private func simulate(_ call: CallArguments, _ block: FakeBlock) throws(RPCFailure) -> FakeJobBridge.Effect {
        do throws(FakeRevert) {
            return try block.state.simulate(
                to: call.to,
                call.data,
                from: call.from,
                value: call.value,
                gas: call.gas,
                blockNumber: block.header.number + 1
            )
        } catch {
            if error.reason == outOfGas { throw RPCFailure("out of gas") }
            let message = "execution reverted" + (error.reason.map { ": \($0)" } ?? "")
            throw RPCFailure(code: 3, message, data: "0x" + Hex.encode(error.data))
        }
    }

    // MARK: - Transactions

    private mutating func sendRaw(_ parameters: [JSONValue]) throws(RPCFailure) -> JSONValue {
        guard let raw = parameters.first?.string.flatMap({ Hex.decode($0) }) else {
            throw RPCFailure(code: -32_602, "invalid argument 0: hex string without 0x prefix")
        }
        return .string(try send(raw).hex)
    }

    private func receipt(_ hash: Hash32) -> JSONValue {
        guard !hidesReceipts, let (block, index) = mined(hash),
            block.header.number + receiptDelay <= head.header.number,
            manners.receiptLookback.map({ block.header.number + $0 >= head.header.number }) ?? true
        else { return .null }
        return block.receiptJSON(index)
    }

    private func transaction(_ hash: Hash32) -> JSONValue {
        if let place = mined(hash) { return place.block.transactions[place.index].transaction.json(in: place) }
        return pool.transactions.first { $0.hash == hash }?.json(in: nil) ?? .null
    }

    // MARK: - Arguments

    private func hash(_ value: JSONValue?) throws(RPCFailure) -> Hash32 {
        guard let hash = value?.string.flatMap({ Hash32(hex: $0) }) else {
            throw RPCFailure(code: -32_602, "invalid argument 0: hex string has invalid length")
        }
        return hash
    }

    private func number(_ text: String) throws(RPCFailure) -> UInt64 {
        guard text.hasPrefix("0x") else {
            throw RPCFailure(code: -32_602, "invalid argument 0: hex string without 0x prefix")
        }
        guard let number = UInt256(hexQuantity: text)?.asUInt64 else {
            throw RPCFailure(code: -32_602, "invalid argument 0: invalid hex string")
        }
        return number
    }
}

/// The object of `eth_call` and `eth_estimateGas`.
private struct CallArguments {
    let from: Address
    let to: Address?
    let data: [UInt8]
    let value: UInt256
    let gas: UInt64

    init(_ object: JSONValue, gasLimit: UInt64) throws(RPCFailure) {
        guard object.object != nil else { throw RPCFailure(code: -32_602, "missing value for required argument 0") }
        from = object["from"]?.string.flatMap { Address(hex: $0) } ?? .zero
        to = object["to"]?.string.flatMap { Address(hex: $0) }
        data = (object["input"] ?? object["data"])?.string.flatMap { Hex.decode($0) } ?? []
        value = object["value"]?.string.flatMap { UInt256(hexQuantity: $0) } ?? .zero
        gas = object["gas"]?.string.flatMap { UInt256(hexQuantity: $0)?.asUInt64 } ?? gasLimit
    }
}
