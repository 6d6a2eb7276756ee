internal import Ethereum
internal import EthereumRPC
internal import Transport

/// Asks a contract what its binding lets one ask.
struct ContractProbe: Sendable {
    let address: Address
    let account: Address?
    /// nil where no node answers.
    let desk: ContractDesk?
    let time: any TimeSource

    func look() async -> ContractExamination {
        guard let desk else {
            return ContractExamination(address: address, hasCode: .failed("no node of the chain answers"))
        }
        let address = address
        let hasCode = await observe(within: Self.limit, time) { try await !desk.client.code(at: address).isEmpty }
        var seen = ContractExamination(address: address, hasCode: hasCode)
        guard hasCode.value == true else { return seen }
        if let account {
            seen.isRelayer = await ask { try await desk.isRelayer(account, of: address) }
        }
        seen.callbackGas = await ask { try await desk.callbackGas(of: address) }
        seen.fee = await ask { try await desk.fee(of: address) }
        seen.jobs = await ask {
            guard let count = try await desk.jobCount(of: address) else { return nil }
            _ = try await desk.job(count, of: address)
            return count
        }
        return seen
    }

    /// nil: its binding has no such view.
    private func ask<Value: Sendable>(
        _ view: @escaping @Sendable () async throws -> Value?
    ) async -> Observed<Value>? {
        switch await observe(within: Self.limit, time, view) {
        case .seen(let value): value.map { .seen($0) }
        case .failed(let reason): .failed(reason)
        }
    }

    private static let limit: Duration = .seconds(12)
}
