import Ethereum
import EthereumRPC
import JSON
import Relay
import RelayCore
import RelayStore
import RelayerConfiguration

/// `replay --dry-run`: what a replay would find, do and cost.
extension ReplayCommand {
    func plan(_ wiring: Wiring) async throws -> ExitCode {
        // Without a database all is new.
        let view = PrivateFile.isMissing(wiring.settings.database) ? nil : try wiring.storeView()
        let stored = try view?.overview().chain
        let client = try await chain(wiring, known: stored).client
        let head = try await client.blockNumber()
        try check(head: head)
        let contracts = wiring.settings.contracts
        let plan = ReplayPlan(
            client: client,
            reader: LogReader(book: wiring.book),
            contracts: contracts.map(\.address),
            reach: wiring.reach,
            known: stored?.canonical ?? CanonicalChain(),
            callsPerSecond: rate,
            time: wiring.time
        )
        var findings = ReplayPlan.Findings(from: from, to: min(to ?? head, head))
        var progress = Progress()
        try await plan.run(&findings) { hash in
            try view?.state(of: hash)
        } report: { found in
            progress.show("block \(found.next) of \(found.from) to \(found.to)", fraction: found.fraction)
        }
        progress.close()
        let cost = try await cost(of: plan, wiring, client, answers: findings.new[.open] ?? 0)
        if json {
            Output.line(findings.json(cost: cost).line)
        } else {
            Output.write(findings.text(cost: cost))
        }
        return .done
    }

    /// The most that the answers may cost at this moment; nil where there are none, or where the fees are above the cap.
    private func cost(
        of plan: ReplayPlan,
        _ wiring: Wiring,
        _ client: EthereumClient,
        answers: Int
    ) async throws -> UInt256? {
        guard answers > 0 else { return nil }
        let options = wiring.options(process: 0)
        let desk = ContractDesk(client: client, book: options.book)
        var dearest: UInt256?
        for contract in options.contracts {
            let said = contract.callbackGas == nil ? try await desk.callbackGas(of: contract.address) : nil
            let policy = contract.gasPolicy(callbackGas: said)
            guard let one = try await plan.costPerAnswer(policy, options.settle.fees) else { return nil }
            dearest = max(dearest ?? one, one)
        }
        return dearest?.multipliedSaturating(by: UInt256(UInt64(answers)))
    }
}
