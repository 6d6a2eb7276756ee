internal import Bacalhau

extension JobPolicy {
    /// Resources, time and numbers.
    func judgeAmounts(_ task: TaskSpec, bodySize: Int) -> [PolicyObjection?] {
        let resources = task.resources
        return [
            judge(.cpu, "CPU", resources.cpu, isNeeded: true, maxCPU, "resources.cpu", AmountText.cores),
            judge(.memory, "memory", resources.memory, isNeeded: true, maxMemory, "resources.memory", AmountText.bytes),
            judge(.disk, "disk", resources.disk, isNeeded: false, maxDisk, "resources.disk", AmountText.bytes),
            judge(.gpu, "GPU", resources.gpu, isNeeded: false, maxGPU, "resources.gpu") { String($0) },
            judgeTime(task.timeouts), judgeCount(task.count), judgeBody(bodySize),
        ]
    }

    private func judge(
        _ code: PolicyObjection.Code,
        _ what: String,
        _ amount: Resources.Amount?,
        isNeeded: Bool,
        _ most: UInt64,
        _ key: String,
        _ text: (UInt64) -> String
    ) -> PolicyObjection? {
        let asked: String
        if let amount {
            guard amount.value > most else { return nil }
            asked = "\(what) of \(SafeText.quoted(amount.text, limit: 40)) is too much"
        } else {
            // Nobody knows what a server would give it.
            guard isNeeded else { return nil }
            asked = "\(what) is not said"
        }
        return PolicyObjection(code, [asked], allowed: "policy.\(key) allows \(text(most))")
    }

    private func judgeTime(_ timeouts: Timeouts) -> PolicyObjection? {
        let all = [("total", timeouts.total), ("execution", timeouts.execution), ("queue", timeouts.queue)]
        var asked = all.filter { $0.1 > maxTime }.map { "a time-out of \($0.1) s (\($0.0)) is too long" }
        if timeouts.total <= 0 { asked.append("the time-out is not said") }
        return PolicyObjection(.time, asked, allowed: "policy.maxTime allows \(maxTime) s")
    }

    private func judgeCount(_ count: Int64) -> PolicyObjection? {
        if 1...max(1, maxCount) ~= count { return nil }
        let asked = "a job on \(count) compute nodes is not allowed"
        return PolicyObjection(.count, [asked], allowed: "policy.maxCount allows \(maxCount)")
    }

    private func judgeBody(_ size: Int) -> PolicyObjection? {
        guard size > maxBodySize else { return nil }
        let asked = "a job of \(size) bytes is too long"
        return PolicyObjection(.bodySize, [asked], allowed: "bacalhau.maxBodySize allows \(maxBodySize) bytes")
    }
}
