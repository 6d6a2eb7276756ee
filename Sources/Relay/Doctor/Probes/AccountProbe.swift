internal import Ethereum
internal import EthereumRPC
internal import RelayCore
internal import Transport

/// Looks at the account's money and nonces, and at what the chain asks for gas.
struct AccountProbe: Sendable {
    let account: Address
    let node: EthereumClient
    let time: any TimeSource

    func look() async -> Observed<AccountSight> {
        let (account, node) = (account, node)
        return await observe(within: .seconds(30), time) {
            AccountSight(
                address: account,
                balance: try await node.balance(of: account),
                market: FeeMarket(try await node.feeQuote()),
                mined: try await node.transactionCount(of: account),
                pending: try await node.transactionCount(of: account, at: .pending)
            )
        }
    }
}
