internal import Ethereum
internal import RelayStore

/// The contracts.
extension Judge {
    func contract(_ place: Int) -> [Finding] {
        let contract = seen.contracts[place]
        let name = "contracts[\(place)]"
        switch contract.hasCode {
        case .failed(let reason):
            return [
                Finding(
                    .error,
                    name,
                    "code",
                    "\(contract.address) cannot be asked: \(reason)",
                    remedy: "see chain.rpc"
                )
            ]
        case .seen(false):
            return [
                Finding(
                    .error,
                    name,
                    "code",
                    "there is no contract at \(contract.address)",
                    remedy: "correct \(name).address, or the chain in chain.rpc"
                )
            ]
        case .seen(true):
            return [fit(name, contract), numbering(name, contract), role(name, contract), start(name, place)]
                .compactMap { $0 }
        }
    }

    private func fit(_ name: String, _ contract: ContractExamination) -> Finding {
        guard let gas = contract.callbackGas?.value, let fee = contract.fee?.value else {
            let reason = contract.callbackGas?.failure ?? contract.fee?.failure ?? "it was not asked"
            return Finding(
                .error,
                name,
                "binding",
                "\(contract.address) does not fit the binding \"reference\": \(reason)",
                remedy:
                    "correct \(name).address: it must be the contract of abi/JobBridge.vy, or one that answers as it does"
            )
        }
        return Finding(
            .ok,
            name,
            "binding",
            "\(contract.address) fits; its fee is \(Ether.text(fee)) coins, a callback may use \(gas) gas"
        )
    }

    /// The contract's own count tells of requests that no node showed.
    private func numbering(_ name: String, _ contract: ContractExamination) -> Finding? {
        switch contract.jobs {
        case nil: return nil
        case .seen(let count)?: return Finding(.ok, name, "numbering", "jobs are counted, \(count) so far")
        case .failed(let reason)?:
            return Finding(
                .warning,
                name,
                "numbering",
                "its count of jobs cannot be had, so holes in the numbering cannot be found: \(reason)",
                remedy: "let the contract have jobCount() and job(uint256), as abi/JobBridge.vy has them"
            )
        }
    }

    private func role(_ name: String, _ contract: ContractExamination) -> Finding? {
        guard let account = subject.account.value, let role = contract.isRelayer else { return nil }
        switch role {
        case .seen(true): return Finding(.ok, name, "role", "\(account) may answer")
        case .seen(false):
            return Finding(
                .error,
                name,
                "role",
                "\(account) is no relayer of \(contract.address)",
                remedy: "its owner has to call setRelayer(\(account), true); or name the right key in account"
            )
        case .failed(let reason):
            return Finding(
                .error,
                name,
                "role",
                "\(contract.address) does not say who may answer: \(reason)",
                remedy: "correct \(name).address"
            )
        }
    }

    private func start(_ name: String, _ place: Int) -> Finding? {
        guard options.contracts.indices.contains(place), let head = bestHead?.number else { return nil }
        let start = options.contracts[place].startBlock
        let address = options.contracts[place].address
        let isKnown = seen.database.state?.cursors.contains { $0.address == address } ?? false
        guard !isKnown, start > head.addingReportingOverflow(256).partialValue else { return nil }
        return Finding(
            .error,
            name,
            "start",
            "startBlock is \(start), and the chain's head is block \(head)",
            remedy: "name a block that there is in \(name).startBlock or chain.startBlock: the contract's own for one"
        )
    }
}
