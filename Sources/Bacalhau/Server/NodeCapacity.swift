internal import JSON

/// The largest job that a compute node takes, whatever else it runs.
package struct NodeCapacity: Sendable, Equatable {
    /// In thousandths of a core.
    package let cpu: UInt64
    /// In bytes.
    package let memory: UInt64
    /// In bytes.
    package let disk: UInt64
    /// In devices.
    package let gpu: UInt64

    package init(cpu: UInt64, memory: UInt64, disk: UInt64, gpu: UInt64 = 0) {
        self.cpu = cpu
        self.memory = memory
        self.disk = disk
        self.gpu = gpu
    }

    /// `MaxJobRequirements`, in which a node without GPUs says nothing of them; nil where any other number is missing.
    init?(_ value: JSONValue?) {
        guard let value, let cpu = value["CPU"]?.number.flatMap(Self.thousandths),
            let memory = value["Memory"]?.number.flatMap(Self.whole),
            let disk = value["Disk"]?.number.flatMap(Self.whole)
        else { return nil }
        guard let number = value["GPU"] else {
            self.init(cpu: cpu, memory: memory, disk: disk)
            return
        }
        guard let gpu = number.number.flatMap(Self.whole) else { return nil }
        self.init(cpu: cpu, memory: memory, disk: disk, gpu: gpu)
    }

    package func holds(_ resources: Resources) -> Bool {
        (resources.cpu?.value ?? 0) <= cpu && (resources.memory?.value ?? 0) <= memory
            && (resources.disk?.value ?? 0) <= disk && (resources.gpu?.value ?? 0) <= gpu
    }

    /// Rounded up, for a float may lie a little below what was meant.
    private static func thousandths(_ number: JSONNumber) -> UInt64? {
        guard let cores = Double(number.text), cores > 0, cores < 1e12 else { return nil }
        return UInt64((cores * 1_000).rounded(.up))
    }

    private static func whole(_ number: JSONNumber) -> UInt64? { UInt64(number.text) }
}
