internal import Ethereum
internal import EthereumRPC
internal import Transport

/// Finds out what a node gives of its logs: how many blocks at a time, by hash, and how far back.
///
/// All of it with the filter of a relayer, so the answers are small; each part makes a dozen calls at most.
struct LogProbe: Sendable {
    let node: EthereumClient
    let filter: RequestFilter
    let options: Relayer.Options
    let time: any TimeSource

    private static let limit: Duration = .seconds(40)
    /// An answer that takes longer ends the growing: the next would cost more than it is worth.
    private static let slow: Int64 = 4_000
    /// The limits that are common among providers, and no more.
    private static let sizes: [UInt64] = [1, 10, 100, 500, 1_000, 2_000, 2_880, 5_000, 10_000]

    // MARK: At a time

    func window(below head: UInt64) async -> Observed<LogWindow> {
        await observe(within: Self.limit, time) { try await grow(below: top(head)) }
    }

    /// Nodes whose newest blocks have no logs yet (Filecoin) are asked for older ones.
    private func top(_ head: UInt64) -> UInt64 { head - min(head, 2) }

    private func grow(below top: UInt64) async throws -> LogWindow {
        var accepted: UInt64 = 0
        for size in sizes() {
            let size = min(size, top + 1)
            guard size > accepted else { return LogWindow(accepted: accepted, end: .wholeChain) }
            let began = time.now()
            do {
                _ = try await node.logs(filter.blocks(top - (size - 1)...top))
            } catch {
                return try await end(error, asked: size, accepted: accepted, top)
            }
            accepted = size
            if time.now() - began > Self.slow { return LogWindow(accepted: accepted, end: .slow) }
        }
        return LogWindow(accepted: accepted, end: .cap)
    }

    /// What an answer that did not come says of the size that was asked for; throws where nothing is known.
    private func end(_ error: RPCError, asked: UInt64, accepted: UInt64, _ top: UInt64) async throws -> LogWindow {
        if case .tooMany(let hint) = error.logRangeFailure {
            let hinted = await confirm(hint, above: accepted, below: asked, top)
            return LogWindow(accepted: hinted ?? accepted, end: .refused(blocks: asked, words: "\(error.kind)"))
        }
        guard accepted > 0 else {
            // What it answers is no list of logs, and will be none of the relayer's either.
            guard error.isMalformed || !error.isTransient else { throw error }
            return LogWindow(accepted: 0, end: .refused(blocks: asked, words: "\(error.kind)"))
        }
        if case .transport(.timedOut) = error.kind { return LogWindow(accepted: accepted, end: .slow) }
        let words = "\(error.kind)"
        let end = error.isTransient ? LogWindow.End.trouble(words) : .refused(blocks: asked, words: words)
        return LogWindow(accepted: accepted, end: end)
    }

    private func sizes() -> [UInt64] { Set(Self.sizes + [options.follow.window]).sorted() }

    /// A size that the node named itself, where it is of use and holds.
    private func confirm(_ hint: UInt64?, above: UInt64, below: UInt64, _ top: UInt64) async -> UInt64? {
        guard let hint, hint > above, hint < below else { return nil }
        do {
            _ = try await node.logs(filter.blocks(top - (hint - 1)...top))
            return hint
        } catch {
            return nil
        }
    }

    // MARK: By hash

    func byHash(below head: UInt64) async -> Observed<Bool> {
        await observe(within: .seconds(15), time) {
            let header = try await header(near: top(head))
            do throws(RPCError) {
                _ = try await node.logs(filter.block(header.hash))
                return true
            } catch {
                guard !error.isTransient else { throw error }
                return false
            }
        }
    }

    /// A height without a block (Filecoin) has one near it.
    private func header(near number: UInt64) async throws -> BlockHeader {
        for step in 0..<4 as Range<UInt64> {
            if let header = try? await node.header(at: .number(number - min(number, step))) { return header }
        }
        throw NodeProbe.NoBlock()
    }

    // MARK: How far back

    /// From where a relayer would begin.
    func lookBack(below head: UInt64) async -> Observed<LookBack> {
        await observe(within: Self.limit, time) {
            let wanted = min(options.contracts.map(\.startBlock).min() ?? 0, top(head))
            guard let refusal = try await refusal(of: wanted) else { return LookBack(wanted: wanted, oldest: wanted) }
            guard try await self.refusal(of: top(head)) == nil else {
                return LookBack(wanted: wanted, oldest: nil, refusal: refusal)
            }
            let oldest = try await search(refused: wanted, answered: top(head))
            return LookBack(wanted: wanted, oldest: oldest, refusal: refusal)
        }
    }

    /// Ten halvings: about a thousandth of the way.
    private func search(refused: UInt64, answered: UInt64) async throws -> UInt64 {
        var (refused, answered) = (refused, answered)
        for _ in 0..<10 where answered - refused > 1 {
            let middle = refused + (answered - refused) / 2
            if try await refusal(of: middle) == nil { answered = middle } else { refused = middle }
        }
        return answered
    }

    /// Why a block's logs are not given; nil where they are.
    ///
    /// Throws what passes.
    private func refusal(of number: UInt64) async throws -> String? {
        do {
            _ = try await node.logs(filter.blocks(number...number))
            return nil
        } catch {
            guard !error.isTransient else { throw error }
            return "\(error.kind)"
        }
    }
}

extension RPCError {
    fileprivate var isMalformed: Bool { if case .malformed = kind { true } else { false } }
}
