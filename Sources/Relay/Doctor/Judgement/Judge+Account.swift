internal import Ethereum
internal import RelayCore

/// The account: its key, its money, how long that lasts.
extension Judge {
    var account: [Finding] {
        guard case .seen(let address) = subject.account else {
            return [
                Finding(
                    .error,
                    "account",
                    "key",
                    subject.account.failure ?? "",
                    remedy: "name a keystore and its password in account, or make one with 'lilypad-relayer key new'"
                )
            ]
        }
        let key = Finding(.ok, "account", "key", "\(address)")
        guard let account = seen.account.value else {
            let reason = seen.account.failure ?? ""
            return [
                key, Finding(.error, "account", "balance", "cannot be had: \(reason)", remedy: "see chain.rpc"),
            ]
        }
        return [key, balance(account), price(account), pool(account)].compactMap { $0 }
    }

    /// Settlements that are worth a warning.
    static let few = UInt256(100)

    private func balance(_ account: AccountSight) -> Finding {
        let has = "\(Ether.text(account.balance)) coins"
        guard account.balance > .zero else {
            return Finding(
                .error,
                "account",
                "balance",
                "it has no money: no answer can be sent",
                remedy: "send coin to \(account.address)"
            )
        }
        let cost = cost(account)
        guard cost > .zero else { return Finding(.ok, "account", "balance", "\(has); gas costs nothing now") }
        let settlements = account.balance.quotientAndRemainder(dividingBy: cost).quotient
        let text = "\(has), for about \(settlements) answers of up to \(Ether.text(cost)) at the present price"
        guard settlements < Self.few else { return Finding(.ok, "account", "balance", text) }
        return Finding(.warning, "account", "balance", text, remedy: "send coin to \(account.address)")
    }

    /// Of an answer of a hundred bytes whose callback uses all it may, in wei, at what is asked now.
    private func cost(_ account: AccountSight) -> UInt256 {
        let gas = zip(options.contracts, seen.contracts).map { options, contract in
            options.gasPolicy(callbackGas: contract.callbackGas?.value).ceiling(textLength: 100, calldata: [])
        }
        let tip = max(account.market.priorityFeePerGas, self.options.settle.fees.minPriorityFeePerGas)
        let price = account.market.baseFeePerGas.addingSaturating(tip)
        return price.multipliedSaturating(by: UInt256(gas.max() ?? 0))
    }

    private func price(_ account: AccountSight) -> Finding {
        let market = account.market
        let asked = "base fee \(gwei(market.baseFeePerGas)), tip \(gwei(market.priorityFeePerGas))"
        guard options.settle.fees.fees(for: market) == nil else { return Finding(.ok, "account", "price", asked) }
        let cap = options.settle.fees.maxFeePerGas.map(gwei) ?? "none"
        return Finding(
            .warning,
            "account",
            "price",
            "\(asked): more than fees.maxFeePerGas allows (\(cap)), so answers wait",
            remedy: "raise fees.maxFeePerGas, or wait until the chain is cheaper"
        )
    }

    private func gwei(_ wei: UInt256) -> String {
        let (whole, rest) = wei.quotientAndRemainder(dividingBy: UInt256(1_000_000_000))
        guard rest != .zero else { return "\(whole) gwei" }
        let digits = rest.description
        var places = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        while places.hasSuffix("0") { places.removeLast() }
        return "\(whole).\(places) gwei"
    }

    private func pool(_ account: AccountSight) -> Finding? {
        guard account.pending > account.mined else { return nil }
        let waiting = account.pending - account.mined
        // A relayer that runs sends.
        guard seen.database.state?.isHeld != true else {
            return Finding(.ok, "account", "pool", "\(counted(waiting, "transaction")) wait to be mined")
        }
        return Finding(
            .warning,
            "account",
            "pool",
            "\(counted(waiting, "transaction")) of it wait to be mined, and no relayer runs on this database",
            remedy: "the account is for one relayer alone: let no other program send with its key"
        )
    }
}
