internal import Ethereum
internal import RelayCore
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
            return [
                fit(name, contract), memory(name, contract), numbering(name, contract), role(name, contract),
                start(name, place),
            ]
            .compactMap { $0 }
        }
    }

    private func fit(_ name: String, _ contract: ContractExamination) -> Finding {
        let binding = book[contract.address]?.name ?? "none"
        if let reason = contract.callbackGas?.failure ?? contract.fee?.failure {
            return Finding(
                .error,
                name,
                "binding",
                "\(contract.address) does not fit the binding \"\(binding)\": \(reason)",
                remedy: "correct \(name).address or \(name).binding: the contract must answer as the binding says"
            )
        }
        let fee = contract.fee?.value.map { "its fee is \(Ether.text($0)) coins" }
        let gas = contract.callbackGas?.value.map { "a callback may use \($0) gas" }
        let words = [fee, gas].compactMap { $0 }.joined(separator: ", ")
        return Finding(
            .ok,
            name,
            "binding",
            words.isEmpty
                ? "\(contract.address) is taken for one of the binding \"\(binding)\", which has no view to try it by"
                : "\(contract.address) fits the binding \"\(binding)\"; \(words)"
        )
    }

    /// Whether what has been answered shows: else a second answer cannot be told from the first one.
    private func memory(_ name: String, _ contract: ContractExamination) -> Finding? {
        guard let binding = book[contract.address], binding.views.record == nil else { return nil }
        guard binding.outcomes.isEmpty else {
            return Finding(.ok, name, "memory", "its events tell what has been answered")
        }
        return Finding(
            .warning,
            name,
            "memory",
            "nothing tells what it has been answered: a replay into an empty database answers once more",
            remedy: "keep the database; where the contract has a view or an event for it, name it in the binding"
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
                remedy: "correct \(name).binding, or let the contract have the views that it names"
            )
        }
    }

    private func role(_ name: String, _ contract: ContractExamination) -> Finding? {
        guard let account = subject.account.value, let role = contract.isRelayer else { return nil }
        let view = book[contract.address]?.views.relayer
        let isForFailures = view?.need == .failures
        switch role {
        case .seen(true): return Finding(.ok, name, "role", "\(account) may answer")
        case .seen(false):
            return Finding(
                isForFailures ? .warning : .error,
                name,
                "role",
                isForFailures
                    ? "\(account) may tell \(contract.address) no failures: those requests end in the dead letter"
                    : "\(account) is no relayer of \(contract.address)",
                remedy: "its owner has to call \(view?.remedy(for: account) ?? ""); or name the right key in account"
            )
        case .failed(let reason):
            return Finding(
                // Early ones of the old contracts have no roles, and let anybody tell of a failure.
                isForFailures ? .warning : .error,
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
