package import Bacalhau
package import Ethereum
internal import JSON

extension JobPolicy {
    /// Everything that the policy has against a task, which is `completed` already; none means that it may run.
    ///
    /// `module` is the name by which the request asked for a module of the settings. Where the requester is not proven,
    /// anybody may have named anybody, so that the sender is judged in its place. A rule about somebody who is not
    /// known objects.
    package func judge(
        _ task: TaskSpec,
        bodySize: Int,
        requester: Address?,
        isRequesterProven: Bool = true,
        sender: Address?,
        contract: Address,
        module: String? = nil
    ) -> [PolicyObjection] {
        var objections = [
            judgeEngine(task.engine), judgeImage(task.engine), judgeModule(module), judgePublisher(task.publisher),
            judgeNetwork(task.network), judgeEnvironment(task),
        ]
        objections += judgeSources(task)
        objections += judgeAmounts(task, bodySize: bodySize)
        objections += [
            isRequesterProven
                ? judge(.requester, "requester", requester, requesters, contract)
                : judge(.requester, "requester (here the sender of the transaction)", sender, requesters, contract),
            judge(.sender, "sender of the transaction", sender, senders, contract),
        ]
        return objections.compactMap { $0 }
    }

    // MARK: What is run

    private func judgeEngine(_ engine: SpecConfig) -> PolicyObjection? {
        if engines.contains(where: { $0.rawValue == engine.type }) { return nil }
        return PolicyObjection(
            .engine,
            ["the engine \(SafeText.quoted(engine.type)) is not allowed"],
            allowed: allowance("engines", engines.map(\.rawValue))
        )
    }

    private func judgeImage(_ engine: SpecConfig) -> PolicyObjection? {
        guard engine.type == Engine.docker.rawValue else { return nil }
        let text = engine.text("Image")
        let shown = SafeText.quoted(text, limit: 160)
        let asked: String
        do throws(PolicyMistake) {
            let image = try ImageReference(text)
            if images.contains(where: { $0.matches(image) }) { return nil }
            asked = "the image \(shown) is not allowed"
        } catch {
            asked = "the image \(shown) cannot be told: \(error.reason)"
        }
        return PolicyObjection(.image, [asked], allowed: allowance("images", images.map(\.text)))
    }

    private func judgeModule(_ module: String?) -> PolicyObjection? {
        guard let module, let modules, !modules.contains(module) else { return nil }
        let asked = "the module \(SafeText.quoted(module)) is not allowed"
        return PolicyObjection(.module, [asked], allowed: allowance("modules", modules))
    }

    private func judgeEnvironment(_ task: TaskSpec) -> PolicyObjection? {
        guard let environment else { return nil }
        let assignments = task.engine.member("EnvironmentVariables")?.array ?? []
        let names =
            task.environment.map(\.name)
            + assignments.map { assignment in
                String(decoding: (assignment.string ?? "").utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            }
        // Byte by byte: for Swift the sign for kelvin is a K.
        let refused = names.filter { name in !environment.contains { $0.utf8.elementsEqual(name.utf8) } }
        return PolicyObjection(
            .environment,
            refused.map { "the variable \(SafeText.quoted($0)) is not allowed" },
            allowed: allowance("environment", environment)
        )
    }

    // MARK: Where it reaches

    private func judgeNetwork(_ network: Network) -> PolicyObjection? {
        if networks.contains(network.mode) { return nil }
        return PolicyObjection(
            .network,
            ["the network \(SafeText.quoted(network.mode.rawValue)) is not allowed"],
            allowed: allowance("networks", networks.map(\.rawValue))
        )
    }

    // MARK: Who asks

    private func judge(
        _ code: PolicyObjection.Code,
        _ role: String,
        _ address: Address?,
        _ parties: Parties,
        _ contract: Address
    ) -> PolicyObjection? {
        if parties.isEverybody { return nil }
        let key = code == .requester ? "requesters" : "senders"
        let allowed =
            "By policy.\(key), of contract \(contract), "
            + (parties.allowed.isEmpty
                ? "everybody may ask but \(parties.denied.count) denied"
                : "\(parties.allowed.count) may ask, less \(parties.denied.count) denied")
        guard let address else {
            let asked = "the \(role) is not known, and there is a rule about it"
            return PolicyObjection(code, [asked], allowed: allowed)
        }
        let isAllowed = parties.allowed.isEmpty || parties.allowed.contains(address)
        if isAllowed, !parties.denied.contains(address) { return nil }
        return PolicyObjection(code, ["the \(role), \(address), may not ask"], allowed: allowed)
    }
}

extension SpecConfig {
    func member(_ name: String) -> JSONValue? { parameters.first { $0.name == name }?.value }

    /// Empty where there is none.
    func text(_ name: String) -> String { member(name)?.string ?? "" }
}
