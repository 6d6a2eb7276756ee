internal import Ethereum
internal import EthereumRPC
internal import Synchronization
internal import Transport

/// Looks at one node: first whether it answers and with which chain, then closer where that chain is the right one.
struct NodeProbe: Sendable {
    let endpoint: EthereumEndpoint
    let transport: any HTTPTransport
    let webSocket: any WebSocketConnector
    let subject: DoctorSubject
    let filter: RequestFilter
    let time: any TimeSource
    /// The bounds of the wait for new blocks.
    let patience: ClosedRange<Duration>

    /// A node that was found, and what it was asked with.
    struct Visit: Sendable {
        let probe: NodeProbe
        let client: EthereumClient
        let dates: DateNotes
        var seen: NodeExamination
    }

    func reach() async -> Visit {
        let dates = DateNotes(transport, time: time)
        let client = EthereumClient(transport: dates, endpoint: endpoint, totalTimeout: .seconds(10), time: time)
        let refusal = Mutex<NodeRefusal?>(nil)
        let reach = await observe(within: .seconds(15), time) { [time] in
            do {
                let chainID = try await client.chainID()
                guard let head = try await client.header(at: .latest) else { throw NoBlock() }
                return NodeReach(
                    chainID: chainID,
                    head: BlockSight(number: head.number, timestamp: head.timestamp),
                    at: time.now()
                )
            } catch {
                let said = NodeRefusal(error)
                refusal.withLock { $0 = said }
                throw error
            }
        }
        return Visit(
            probe: self,
            client: client,
            dates: dates,
            seen: NodeExamination(
                shown: client.maskedEndpoint,
                reach: reach,
                refusal: refusal.withLock { $0 },
                clockOffset: dates.seen
            )
        )
    }

    struct NoBlock: Error, CustomStringConvertible {
        let description = "it has no latest block"
    }
}

extension NodeProbe.Visit {
    /// The same visit with the details; unchanged where they would say nothing.
    func lookCloser(common: UInt64, anchor: UInt64?) async -> Self {
        guard let reach = seen.reach.value, reach.chainID == probe.subject.options.chainID else { return self }
        var visit = self
        visit.seen.details = await details(reach.head, common: common, anchor: anchor)
        visit.seen.clockOffset = dates.seen
        return visit
    }

    /// One question after the other, but for those that wait for new blocks: a node is not to be hammered.
    private func details(_ head: BlockSight, common: UInt64, anchor: UInt64?) async -> NodeDetails {
        let (probe, client, time) = (probe, client, probe.time)
        let pace = PaceProbe(node: client, time: time)
        let blockTime = await pace.blockTime(below: head)
        // Two blocks should come in it.
        let twoBlocks = (blockTime.value?.each ?? .seconds(2)) * 2
        let patience = min(max(twoBlocks, probe.patience.lowerBound), probe.patience.upperBound)
        async let socket = WebSocketProbe.look(probe.endpoint.webSocketURL, probe.webSocket, patience: patience, time)
        async let fresh = FreshLogsProbe(node: client, patience: patience, time: time).look()
        let logs = LogProbe(node: client, filter: probe.filter, options: probe.subject.options, time: time)
        let software = await observe(within: .seconds(10), time) { try await client.clientVersion() }
        let latency = await pace.latency()
        let genesis = await observe(within: .seconds(10), time) { try await client.genesisHash() }
        let commonHash = await hash(of: common)
        let anchorHash = if let anchor { await hash(of: anchor) } else { Observed<Hash32?>?.none }
        let safe = await tagged(.safe)
        let finalized = await tagged(.finalized)
        let headAfterTags = await observe(within: .seconds(10), time) { try await client.blockNumber() }.value
        let window = await logs.window(below: head.number)
        let byHash = await logs.byHash(below: head.number)
        let lookBack = await logs.lookBack(below: head.number)
        let batch = await BatchProbe(endpoint: probe.endpoint, transport: dates, time: time).look()
        return await NodeDetails(
            software: software,
            latency: latency,
            genesis: genesis,
            common: (common, commonHash),
            anchor: anchorHash,
            blockTime: blockTime,
            safe: safe,
            finalized: finalized,
            headAfterTags: headAfterTags,
            window: window,
            byHash: byHash,
            fresh: fresh,
            lookBack: lookBack,
            batch: batch,
            webSocket: socket
        )
    }

    private func hash(of number: UInt64) async -> Observed<Hash32?> {
        let client = client
        return await observe(within: .seconds(10), probe.time) { try await client.header(at: .number(number))?.hash }
    }

    private func tagged(_ tag: BlockReference) async -> Observed<BlockSight?> {
        let client = client
        return await observe(within: .seconds(10), probe.time) {
            // Block 0 is no answer: nodes name it before they know of any.
            try await client.header(at: tag).flatMap { header in
                header.number == 0 ? nil : BlockSight(number: header.number, timestamp: header.timestamp)
            }
        }
    }
}

extension NodeRefusal {
    fileprivate init?(_ error: any Error) {
        if error is NodeProbe.NoBlock {
            self = .noHead
        } else if let error = error as? RPCError, error.isQuota {
            self = .quota
        } else if let error = error as? RPCError, error.isDenied {
            self = .key
        } else {
            return nil
        }
    }
}
