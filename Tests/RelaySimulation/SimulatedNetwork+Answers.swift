import Ethereum
import JSON
import RelayTestSupport
import Transport

/// What one node says.
extension SimulatedNetwork.State {
    /// A refusal (JSON-RPC 2.0 §5.1), as its text.
    private static func refusal(_ code: Int, _ message: String) -> String {
        #""error":{"code":\#(code),"message":"\#(message)"}"#
    }

    mutating func answer(_ request: HTTPRequest, of node: Int, at now: Int64) -> SimulatedAnswer {
        guard node < world.plan.nodes.count else { return SimulatedAnswer(.connectFailed("no such host")) }
        let plan = world.plan.nodes[node]
        if world.isOut(node) { return SimulatedAnswer(.connectFailed("connection refused")) }
        guard let body = request.body, let message = try? JSONValue.parse(body) else {
            return SimulatedAnswer("no JSON", status: 400)
        }
        let isFaulty = !world.isCalm && chance.below(1_000) < plan.faultRate
        let fault = isFaulty ? chance.element(of: plan.faults) : nil
        // All of one request meets one backend.
        let delays = world.delays(of: node)
        let behind = delays.count > 1 ? delays[chance.below(delays.count)] : delays[0]
        let head = world.head(of: node, behind: behind, at: now)
        let answers = (message.array ?? [message]).map { call in
            let id = call["id"]?.number?.text ?? "null"
            let result = result(call["method"]?.string ?? "", call["params"]?.array ?? [], node, head, behind, now)
            return (id, result)
        }
        let texts = answers.map { #"{"jsonrpc":"2.0","id":\#($0.0),\#($0.1)}"# }
        let text = message.array == nil ? texts[0] : "[\(texts.joined(separator: ","))]"
        guard let fault else {
            return SimulatedAnswer(text)
        }
        return spoiled(fault, text, message.array == nil ? [answers[0].0] : answers.map(\.0))
    }

    private mutating func spoiled(_ fault: NodePlan.Fault, _ text: String, _ ids: [String]) -> SimulatedAnswer {
        func all(_ member: String, _ change: (String) -> String = { $0 }) -> SimulatedAnswer {
            let texts = ids.map { #"{"jsonrpc":"2.0","id":\#(change($0)),\#(member)}"# }
            return SimulatedAnswer(ids.count == 1 ? texts[0] : "[\(texts.joined(separator: ","))]")
        }
        switch fault {
        case .refused: return SimulatedAnswer(.connectFailed("connection refused"))
        case .timedOut: return SimulatedAnswer(.timedOut)
        case .broken: return SimulatedAnswer(.broken("connection reset by peer"))
        case .tooLarge: return SimulatedAnswer(.tooLarge(limit: 1))
        case .quota:
            let header = HTTPRequest.Header("Retry-After", "\(chance.within(0...3))")
            return SimulatedAnswer("slow down", status: 429, headers: [header])
        case .serverError: return SimulatedAnswer("<html>Internal Server Error</html>", status: 500)
        case .unavailable: return SimulatedAnswer("", status: 503)
        case .page: return SimulatedAnswer("<!DOCTYPE html><html>Welcome</html>")
        case .cut: return SimulatedAnswer(String(text.prefix(chance.below(text.utf8.count))))
        case .empty: return SimulatedAnswer("")
        case .internalError: return all(Self.refusal(-32_603, "internal error"))
        case .otherID: return all(#""result":null"#) { "\(($0.utf8.count) + 900_000)" }
        case .wrongType: return all(#""result":"# + chance.choose("17", "true", "\"0x\"", "{}", "[[]]", "[17]"))
        case .nothing: return all(chance.choose(#""result":null"#, #""error":null"#, #""results":[]"#))
        }
    }

    // MARK: Methods

    private mutating func result(
        _ method: String,
        _ parameters: [JSONValue],
        _ node: Int,
        _ head: SimulatedBlock,
        _ behind: Int64,
        _ now: Int64
    ) -> String {
        let plan = world.plan.nodes[node]
        switch method {
        case "eth_chainId":
            let id = plan.allegiance == .otherID ? SimulatedWorld.chainID + 1 : SimulatedWorld.chainID
            return #""result":"\#(UInt256(id).hexQuantity)""#
        case "eth_blockNumber": return #""result":"\#(UInt256(head.number).hexQuantity)""#
        case "eth_getBalance": return #""result":"0xde0b6b3a7640000""#
        case "eth_getCode": return #""result":"0x6001""#
        case "eth_call": return #""result":"0x\#(Hex.encode(view(parameters.first ?? .null, head)))""#
        case "eth_getBlockByNumber":
            if parameters.first?.string == "latest" { noteHead(head.number, of: node, now) }
            return block(parameters.first?.string ?? "", plan, head)
        case "eth_getBlockByHash":
            guard let hash = parameters.first?.string.flatMap({ Hash32(hex: $0) }),
                let block = known(hash, head, now - behind)
            else { return #""result":null"# }
            return #""result":\#(block.json(plan.bloom))"#
        case "eth_getLogs": return logs(parameters.first ?? .null, node, head, behind, now)
        default: return Self.refusal(-32_601, "the method \(method) does not exist")
        }
    }

    private mutating func noteHead(_ head: UInt64, of node: Int, _ now: Int64) {
        if let before = shown[node], head < before { situations.insert(.headRegression) }
        shown[node] = head
        if let askedLast, askedLast != node, let reorg = world.reorganisedAt, now - reorg < 3 * world.plan.blockTime {
            situations.insert(.failOverInReorg)
        }
        askedLast = node
    }

    /// What a contract's view says at a block; 1 for those that are not played.
    private func view(_ call: JSONValue, _ block: SimulatedBlock) -> [UInt8] {
        let input = (call["input"] ?? call["data"])?.string.flatMap { Hex.decode(String($0.dropFirst(2))) } ?? []
        guard let contract = call["to"]?.string.flatMap({ Address(hex: $0) }), input.count >= 4 else { return [] }
        switch Array(input[..<4]) {
        case JobBridgeABI.jobCount.selector: return UInt256(block.counts[contract, default: 0]).bigEndianBytes
        case JobBridgeABI.job.selector:
            let job = UInt256(bigEndian: Array(input[4...]))?.asUInt64.flatMap { block.job($0, of: contract) }
            let members: [ABIValue] = [
                .address(.zero), .uint(UInt256(1)), .uint(UInt256(job == nil ? 0 : 1)),
                .fixedBytes((job?.log.contentHash ?? .zero).bytes), .uint(UInt256(job?.log.blockNumber ?? 0)),
                .uint(.zero),
            ]
            return (try? JobBridgeABI.job.encodeOutput([.tuple(members)])) ?? []
        default: return UInt256(1).bigEndianBytes
        }
    }

    /// By hash a node answers for what left the chain too.
    private func known(_ hash: Hash32, _ head: SimulatedBlock, _ now: Int64) -> SimulatedBlock? {
        if let block = world.chain.blocks[hash], block.minedAt <= now { return block }
        var next: SimulatedBlock? = head
        while let block = next, block.hash != hash { next = block.parent }
        return next
    }

    private func block(_ reference: String, _ plan: NodePlan, _ head: SimulatedBlock) -> String {
        switch reference {
        case "latest": return #""result":\#(head.json(plan.bloom))"#
        case "safe", "finalized":
            let depth = world.plan.tagDepth
            let block = head.ancestor(atOrBelow: head.number - min(depth, head.number))
            switch world.isCalm ? .moving : plan.tag {
            case .moving: return #""result":\#(block.json(plan.bloom))"#
            case .failing: return Self.refusal(-32_000, "\(reference) block not found")
            case .null: return #""result":null"#
            case .zero: return #""result":\#(head.ancestor(atOrBelow: 0).json(plan.bloom))"#
            case .stuck:
                let stuck = block.ancestor(atOrBelow: block.number / 8 * 8)
                return #""result":\#(stuck.json(plan.bloom))"#
            }
        default:
            guard let number = UInt256(hexQuantity: reference)?.asUInt64, number <= head.number else {
                return #""result":null"#
            }
            let found = head.ancestor(atOrBelow: number)
            guard found.number != number else { return #""result":\#(found.json(plan.bloom))"# }
            switch plan.nullRound {
            case .null: return #""result":null"#
            case .error: return Self.refusal(12, "requested epoch was a null round")
            case .previous: return #""result":\#(found.json(plan.bloom))"#
            }
        }
    }

    // MARK: Logs

    private mutating func logs(
        _ filter: JSONValue,
        _ node: Int,
        _ head: SimulatedBlock,
        _ behind: Int64,
        _ now: Int64
    ) -> String {
        let plan = world.plan.nodes[node]
        let addresses = (filter["address"]?.array ?? [filter["address"] ?? .null]).compactMap(\.string)
            .compactMap { Address(hex: $0) }
        let topic = filter["topics"]?.array?.first.flatMap { $0.array?.first ?? $0 }?.string.flatMap { Hash32(hex: $0) }
        func fits(_ log: Log) -> Bool { addresses.contains(log.address) && log.topics.first == topic }

        var blocks: [SimulatedBlock]
        var heights: [UInt64] = []
        let isRange = filter["blockHash"] == nil
        if let hash = filter["blockHash"]?.string.flatMap({ Hash32(hex: $0) }) {
            guard let block = known(hash, head, now - behind) else { return Self.refusal(-32_000, "unknown block") }
            blocks = [block]
            heights = [block.number]
        } else {
            guard let from = filter["fromBlock"]?.string.flatMap({ UInt256(hexQuantity: $0)?.asUInt64 }),
                let to = filter["toBlock"]?.string.flatMap({ UInt256(hexQuantity: $0)?.asUInt64 }), from <= to
            else { return Self.refusal(-32_602, "invalid block range params") }
            if let limit = plan.rangeLimit, to - from >= limit {
                return Self.refusal(-32_000, "block range is too large, at most \(limit) blocks")
            }
            if to > head.number, plan.beyondHead == .refuses || world.isCalm {
                return Self.refusal(-32_602, "block range extends beyond current head block")
            }
            // Of what it does not have too it has said that there is nothing.
            heights = Array(from...max(from, min(to, world.chain.head.number)))
            blocks = from <= head.number ? head.blocks(from...min(to, head.number)) : []
        }
        if !world.isCalm, plan.indexDelay > 0 {
            let isIndexed = { (block: SimulatedBlock) in block.minedAt + plan.indexDelay <= now - behind }
            if plan.unindexed == .refuses, !blocks.allSatisfy(isIndexed) {
                return Self.refusal(-32_000, "requested epoch is not yet available")
            }
            if blocks.contains(where: { !isIndexed($0) && $0.logs.contains(where: fits) }) {
                situations.insert(.emptyFreshLogs)
            }
            blocks = blocks.filter(isIndexed)
        }
        defer { asked.formUnion(heights) }
        let found = blocks.flatMap { $0.logs.filter(fits) }
        if isRange, let limit = plan.logLimit, found.count > limit {
            return Self.refusal(-32_005, "query returned more than \(limit) results")
        }
        let limit = isRange && !world.isCalm ? plan.silentLimit ?? .max : .max
        let told = lied(Array(found.prefix(limit)), blocks, plan)
        if told.map(\.log) != found { situations.insert(.lie) }
        return #""result":[\#(told.map(\.json).joined(separator: ","))]"#
    }

    /// The answer with what the node leaves out of it or puts into it.
    private mutating func lied(
        _ truth: [Log],
        _ blocks: [SimulatedBlock],
        _ plan: NodePlan
    ) -> [SimulatedLogAnswer] {
        var answer = truth.map { SimulatedLogAnswer($0) }
        if plan.isLiar { return steadyLies(answer, blocks) }
        // Nothing is invented in what may be read for the second time: who does so twice in the same way is believed, as
        // documented. What is left out twice the contract's own count brings to light.
        let open = Set(blocks.filter { $0.number > world.finalBound || !asked.contains($0.number) }.map(\.hash))
        guard !world.isCalm, chance.below(1_000) < plan.lieRate, let lie = chance.element(of: plan.lies) else {
            return answer
        }
        switch lie {
        case .truncated:
            answer.removeLast(chance.below(answer.count + 1))
        case .invented:
            let block = blocks.filter { open.contains($0.hash) }.randomElement(using: &chance)
            guard let block else { break }
            insert(world.maker.invented(&chance), in: block, &answer)
        case .unfiltered: answer = blocks.flatMap(\.logs).map { SimulatedLogAnswer($0) }
        case .doubled: if let first = answer.first { answer.insert(first, at: 0) }
        case .reversed: answer.reverse()
        case .pending: if !answer.isEmpty { answer[0].isPending = true }
        case .withdrawn:
            guard let block = blocks.randomElement(using: &chance) else { break }
            insert(world.maker.invented(&chance), in: block, &answer, removed: true)
        }
        return answer
    }

    /// A liar always says the same of the same block.
    private func steadyLies(_ truth: [SimulatedLogAnswer], _ blocks: [SimulatedBlock]) -> [SimulatedLogAnswer] {
        var answer = truth.filter { $0.log.blockHash.bytes[0] % 2 == 0 }
        for block in blocks where block.hash.bytes[1] % 4 == 0 {
            var chance = SeededGenerator(seed: UInt64(block.hash.bytes[2]))
            var maker = RequestMaker(contracts: world.contracts)
            insert(maker.invented(&chance), in: block, &answer)
        }
        return answer
    }

    private func insert(
        _ written: (address: Address, topics: [Hash32], data: [UInt8]),
        in block: SimulatedBlock,
        _ answer: inout [SimulatedLogAnswer],
        removed: Bool = false
    ) {
        let log = Log(
            address: written.address,
            topics: written.topics,
            data: written.data,
            blockNumber: block.number,
            blockHash: block.hash,
            transactionHash: keccak256(written.data),
            transactionIndex: UInt64(block.transactions.count),
            logIndex: UInt64(block.logs.count),
            removed: removed
        )
        let place = answer.firstIndex { $0.log.blockNumber > block.number } ?? answer.count
        answer.insert(SimulatedLogAnswer(log), at: place)
    }
}

/// A log as it is answered.
struct SimulatedLogAnswer: Sendable {
    var log: Log
    /// Without a block, as of a transaction that waits.
    var isPending = false

    init(_ log: Log) {
        self.log = log
    }

    var json: String {
        let topics = log.topics.map { "\"\($0.hex)\"" }.joined(separator: ",")
        let number = isPending ? "null" : "\"\(UInt256(log.blockNumber).hexQuantity)\""
        let hash = isPending ? "null" : "\"\(log.blockHash.hex)\""
        let index = isPending ? "null" : "\"\(UInt256(log.logIndex).hexQuantity)\""
        return #"{"address":"\#(log.address.hex)","topics":[\#(topics)],"data":"0x\#(Hex.encode(log.data))","#
            + #""blockNumber":\#(number),"blockHash":\#(hash),"transactionHash":"\#(log.transactionHash.hex)","#
            + #""transactionIndex":"\#(UInt256(log.transactionIndex).hexQuantity)","logIndex":\#(index),"#
            + #""removed":\#(log.removed)}"#
    }
}

extension SimulatedBlock {
    func json(_ bloom: NodePlan.Bloom) -> String {
        let bloomMember =
            switch bloom {
            case .correct: #","logsBloom":"\#(bloomText)""#
            case .full: #","logsBloom":"\#(Self.fullBloom)""#
            case .missing: ""
            }
        return
            #"{"number":"\#(UInt256(number).hexQuantity)","hash":"\#(hash.hex)","parentHash":"\#(header.parentHash.hex)","#
            + #""timestamp":"\#(UInt256(header.timestamp).hexQuantity)","gasLimit":"0x1c9c380","#
            + #""gasUsed":"\#(UInt256(header.gasUsed).hexQuantity)","baseFeePerGas":"0x7"\#(bloomMember)}"#
    }

    private static let fullBloom = "0x" + String(repeating: "f", count: 512)
    private static let emptyBloom = "0x" + String(repeating: "0", count: 512)

    private var bloomText: String {
        logs.isEmpty ? Self.emptyBloom : "0x" + Hex.encode(header.logsBloom?.bytes ?? [])
    }
}
